// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.sql;

import io.wherry.attest.SigningRecord;
import io.wherry.attest.SigningRecord.Admission;
import io.wherry.attest.SigningRecord.Entry;
import io.wherry.attest.cluster.ReplayMark;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A member's signing record in one SQLite file (write-ahead log, `synchronous = FULL`: a commit is
/// on the disk before it returns). A lock file beside it keeps a second process from opening it, so
/// that one identity cannot run twice on one disk. Rows are never deleted: a slot stays signed for
/// ever.
///
/// Opened once by wiring; [#forEpoch] gives the port that the signer uses. Safe for several
/// threads, which wait for each other.
public final class SqlSigningRecord implements AutoCloseable {
  /// How many conflicts are kept as evidence; later ones are refused all the same.
  public static final int EVIDENCE_ROWS_MAX = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(SqlSigningRecord.class);
  private static final int BUSY_TIMEOUT_MILLIS = 5_000;

  private final FileLock lock;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("wherry-signing-record").factory());
  private final Connection connection;
  private final InstantSource clock;
  private final long bootEpoch;

  private SqlSigningRecord(
      FileLock lock, Connection connection, InstantSource clock, long bootEpoch) {
    this.lock = lock;
    this.connection = connection;
    this.clock = clock;
    this.bootEpoch = bootEpoch;
  }

  /// Opens the record, creating or migrating it, and counts this start.
  ///
  /// @param file the database; its folder exists
  /// @param clock stamps the rows, for people
  /// @throws IOException where another process holds the record, or it cannot be read or written
  public static SqlSigningRecord open(Path file, InstantSource clock) throws IOException {
    var lock = lock(file);
    try {
      var source = dataSource(file);
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:db/attest")
          .table("attest_schema_history")
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
      var connection = source.getConnection();
      connection.setAutoCommit(false);
      return new SqlSigningRecord(lock, connection, clock, countBoot(connection));
    } catch (SQLException | RuntimeException failed) {
      lock.channel().close();
      throw new IOException("the signing record %s cannot be opened".formatted(file), failed);
    }
  }

  /// How often this record was opened, from 1. It rises, durably, at every start, so that peers
  /// drop what an earlier life of this member has promised them.
  public long bootEpoch() {
    return bootEpoch;
  }

  /// The port for the signer of one key epoch. The epoch is noted in every row; a slot has one
  /// message over all epochs.
  public SigningRecord forEpoch(KeyEpoch epoch) {
    return entries -> {
      try {
        return onThread(() -> admit(epoch, entries));
      } catch (IOException failed) {
        return new Admission.Unavailable("the signing record is closed");
      }
    };
  }

  /// The newest conflicts first: what was refused, and what stands in its place.
  ///
  /// @param countMax the most to give, 1 to [#EVIDENCE_ROWS_MAX]
  /// @throws IOException where the record cannot be read
  public List<Admission.Conflict> conflicts(int countMax) throws IOException {
    return onThread(() -> readConflicts(countMax));
  }

  /// How far each member was heard when it was last kept.
  ///
  /// @throws IOException where it cannot be read
  public Map<MemberId, ReplayMark> replayMarks() throws IOException {
    return onThread(
        () -> {
          var sql = "SELECT member, boot_epoch, seq_highest FROM replay_mark";
          var marks = new HashMap<MemberId, ReplayMark>();
          try (var query = connection.prepareStatement(sql);
              var rows = query.executeQuery()) {
            while (rows.next()) {
              marks.put(
                  new MemberId(rows.getInt(1)), new ReplayMark(rows.getLong(2), rows.getLong(3)));
            }
          }
          connection.rollback();
          return marks;
        });
  }

  /// Keeps how far each member was heard, so that the next life of this node is not fed what this
  /// one has seen. Called now and then, and at the end; a repeat replaces.
  ///
  /// @throws IOException where it cannot be written
  public void keepReplayMarks(Map<MemberId, ReplayMark> marks) throws IOException {
    onThread(
        () -> {
          var sql =
              "INSERT OR REPLACE INTO replay_mark (member, boot_epoch, seq_highest) VALUES (?, ?, ?)";
          try (var insert = connection.prepareStatement(sql)) {
            for (var mark : marks.entrySet()) {
              insert.setInt(1, mark.getKey().number());
              insert.setLong(2, mark.getValue().bootEpoch());
              insert.setLong(3, mark.getValue().seqHighest());
              insert.addBatch();
            }
            insert.executeBatch();
          }
          connection.commit();
          return true;
        });
  }

  private List<Admission.Conflict> readConflicts(int countMax) throws SQLException {
    var sql =
        """
        SELECT gateway, send_id, recorded, offered FROM conflict_evidence
        ORDER BY seen_at_millis DESC, id DESC LIMIT ?""";
    try (var query = connection.prepareStatement(sql)) {
      query.setInt(1, Math.clamp(countMax, 1, EVIDENCE_ROWS_MAX));
      var found = new ArrayList<Admission.Conflict>();
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Admission.Conflict(
                  new Slot(Address.parse(Bytes.of(rows.getBytes(1))), Hash32.of(rows.getBytes(2))),
                  new MessageId(Hash32.of(rows.getBytes(3))),
                  new MessageId(Hash32.of(rows.getBytes(4)))));
        }
      }
      connection.rollback();
      return found;
    }
  }

  /// Closes the file and lets go of the lock. A repeat does nothing.
  @Override
  public void close() throws IOException {
    if (thread.isShutdown()) {
      return;
    }
    try {
      onThread(
          () -> {
            connection.close();
            return true;
          });
    } finally {
      thread.shutdown();
      lock.channel().close();
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T run() throws SQLException;
  }

  /// Runs `work` on the record's own platform thread: SQLite's native calls and the flush to disk
  /// would pin a virtual thread to its carrier.
  private <T> T onThread(Work<T> work) throws IOException {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                try {
                  return work.run();
                } catch (SQLException failed) {
                  throw new CompletionException(failed);
                }
              },
              thread)
          .join();
    } catch (CompletionException | RejectedExecutionException failed) {
      throw new IOException("the signing record cannot be read or written", failed);
    }
  }

  private Admission admit(KeyEpoch epoch, List<Entry> entries) {
    try {
      var conflict = record(epoch, entries);
      if (conflict.isEmpty()) {
        return new Admission.Admitted();
      }
      keepEvidence(epoch, conflict.get());
      return conflict.get();
    } catch (SQLException failed) {
      LOG.error("the signing record cannot be written; nothing is signed", failed);
      abandon();
      return new Admission.Unavailable("the signing record cannot be written");
    }
  }

  /// Adds what is new, in one transaction that ends durable or not at all. Entries that are all
  /// there already cost no write.
  private Optional<Admission.Conflict> record(KeyEpoch epoch, List<Entry> entries)
      throws SQLException {
    var fresh = new HashMap<Slot, Entry>();
    for (var entry : entries) {
      var before = fresh.get(entry.slot());
      var recorded = before == null ? recorded(entry.slot()) : Optional.of(before.message());
      if (recorded.isEmpty()) {
        fresh.put(entry.slot(), entry);
      } else if (!recorded.get().equals(entry.message())) {
        connection.rollback();
        return Optional.of(new Admission.Conflict(entry.slot(), recorded.get(), entry.message()));
      }
    }
    if (fresh.isEmpty()) {
      connection.rollback();
      return Optional.empty();
    }
    var sql =
        """
        INSERT INTO signing_record
          (gateway, send_id, message_id, key_epoch, boot_epoch, recorded_at_millis)
        VALUES (?, ?, ?, ?, ?, ?)""";
    try (var insert = connection.prepareStatement(sql)) {
      for (var entry : fresh.values()) {
        insert.setBytes(1, entry.slot().gateway().encoded().toArray());
        insert.setBytes(2, entry.slot().sendId().toArray());
        insert.setBytes(3, entry.message().hash().toArray());
        insert.setLong(4, epoch.number());
        insert.setLong(5, bootEpoch);
        insert.setLong(6, clock.millis());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
    return Optional.empty();
  }

  private Optional<MessageId> recorded(Slot slot) throws SQLException {
    var sql = "SELECT message_id FROM signing_record WHERE gateway = ? AND send_id = ?";
    try (var query = connection.prepareStatement(sql)) {
      query.setBytes(1, slot.gateway().encoded().toArray());
      query.setBytes(2, slot.sendId().toArray());
      try (var rows = query.executeQuery()) {
        return rows.next()
            ? Optional.of(new MessageId(Hash32.of(rows.getBytes(1))))
            : Optional.empty();
      }
    }
  }

  private void keepEvidence(KeyEpoch epoch, Admission.Conflict conflict) throws SQLException {
    var sql =
        """
        INSERT INTO conflict_evidence
          (gateway, send_id, recorded, offered, key_epoch, seen_at_millis)
        SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM conflict_evidence) < ?
        ON CONFLICT DO NOTHING""";
    try (var insert = connection.prepareStatement(sql)) {
      insert.setBytes(1, conflict.slot().gateway().encoded().toArray());
      insert.setBytes(2, conflict.slot().sendId().toArray());
      insert.setBytes(3, conflict.recorded().hash().toArray());
      insert.setBytes(4, conflict.offered().hash().toArray());
      insert.setLong(5, epoch.number());
      insert.setLong(6, clock.millis());
      insert.setInt(7, EVIDENCE_ROWS_MAX);
      if (insert.executeUpdate() > 0) { // a repeat is not logged again
        LOG.error(
            "refused to sign {} for slot {} of {}: {} was signed for it",
            conflict.offered(),
            conflict.slot().sendId(),
            conflict.slot().gateway(),
            conflict.recorded());
      }
    }
    connection.commit();
  }

  private void abandon() {
    try {
      connection.rollback();
    } catch (SQLException alsoFailed) {
      LOG.error("the transaction cannot be rolled back", alsoFailed);
    }
  }

  private static long countBoot(Connection connection) throws SQLException {
    long epoch = raiseBoot(connection);
    connection.commit();
    return epoch;
  }

  private static long raiseBoot(Connection connection) throws SQLException {
    try (var update =
            connection.prepareStatement("UPDATE boot SET epoch = epoch + 1 RETURNING epoch");
        var rows = update.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("the boot counter is missing");
      }
      return rows.getLong(1);
    }
  }

  private static SQLiteDataSource dataSource(Path file) {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    config.enforceForeignKeys(true);
    var source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source;
  }

  private static FileLock lock(Path file) throws IOException {
    var beside = file.resolveSibling(file.getFileName() + ".lock");
    var channel = FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      var lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException heldHere) {
      channel.close();
      throw new IOException(held(file), heldHere);
    }
    channel.close();
    throw new IOException(held(file));
  }

  private static String held(Path file) {
    return "the signing record %s is in use: the same member runs already".formatted(file);
  }
}
