// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.queue.Arrival;
import io.wherry.queue.Delivery;
import io.wherry.queue.Event;
import io.wherry.queue.Machine;
import io.wherry.queue.Scanned;
import io.wherry.queue.SlotConflict;
import io.wherry.queue.Standing;
import io.wherry.queue.Step;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Stores what one scan of one chain found, within one operation of the writer.
final class ScanRecord {
  private final Session session;
  private final Machine machine;
  private final ChainId chain;
  private final Instant at;
  private final Records records;
  private final List<Step> steps = new ArrayList<>();
  private final List<SlotConflict> conflicts = new ArrayList<>();

  ScanRecord(Session session, Machine machine, ChainId chain, Instant at) {
    this.session = session;
    this.machine = machine;
    this.chain = chain;
    this.at = at.truncatedTo(ChronoUnit.MILLIS);
    this.records = new Records(session);
  }

  /// A message left: a new one, one that was mined again, or one that is known.
  void sent(Observation observation) throws SQLException {
    var event = new Event.Seen(at, observation);
    var known = records.find(observation.id());
    boolean wantsSlot = known.isEmpty() || known.get().standing() instanceof Standing.Vanished;
    var holder = wantsSlot ? slotHolder(observation) : Optional.<MessageId>empty();
    if (holder.isPresent()) {
      refuse(holder.get(), observation);
    } else if (known.isPresent()) {
      step(known.get(), event);
    } else {
      insert(observation, event);
    }
  }

  /// The destination gateway said something about a message.
  void received(Arrival arrival) throws SQLException {
    var known = records.find(arrival.id()).filter(was -> was.lane().destination().equals(chain));
    var event =
        switch (arrival.outcome()) {
          case Arrival.Outcome.Delivered _ ->
              new Event.DeliverySeen(at, arrival.block(), arrival.transaction());
          case Arrival.Outcome.Failed failed ->
              new Event.RecipientFailed(
                  at, arrival.block(), arrival.transaction(), failed.reason());
        };
    if (known.isPresent()) {
      step(known.get(), event);
    } else if (event instanceof Event.DeliverySeen) {
      remember(arrival);
    }
  }

  /// What followed.
  Scanned result() {
    return new Scanned.Recorded(steps, conflicts);
  }

  private void insert(Observation observation, Event.Seen event) throws SQLException {
    var delivery = Delivery.first(observation, at);
    records.insert(delivery, event);
    steps.add(new Step(delivery, List.of()));
    var arrived = takeArrival(delivery);
    if (arrived.isPresent()) {
      step(delivery, arrived.get());
    }
  }

  private void step(Delivery before, Event event) throws SQLException {
    var step = machine.step(before, event);
    records.store(before, event, step);
    if (step.changes(before) || !step.effects().isEmpty()) {
      steps.add(step);
    }
  }

  private Optional<MessageId> slotHolder(Observation observation) throws SQLException {
    var select =
        session.prepare(
            """
            SELECT id FROM delivery
            WHERE gateway = ? AND send_id = ? AND standing <> 'VANISHED' AND id <> ?
            """);
    var slot = observation.message().slot();
    select.setBytes(1, slot.gateway().encoded().toArray());
    select.setBytes(2, slot.sendId().toArray());
    select.setBytes(3, observation.id().hash().toArray());
    try (var row = select.executeQuery()) {
      return row.next() ? Optional.of(new MessageId(Hash32.of(row.getBytes(1)))) : Optional.empty();
    }
  }

  private void refuse(MessageId present, Observation refused) throws SQLException {
    conflicts.add(new SlotConflict(present, refused, at));
    var insert =
        session.prepare(
            """
            INSERT OR IGNORE INTO slot_conflict (present_id, refused_id, gateway, send_id, sender,
              recipient, payload, attributes, block_height, block_hash, transaction_hash,
              log_index, seen_at)
            VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
            """);
    var message = refused.message();
    insert.setBytes(1, present.hash().toArray());
    insert.setBytes(2, refused.id().hash().toArray());
    insert.setBytes(3, message.slot().gateway().encoded().toArray());
    insert.setBytes(4, message.slot().sendId().toArray());
    insert.setBytes(5, message.sender().encoded().toArray());
    insert.setBytes(6, message.recipient().encoded().toArray());
    insert.setBytes(7, message.payload().toArray());
    insert.setString(8, Rows.attributes(message.attributes()));
    insert.setLong(9, refused.block().height());
    insert.setBytes(10, refused.block().hash().toArray());
    insert.setBytes(11, refused.transaction().toArray());
    insert.setInt(12, refused.logIndex());
    insert.setLong(13, at.toEpochMilli());
    insert.executeUpdate();
  }

  private void remember(Arrival arrival) throws SQLException {
    var upsert =
        session.prepare(
            """
            INSERT INTO arrival (id, chain, height, hash, transaction_hash, seen_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (id, chain) DO UPDATE
              SET height = ?3, hash = ?4, transaction_hash = ?5
            """);
    upsert.setBytes(1, arrival.id().hash().toArray());
    upsert.setString(2, chain.value());
    upsert.setLong(3, arrival.block().height());
    upsert.setBytes(4, arrival.block().hash().toArray());
    upsert.setBytes(5, arrival.transaction().toArray());
    upsert.setLong(6, at.toEpochMilli());
    upsert.executeUpdate();
  }

  private Optional<Event> takeArrival(Delivery delivery) throws SQLException {
    var take =
        session.prepare(
            """
            DELETE FROM arrival WHERE id = ? AND chain = ?
            RETURNING height, hash, transaction_hash
            """);
    take.setBytes(1, delivery.id().hash().toArray());
    take.setString(2, delivery.lane().destination().value());
    try (var row = take.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      var block = new Checkpoint(row.getLong(1), Hash32.of(row.getBytes(2)));
      return Optional.of(new Event.DeliverySeen(at, block, Hash32.of(row.getBytes(3))));
    }
  }
}
