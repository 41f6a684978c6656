// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.queue.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/// A node's SQLite database: the file `wherry.db` in a data directory that this process alone
/// holds.
///
/// One platform thread writes. Operations that wait for it run in one transaction, each in a
/// savepoint, so that many of them share one flush to disk and one that fails leaves the others
/// alone. A caller is answered when its operation is on disk. Reads run on threads of their own,
/// beside the writer. Both queues are bounded: a caller that finds one full waits.
///
/// SQLite's native calls would pin virtual threads to their carriers; therefore nothing runs on the
/// caller's thread.
public final class Database implements AutoCloseable {
  private static final String FILE = "wherry.db";

  private final Claim claim;
  private final long epoch;
  private final Options options;
  private final Intake writer;
  private final Intake readers;

  private Database(Path directory, Claim claim, long epoch, Options options) throws SQLException {
    this.claim = claim;
    this.epoch = epoch;
    this.options = options;
    var name = directory.toString();
    writer = new Intake("writer of " + name, options.queueMax());
    readers = new Intake("readers of " + name, options.queueMax());
    writer.start("wherry-db-writer", connect(directory, options, false), this::writeLoop);
    for (int i = 0; i < options.readers(); i++) {
      readers.start("wherry-db-reader-" + i, connect(directory, options, true), this::readLoop);
    }
  }

  /// Claims `directory`, brings its database to the present schema, and starts the threads.
  ///
  /// @param directory made where it is missing
  /// @param holder who opens it, in words for an operator, such as a node's name and process id
  /// @param now when
  /// @throws StoreException.Claimed where another holds the directory
  /// @throws StoreException.Failed where the database cannot be opened or migrated
  public static Database open(Path directory, Options options, String holder, Instant now) {
    var claim = Claim.take(directory, holder);
    boolean opened = false;
    try {
      migrate(directory);
      var database = new Database(directory, claim, raise(directory, holder, now), options);
      opened = true;
      return database;
    } catch (SQLException | FlywayException failure) {
      throw new StoreException.Failed(
          "cannot open %s: %s".formatted(directory.resolve(FILE), failure.getMessage()), failure);
    } finally {
      if (!opened) {
        claim.close();
      }
    }
  }

  /// Runs `operation` in a transaction and answers when it is on disk. Operations are run in the
  /// order of their calls. One that throws leaves nothing behind.
  ///
  /// @throws StoreException.Claimed where another has taken the database over: end the process
  public <T> T write(Operation<T> operation) {
    return writer.submit(operation);
  }

  /// Runs `operation`, which only reads, on one snapshot of what is committed.
  public <T> T read(Operation<T> operation) {
    return readers.submit(operation);
  }

  /// The fencing epoch of this claim: each later claim on the database has a higher one.
  public long epoch() {
    return epoch;
  }

  /// Finishes what has been asked for, then closes. A second call does nothing.
  @Override
  public void close() {
    readers.close();
    writer.close();
    claim.close();
  }

  private void writeLoop(Session session) {
    var group = new ArrayList<Task<?>>(options.groupMax());
    while (writer.next(group, options.groupMax())) {
      commit(session, group);
      group.clear();
    }
  }

  private void readLoop(Session session) {
    var one = new ArrayList<Task<?>>(1);
    while (readers.next(one, 1)) {
      var task = one.getFirst();
      try {
        session.execute("BEGIN");
        try {
          task.run(session);
        } finally {
          session.execute("ROLLBACK");
        }
        task.publish();
      } catch (SQLException | RuntimeException | Error failure) {
        task.fail(failure);
      }
      one.clear();
    }
  }

  private void commit(Session session, List<Task<?>> group) {
    boolean began = false;
    try {
      session.execute("BEGIN IMMEDIATE");
      began = true;
      checkFence(session);
      for (var task : group) {
        runInSavepoint(session, task);
      }
      session.execute("COMMIT");
      began = false;
      group.forEach(Task::publish);
    } catch (SQLException | RuntimeException | Error failure) {
      if (began) {
        rollBack(session, failure);
      }
      group.forEach(task -> task.fail(failure));
    }
  }

  private static void runInSavepoint(Session session, Task<?> task) throws SQLException {
    session.execute("SAVEPOINT operation");
    try {
      task.run(session);
    } catch (SQLException | RuntimeException | Error failure) {
      task.failed(failure);
      // Where SQLite itself gave the whole transaction up, this fails too, and so does the group.
      session.execute("ROLLBACK TO operation");
    }
    session.execute("RELEASE operation");
  }

  private static void rollBack(Session session, Throwable cause) {
    try {
      session.execute("ROLLBACK");
    } catch (SQLException already) {
      cause.addSuppressed(already);
    }
  }

  private void checkFence(Session session) throws SQLException {
    try (var rows = session.prepare("SELECT epoch, holder FROM owner").executeQuery()) {
      if (!rows.next() || rows.getLong(1) != epoch) {
        throw new StoreException.Claimed(
            "the database was taken over by '%s', claim %d: this process holds claim %d and must end"
                .formatted(rows.getString(2), rows.getLong(1), epoch));
      }
    }
  }

  private static void migrate(Path directory) {
    Flyway.configure()
        .dataSource(url(directory), null, null)
        .locations("classpath:db/queue/sqlite")
        .table("queue_schema_history")
        .load()
        .migrate();
  }

  private static long raise(Path directory, String holder, Instant now) throws SQLException {
    try (var session = connect(directory, Options.standard(), false);
        var raise =
            session.prepare(
                "UPDATE owner SET epoch = epoch + 1, holder = ?, claimed_at = ? RETURNING epoch")) {
      raise.setString(1, holder);
      raise.setLong(2, now.toEpochMilli());
      try (var rows = raise.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private static Session connect(Path directory, Options options, boolean readOnly)
      throws SQLException {
    var config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(
        switch (options.durability()) {
          case POWER_LOSS -> SynchronousMode.FULL;
          case NONE -> SynchronousMode.OFF;
        });
    config.setBusyTimeout(5_000);
    config.enforceForeignKeys(true);
    var session = new Session(config.createConnection(url(directory)));
    session.execute("PRAGMA wal_autocheckpoint = 4000");
    if (readOnly) {
      session.execute("PRAGMA query_only = ON");
    }
    return session;
  }

  private static String url(Path directory) {
    return "jdbc:sqlite:" + directory.resolve(FILE).toAbsolutePath();
  }

  /// What an operation survives.
  public enum Durability {
    /// The loss of power: each group of writes is flushed to disk.
    POWER_LOSS,
    /// The end of the process, but not of the machine: for simulations and tests.
    NONE
  }

  /// How a database is run.
  ///
  /// @param queueMax how many operations may wait for the writer, and as many for the readers, 1 to
  ///   100,000
  /// @param groupMax how many operations share a transaction, 1 to 10,000
  /// @param readers how many threads read, 1 to 64
  /// @param durability what an operation survives
  public record Options(int queueMax, int groupMax, int readers, Durability durability) {
    /// Checks the ranges.
    public Options {
      if (queueMax < 1 || queueMax > 100_000) {
        throw new IllegalArgumentException("expected a queueMax of 1 to 100000, got " + queueMax);
      }
      if (groupMax < 1 || groupMax > 10_000) {
        throw new IllegalArgumentException("expected a groupMax of 1 to 10000, got " + groupMax);
      }
      if (readers < 1 || readers > 64) {
        throw new IllegalArgumentException("expected 1 to 64 readers, got " + readers);
      }
    }

    /// 1,024 waiting, 256 in a group, 2 readers, safe against the loss of power.
    public static Options standard() {
      return new Options(1_024, 256, 2, Durability.POWER_LOSS);
    }
  }

  /// Something to do with the database, in a transaction that the caller need not mind.
  @FunctionalInterface
  public interface Operation<T> {
    /// Runs it. It must not keep the session.
    T run(Session session) throws SQLException;
  }
}
