// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import io.wherry.queue.Delivery;
import io.wherry.queue.Effect;
import io.wherry.queue.Event;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Standing;
import io.wherry.queue.State;
import io.wherry.queue.Step;
import io.wherry.queue.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes deliveries and their timelines, within one operation of the writer.
final class Records {
  private final Session session;
  private final Rows rows = new Rows();
  private Optional<Attestation> lastAttestation = Optional.empty();
  private byte[] lastKey = new byte[0];

  Records(Session session) {
    this.session = session;
  }

  /// The delivery of message `id`.
  Optional<Delivery> find(MessageId id) throws SQLException {
    var select = session.prepare(Rows.SELECT + "WHERE d.id = ?");
    select.setBytes(1, id.hash().toArray());
    try (var row = select.executeQuery()) {
      return row.next() ? Optional.of(rows.delivery(row)) : Optional.empty();
    }
  }

  /// Stores a delivery that is new, and begins its timeline.
  void insert(Delivery delivery, Event event) throws SQLException {
    var insert =
        session.prepare(
            """
            INSERT INTO delivery (block_height, block_hash, transaction_hash, log_index, standing,
              evidence, kind, reason, work, due_at, error, included_height, included_hash,
              included_transaction, attestation, own_transaction, attempts, version, updated_at,
              state, id, gateway, send_id, sequence, source_chain, destination_chain, sender,
              recipient, payload, attributes)
            VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """);
    setState(insert, Optional.empty(), delivery);
    var message = delivery.observation().message();
    insert.setBytes(21, delivery.id().hash().toArray());
    insert.setBytes(22, message.slot().gateway().encoded().toArray());
    insert.setBytes(23, message.slot().sendId().toArray());
    var sequence = message.slot().sequence();
    if (sequence.isPresent()) {
      insert.setLong(24, sequence.getAsLong());
    } else {
      insert.setNull(24, Types.INTEGER);
    }
    insert.setString(25, message.lane().source().value());
    insert.setString(26, message.lane().destination().value());
    insert.setBytes(27, message.sender().encoded().toArray());
    insert.setBytes(28, message.recipient().encoded().toArray());
    insert.setBytes(29, message.payload().toArray());
    insert.setString(30, Rows.attributes(message.attributes()));
    insert.executeUpdate();
    tell(delivery, event, Narrator.detail(event, new Step(delivery, List.of())));
  }

  /// Stores what followed from an event, while the stored version is still that of `before`.
  ///
  /// @throws StoreException.Failed where it is not: somebody else writes to this database
  void store(Delivery before, Event event, Step step) throws SQLException {
    if (step.changes(before)) {
      update(before, step.next());
    }
    if (worthTelling(event, before, step)) {
      var detail = Narrator.detail(event, step);
      if (!looksAlike(before.state(), step.next().state())
          || !repeats(step.next(), event, detail)) {
        tell(step.next(), event, detail);
      }
    }
  }

  private void update(Delivery before, Delivery delivery) throws SQLException {
    var update =
        session.prepare(
            """
            UPDATE delivery SET block_height = ?, block_hash = ?, transaction_hash = ?,
              log_index = ?, standing = ?, evidence = ?, kind = ?, reason = ?, work = ?,
              due_at = ?, error = ?, included_height = ?, included_hash = ?,
              included_transaction = ?, attestation = coalesce(?, attestation),
              own_transaction = ?, attempts = ?, version = ?, updated_at = ?, state = ?
            WHERE id = ? AND version = ?
            """);
    setState(update, Optional.of(before), delivery);
    update.setBytes(21, delivery.id().hash().toArray());
    update.setLong(22, before.version());
    if (update.executeUpdate() != 1) {
      throw new StoreException.Failed(
          "delivery %s is not at version %d any more".formatted(delivery.id(), before.version()),
          new IllegalStateException("another writer"));
    }
  }

  /// Parameters 1 to 20: all that can change. What is stored once for many deliveries is stored
  /// only when it was not there before.
  private void setState(PreparedStatement statement, Optional<Delivery> before, Delivery delivery)
      throws SQLException {
    var state = delivery.state();
    var seen = delivery.observation();
    statement.setLong(1, seen.block().height());
    statement.setBytes(2, seen.block().hash().toArray());
    statement.setBytes(3, seen.transaction().toArray());
    statement.setInt(4, seen.logIndex());
    setStanding(statement, 5, delivery.standing());
    statement.setString(7, state.kind().name());
    statement.setString(8, state.reasonName().orElse(null));
    statement.setString(9, state.work().map(Enum::name).orElse(null));
    setTime(statement, 10, state.nextAttemptAt());
    statement.setString(11, state.error());
    setInclusion(statement, 12, state);
    boolean sameAttestation =
        before.map(Delivery::attestation).equals(Optional.of(delivery.attestation()));
    statement.setBytes(15, sameAttestation ? null : key(delivery.attestation()));
    var own = own(state);
    if (own.isPresent() && !own.equals(before.flatMap(was -> own(was.state())))) {
      keep(delivery.lane().destination(), own.get());
    }
    statement.setBytes(16, own.map(kept -> kept.hash().toArray()).orElse(null));
    statement.setInt(17, delivery.attempts());
    statement.setLong(18, delivery.version());
    statement.setLong(19, delivery.updatedAt().toEpochMilli());
    statement.setString(20, StateJson.write(state));
  }

  private static void setStanding(PreparedStatement update, int at, Standing standing)
      throws SQLException {
    switch (standing) {
      case Standing.Reversible _ -> {
        update.setString(at, "REVERSIBLE");
        update.setString(at + 1, "");
      }
      case Standing.Irreversible sure -> {
        update.setString(at, "IRREVERSIBLE");
        update.setString(at + 1, sure.evidence());
      }
      case Standing.Vanished _ -> {
        update.setString(at, "VANISHED");
        update.setString(at + 1, "");
      }
    }
  }

  private static void setTime(PreparedStatement update, int at, Optional<Instant> time)
      throws SQLException {
    if (time.isPresent()) {
      update.setLong(at, time.get().toEpochMilli());
    } else {
      update.setNull(at, Types.INTEGER);
    }
  }

  private static void setInclusion(PreparedStatement update, int at, State state)
      throws SQLException {
    switch (state) {
      case State.Included included ->
          setInclusion(update, at, included.block(), included.transaction());
      case State.Settled settled ->
          setInclusion(update, at, settled.block(), settled.transaction());
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Submitted _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ -> {
        update.setNull(at, Types.INTEGER);
        update.setNull(at + 1, Types.BLOB);
        update.setNull(at + 2, Types.BLOB);
      }
    }
  }

  private static void setInclusion(
      PreparedStatement update, int at, Checkpoint block, Optional<Hash32> transaction)
      throws SQLException {
    update.setLong(at, block.height());
    update.setBytes(at + 1, block.hash().toArray());
    update.setBytes(at + 2, transaction.map(Hash32::toArray).orElse(null));
  }

  private static Optional<OwnTransaction> own(State state) {
    return switch (state) {
      case State.Submitted submitted -> Optional.of(submitted.transaction());
      case State.Included included -> included.own();
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Settled _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ ->
          Optional.empty();
    };
  }

  private void keep(ChainId chain, OwnTransaction transaction) throws SQLException {
    var insert =
        session.prepare(
            "INSERT OR IGNORE INTO own_transaction (chain, hash, nonce, signed) VALUES (?,?,?,?)");
    insert.setString(1, chain.value());
    insert.setBytes(2, transaction.hash().toArray());
    insert.setLong(3, transaction.nonce());
    insert.setBytes(4, transaction.signed().toArray());
    insert.executeUpdate();
  }

  /// Stores an attestation, where there is one, and names it. A batch's messages come one after
  /// another with the same one, which is hashed and stored once.
  private byte @Nullable [] key(Optional<Attestation> attestation) throws SQLException {
    if (attestation.isEmpty()) {
      return null;
    }
    if (attestation.equals(lastAttestation)) {
      return lastKey;
    }
    var kept = attestation.get();
    var batch = kept.batch();
    var messages =
        Bytes.concat(batch.messages().stream().map(id -> id.hash().bytes()).toArray(Bytes[]::new));
    var key = key(kept, messages);
    var insert =
        session.prepare(
            """
            INSERT OR IGNORE INTO attestation
              (key, scheme, key_epoch, destination, messages, signature) VALUES (?,?,?,?,?,?)
            """);
    insert.setBytes(1, key);
    insert.setString(2, kept.scheme());
    insert.setLong(3, batch.keyEpoch().number());
    insert.setBytes(4, batch.destination().encoded().toArray());
    insert.setBytes(5, messages.toArray());
    insert.setBytes(6, kept.signature().toArray());
    insert.executeUpdate();
    lastAttestation = attestation;
    lastKey = key;
    return key;
  }

  private static byte[] key(Attestation attestation, Bytes messages) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      feed(sha256, attestation.scheme().getBytes(StandardCharsets.UTF_8));
      feed(sha256, ByteBuffer.allocate(8).putLong(attestation.batch().keyEpoch().number()).array());
      feed(sha256, attestation.batch().destination().encoded().toArray());
      feed(sha256, messages.toArray());
      feed(sha256, attestation.signature().toArray());
      return sha256.digest();
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  private static void feed(MessageDigest sha256, byte[] part) {
    sha256.update(ByteBuffer.allocate(4).putInt(part.length).array());
    sha256.update(part);
  }

  /// A change of state or knowledge, or a notice. A look that found nothing new is none.
  private static boolean worthTelling(Event event, Delivery before, Step step) {
    boolean quiet =
        event instanceof Event.StillPending && step.next().state().kind() == before.state().kind();
    boolean notice = step.effects().stream().anyMatch(effect -> effect instanceof Effect.Notify);
    return notice || step.changes(before) && !quiet;
  }

  private static boolean looksAlike(State before, State after) {
    return before.kind() == after.kind() && before.reasonName().equals(after.reasonName());
  }

  /// Counts a repetition of the timeline's last entry, if it is one.
  private boolean repeats(Delivery delivery, Event event, String detail) throws SQLException {
    var repeat =
        session.prepare(
            """
            UPDATE moment SET last_at = ?, times = times + 1, detail = ?
            WHERE number = (SELECT max(m.number) FROM moment m
                JOIN delivery d ON d.number = m.delivery WHERE d.id = ?)
              AND event = ? AND kind = ? AND reason IS ?
            """);
    repeat.setLong(1, event.at().toEpochMilli());
    repeat.setString(2, detail);
    repeat.setBytes(3, delivery.id().hash().toArray());
    repeat.setString(4, event.getClass().getSimpleName());
    repeat.setString(5, delivery.state().kind().name());
    repeat.setString(6, delivery.state().reasonName().orElse(null));
    return repeat.executeUpdate() == 1;
  }

  private void tell(Delivery delivery, Event event, String detail) throws SQLException {
    var insert =
        session.prepare(
            """
            INSERT INTO moment (delivery, at, last_at, times, event, kind, reason, detail)
            SELECT number, ?1, ?1, 1, ?2, ?3, ?4, ?5 FROM delivery WHERE id = ?6
            """);
    insert.setLong(1, event.at().toEpochMilli());
    insert.setString(2, event.getClass().getSimpleName());
    insert.setString(3, delivery.state().kind().name());
    insert.setString(4, delivery.state().reasonName().orElse(null));
    insert.setString(5, detail);
    insert.setBytes(6, delivery.id().hash().toArray());
    insert.executeUpdate();
  }
}
