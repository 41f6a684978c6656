// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.model.ChainId;
import io.wherry.queue.Delivery;
import io.wherry.queue.Filter;
import io.wherry.queue.Page;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Lists deliveries by a filter. Every value is a parameter, never a part of the statement's text.
final class Listing {
  private static final Pattern HEX = Pattern.compile("0x([0-9a-fA-F]{2,})");

  private final StringBuilder where = new StringBuilder("WHERE d.number < ?");
  private final List<Object> values = new ArrayList<>();

  private Listing() {}

  /// One page, the newest first.
  static Page page(Session session, Filter filter, int limit, OptionalLong cursor)
      throws SQLException {
    var listing = new Listing();
    listing.values.add(cursor.orElse(Long.MAX_VALUE));
    listing.restrict(filter);
    var select = session.prepare(Rows.SELECT + listing.where + " ORDER BY d.number DESC LIMIT ?");
    int at = 1;
    for (var value : listing.values) {
      select.setObject(at++, value);
    }
    select.setInt(at, limit + 1);
    var rows = new Rows();
    var deliveries = new ArrayList<Delivery>();
    long last = 0;
    try (var row = select.executeQuery()) {
      while (row.next()) {
        if (deliveries.size() == limit) {
          return new Page(deliveries, OptionalLong.of(last));
        }
        deliveries.add(rows.delivery(row));
        last = row.getLong("number");
      }
    }
    return new Page(deliveries, OptionalLong.empty());
  }

  private void restrict(Filter filter) {
    if (!filter.kinds().isEmpty()) {
      var marks = String.join(",", Collections.nCopies(filter.kinds().size(), "?"));
      where.append(" AND d.kind IN (").append(marks).append(')');
      filter.kinds().forEach(kind -> values.add(kind.name()));
    }
    filter.source().map(ChainId::value).ifPresent(chain -> add("d.source_chain = ?", chain));
    filter
        .destination()
        .map(ChainId::value)
        .ifPresent(chain -> add("d.destination_chain = ?", chain));
    filter.text().filter(text -> !text.isBlank()).ifPresent(text -> contain(text.strip()));
  }

  private void contain(String text) {
    var hex = HEX.matcher(text);
    if (hex.matches()) {
      var digits = hex.group(1).toUpperCase(Locale.ROOT);
      add(
          """
          (hex(d.id) LIKE ? || '%' OR hex(d.transaction_hash) LIKE ? || '%'
            OR hex(d.included_transaction) LIKE ? || '%' OR hex(d.own_transaction) LIKE ? || '%'
            OR instr(hex(d.sender), ?) > 0 OR instr(hex(d.recipient), ?) > 0)""",
          digits, digits, digits, digits, digits, digits);
    } else {
      var lower = text.toLowerCase(Locale.ROOT);
      add("(instr(lower(d.reason), ?) > 0 OR instr(lower(d.error), ?) > 0)", lower, lower);
    }
  }

  private void add(String condition, String... parameters) {
    where.append(" AND ").append(condition);
    values.addAll(List.of(parameters));
  }
}
