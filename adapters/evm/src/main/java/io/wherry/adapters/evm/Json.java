// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// A value that an endpoint answered, not believed yet. Every accessor parses strictly, and fails
/// saying which field of which call held what instead.
///
/// @param node the value
/// @param where the endpoint, the call and the field, for messages
record Json(JsonNode node, String where) {
  private static final Pattern QUANTITY = Pattern.compile("0x[0-9a-fA-F]{1,64}");
  private static final Pattern DATA = Pattern.compile("0x(?:[0-9a-fA-F]{2})*");

  boolean isNull() {
    return node.isNull() || node.isMissingNode();
  }

  Json field(String name) throws ChainException {
    if (!node.isObject()) {
      throw unexpected("an object");
    }
    return new Json(node.path(name), where + "." + name);
  }

  Optional<Json> optional(String name) throws ChainException {
    var field = field(name);
    return field.isNull() ? Optional.empty() : Optional.of(field);
  }

  List<Json> items() throws ChainException {
    if (!node.isArray()) {
      throw unexpected("an array");
    }
    var items = new ArrayList<Json>();
    for (var item : node) {
      items.add(new Json(item, where + "[" + items.size() + "]"));
    }
    return items;
  }

  BigInteger bigQuantity() throws ChainException {
    if (!node.isString() || !QUANTITY.matcher(node.asString()).matches()) {
      throw unexpected("a quantity of at most 256 bits");
    }
    return new BigInteger(node.asString().substring(2), 16);
  }

  long quantity() throws ChainException {
    var value = bigQuantity();
    if (value.bitLength() > 63) {
      throw unexpected("a quantity below 2^63");
    }
    return value.longValueExact();
  }

  int intQuantity() throws ChainException {
    long value = quantity();
    if (value > Integer.MAX_VALUE) {
      throw unexpected("a quantity below 2^31");
    }
    return (int) value;
  }

  Bytes data() throws ChainException {
    if (!node.isString() || !DATA.matcher(node.asString()).matches()) {
      throw unexpected("data in whole bytes after 0x");
    }
    return Bytes.fromHex(node.asString());
  }

  Bytes data(int bytes) throws ChainException {
    var data = data();
    if (data.size() != bytes) {
      throw unexpected(bytes + " bytes of data");
    }
    return data;
  }

  Hash32 hash() throws ChainException {
    return new Hash32(data(32));
  }

  ChainException unexpected(String expected) {
    var got = node.toString();
    return new ChainException.Transient(
        "%s: expected %s, got %s"
            .formatted(where, expected, got.length() > 80 ? got.substring(0, 80) + "…" : got));
  }
}
