// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/// One connection and its prepared statements, owned by one thread. The statements are kept because
/// their texts are few and fixed.
public final class Session implements AutoCloseable {
  /// How many statements are kept before all are prepared anew.
  private static final int STATEMENTS_MAX = 200;

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Session(Connection connection) {
    this.connection = connection;
  }

  /// The statement of text `sql`, with no parameters set. It stays open; the next call with the
  /// same text gives it out again, so a caller reads its rows to the end first.
  public PreparedStatement prepare(String sql) throws SQLException {
    var known = prepared.get(sql);
    if (known != null) {
      known.clearParameters();
      return known;
    }
    if (prepared.size() >= STATEMENTS_MAX) {
      forget();
    }
    var fresh = connection.prepareStatement(sql);
    prepared.put(sql, fresh);
    return fresh;
  }

  /// Runs a statement without parameters and rows.
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    forget();
    connection.close();
  }

  private void forget() throws SQLException {
    for (var statement : prepared.values()) {
      statement.close();
    }
    prepared.clear();
  }
}
