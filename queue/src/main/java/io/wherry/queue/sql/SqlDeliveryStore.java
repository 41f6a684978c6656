// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import io.wherry.model.Address;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Lane;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Addressed;
import io.wherry.queue.Applied;
import io.wherry.queue.Arrival;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Event;
import io.wherry.queue.Filter;
import io.wherry.queue.Gap;
import io.wherry.queue.Kind;
import io.wherry.queue.Machine;
import io.wherry.queue.Moment;
import io.wherry.queue.Page;
import io.wherry.queue.Rolled;
import io.wherry.queue.Scanned;
import io.wherry.queue.SlotConflict;
import io.wherry.queue.State;
import io.wherry.queue.Step;
import io.wherry.queue.Unmatched;
import io.wherry.queue.Work;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// The store in SQL. Writing methods read, step and write within one operation of the database's
/// only writer, so no event is lost between two of them.
public final class SqlDeliveryStore implements DeliveryStore {
  private final Database database;
  private final Machine machine;

  /// A store in `database`, which the caller closes.
  public SqlDeliveryStore(Database database, Machine machine) {
    this.database = database;
    this.machine = machine;
  }

  @Override
  public Optional<Checkpoint> checkpoint(ChainId chain) {
    return database.read(session -> checkpoint(session, chain));
  }

  @Override
  public Scanned recordScan(
      ChainId chain,
      Optional<Checkpoint> from,
      Checkpoint next,
      List<Observation> sent,
      List<Arrival> received,
      Instant at) {
    checkScan(chain, next, sent, received);
    return database.write(
        session -> {
          var actual = checkpoint(session, chain);
          if (!actual.equals(from)) {
            return new Scanned.Outdated(actual);
          }
          var scan = new ScanRecord(session, machine, chain, at);
          for (var observation : sent) {
            scan.sent(observation);
          }
          for (var arrival : received) {
            scan.received(arrival);
          }
          setCheckpoint(session, chain, next, at);
          return scan.result();
        });
  }

  @Override
  public Rolled rollBack(ChainId chain, Checkpoint ancestor, Instant at) {
    return database.write(
        session -> {
          var actual = checkpoint(session, chain);
          if (actual.map(Checkpoint::height).orElse(-1L) < ancestor.height()) {
            return new Rolled.Outdated(actual);
          }
          var records = new Records(session);
          var steps = new ArrayList<Step>();
          for (var id : seenAbove(session, chain, ancestor)) {
            step(
                records, id, was -> new Event.SourceOrphaned(at, was.observation().block()), steps);
          }
          for (var id : includedAbove(session, chain, ancestor)) {
            step(records, id, was -> new Event.DestinationOrphaned(at, includedIn(was)), steps);
          }
          forgetArrivals(session, chain, ancestor);
          setCheckpoint(session, chain, ancestor, at);
          return new Rolled.Back(steps);
        });
  }

  @Override
  public Optional<Delivery> find(MessageId id) {
    return database.read(session -> new Records(session).find(id));
  }

  @Override
  public Optional<Delivery> at(Slot slot) {
    return database.read(
        session -> {
          var holder = inSlot(session, slot, "d.standing <> 'VANISHED'");
          return holder.isPresent() ? holder : inSlot(session, slot, "d.standing = 'VANISHED'");
        });
  }

  @Override
  public Applied apply(MessageId id, Event event) {
    return database.write(session -> apply(new Records(session), id, OptionalLong.empty(), event));
  }

  @Override
  public Applied apply(MessageId id, long version, Event event) {
    return database.write(
        session -> apply(new Records(session), id, OptionalLong.of(version), event));
  }

  @Override
  public List<Applied> applyAll(List<Addressed> events) {
    if (events.size() > ITEMS_MAX) {
      throw new IllegalArgumentException(
          "expected at most %d events, got %d".formatted(ITEMS_MAX, events.size()));
    }
    return database.write(
        session -> {
          var records = new Records(session);
          var all = new ArrayList<Applied>(events.size());
          for (var each : events) {
            all.add(apply(records, each.id(), OptionalLong.empty(), each.event()));
          }
          return List.copyOf(all);
        });
  }

  @Override
  public List<Delivery> due(
      Work work, Optional<ChainId> source, Optional<ChainId> destination, Instant now, int limit) {
    checkLimit(limit);
    return database.read(
        session -> {
          var select =
              session.prepare(
                  Rows.SELECT
                      + "WHERE d.work = ? AND d.due_at <= ?"
                      + chains(source, destination)
                      + " ORDER BY d.due_at, d.number LIMIT ?");
          select.setString(1, work.name());
          select.setLong(2, now.toEpochMilli());
          int at = setChains(select, 3, source, destination);
          select.setInt(at, limit);
          return deliveries(select);
        });
  }

  @Override
  public Optional<Instant> nextDue(
      Work work, Optional<ChainId> source, Optional<ChainId> destination) {
    return database.read(
        session -> {
          var select =
              session.prepare(
                  "SELECT d.due_at FROM delivery d WHERE d.work = ?"
                      + chains(source, destination)
                      + " ORDER BY d.due_at LIMIT 1");
          select.setString(1, work.name());
          setChains(select, 2, source, destination);
          try (var row = select.executeQuery()) {
            return row.next()
                ? Optional.of(Instant.ofEpochMilli(row.getLong(1)))
                : Optional.empty();
          }
        });
  }

  @Override
  public Page list(Filter filter, int limit, OptionalLong cursor) {
    checkLimit(limit);
    return database.read(session -> Listing.page(session, filter, limit, cursor));
  }

  @Override
  public Map<Lane, Map<Kind, Long>> counts() {
    return database.read(
        session -> {
          var select =
              session.prepare(
                  """
                  SELECT source_chain, destination_chain, kind, count(*) FROM delivery
                  GROUP BY source_chain, destination_chain, kind
                  """);
          var counts = new HashMap<Lane, Map<Kind, Long>>();
          try (var row = select.executeQuery()) {
            while (row.next()) {
              var lane = new Lane(new ChainId(row.getString(1)), new ChainId(row.getString(2)));
              counts
                  .computeIfAbsent(lane, _ -> new EnumMap<>(Kind.class))
                  .put(Kind.valueOf(row.getString(3)), row.getLong(4));
            }
          }
          return counts;
        });
  }

  @Override
  public List<Moment> timeline(MessageId id) {
    return database.read(
        session -> {
          var select =
              session.prepare(
                  """
                  SELECT * FROM (SELECT m.* FROM moment m JOIN delivery d ON d.number = m.delivery
                    WHERE d.id = ? ORDER BY m.number DESC LIMIT ?) ORDER BY number
                  """);
          select.setBytes(1, id.hash().toArray());
          select.setInt(2, ROWS_MAX);
          var moments = new ArrayList<Moment>();
          try (var row = select.executeQuery()) {
            while (row.next()) {
              moments.add(
                  new Moment(
                      Instant.ofEpochMilli(row.getLong("at")),
                      Instant.ofEpochMilli(row.getLong("last_at")),
                      row.getLong("times"),
                      row.getString("event"),
                      Kind.valueOf(row.getString("kind")),
                      Optional.ofNullable(row.getString("reason")),
                      row.getString("detail")));
            }
          }
          return moments;
        });
  }

  @Override
  public List<Gap> gaps(Address gateway, long from, int limit) {
    checkLimit(limit);
    if (from < 1) {
      throw new IllegalArgumentException("expected a sequence number from 1, got " + from);
    }
    return database.read(
        session -> {
          var select =
              session.prepare(
                  """
                  SELECT before + 1, sequence - 1 FROM (
                    SELECT sequence, lag(sequence, 1, ?1 - 1) OVER (ORDER BY sequence) AS before
                    FROM delivery
                    WHERE gateway = ?2 AND sequence >= ?1 AND sequence IS NOT NULL
                      AND standing <> 'VANISHED')
                  WHERE sequence > before + 1 ORDER BY sequence LIMIT ?3
                  """);
          select.setLong(1, from);
          select.setBytes(2, gateway.encoded().toArray());
          select.setInt(3, limit);
          var gaps = new ArrayList<Gap>();
          try (var row = select.executeQuery()) {
            while (row.next()) {
              gaps.add(new Gap(row.getLong(1), row.getLong(2)));
            }
          }
          return gaps;
        });
  }

  @Override
  public List<SlotConflict> conflicts(int limit) {
    checkLimit(limit);
    return database.read(
        session -> {
          var select = session.prepare("SELECT * FROM slot_conflict ORDER BY number DESC LIMIT ?");
          select.setInt(1, limit);
          var conflicts = new ArrayList<SlotConflict>();
          try (var row = select.executeQuery()) {
            while (row.next()) {
              conflicts.add(
                  new SlotConflict(
                      new MessageId(Rows.hash(row, "present_id")),
                      Rows.observation(row, new MessageId(Rows.hash(row, "refused_id"))),
                      Instant.ofEpochMilli(row.getLong("seen_at"))));
            }
          }
          return conflicts;
        });
  }

  @Override
  public List<Unmatched> unmatched(Instant before, int limit) {
    checkLimit(limit);
    return database.read(
        session -> {
          var select =
              session.prepare(
                  "SELECT * FROM arrival WHERE seen_at < ? ORDER BY seen_at, id LIMIT ?");
          select.setLong(1, before.toEpochMilli());
          select.setInt(2, limit);
          var unmatched = new ArrayList<Unmatched>();
          try (var row = select.executeQuery()) {
            while (row.next()) {
              unmatched.add(
                  new Unmatched(
                      new MessageId(Rows.hash(row, "id")),
                      new ChainId(row.getString("chain")),
                      new Checkpoint(row.getLong("height"), Rows.hash(row, "hash")),
                      Rows.hash(row, "transaction_hash"),
                      Instant.ofEpochMilli(row.getLong("seen_at"))));
            }
          }
          return unmatched;
        });
  }

  // ---- within an operation ----

  private Applied apply(Records records, MessageId id, OptionalLong version, Event event)
      throws SQLException {
    var found = records.find(id);
    if (found.isEmpty()) {
      return new Applied.Unknown(id);
    }
    var before = found.get();
    if (version.isPresent() && version.getAsLong() != before.version()) {
      return new Applied.Outdated(before);
    }
    var step = machine.step(before, event);
    records.store(before, event, step);
    return new Applied.Stepped(before, step);
  }

  private void step(Records records, MessageId id, EventFor event, List<Step> steps)
      throws SQLException {
    var was = records.find(id).orElseThrow();
    if (apply(records, id, OptionalLong.empty(), event.of(was)) instanceof Applied.Stepped stepped
        && (stepped.changed() || !stepped.step().effects().isEmpty())) {
      steps.add(stepped.step());
    }
  }

  /// One query for each of the slot's two indexes.
  private static Optional<Delivery> inSlot(Session session, Slot slot, String standing)
      throws SQLException {
    var select =
        session.prepare(
            Rows.SELECT
                + "WHERE d.gateway = ? AND d.send_id = ? AND "
                + standing
                + " ORDER BY d.number DESC LIMIT 1");
    select.setBytes(1, slot.gateway().encoded().toArray());
    select.setBytes(2, slot.sendId().toArray());
    return deliveries(select).stream().findFirst();
  }

  private static Checkpoint includedIn(Delivery delivery) {
    return switch (delivery.state()) {
      case State.Included included -> included.block();
      case State.Settled settled -> settled.block();
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Submitted _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ ->
          delivery.observation().block();
    };
  }

  private static Optional<Checkpoint> checkpoint(Session session, ChainId chain)
      throws SQLException {
    var select = session.prepare("SELECT height, hash FROM checkpoint WHERE chain = ?");
    select.setString(1, chain.value());
    try (var row = select.executeQuery()) {
      return row.next()
          ? Optional.of(new Checkpoint(row.getLong(1), Hash32.of(row.getBytes(2))))
          : Optional.empty();
    }
  }

  private static void setCheckpoint(
      Session session, ChainId chain, Checkpoint checkpoint, Instant at) throws SQLException {
    var upsert =
        session.prepare(
            """
            INSERT INTO checkpoint (chain, height, hash, updated_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (chain) DO UPDATE SET height = ?2, hash = ?3, updated_at = ?4
            """);
    upsert.setString(1, chain.value());
    upsert.setLong(2, checkpoint.height());
    upsert.setBytes(3, checkpoint.hash().toArray());
    upsert.setLong(4, at.toEpochMilli());
    upsert.executeUpdate();
  }

  private static List<MessageId> seenAbove(Session session, ChainId chain, Checkpoint ancestor)
      throws SQLException {
    return ids(
        session.prepare(
            """
            SELECT id FROM delivery
            WHERE source_chain = ? AND block_height > ? AND standing <> 'VANISHED' ORDER BY number
            """),
        chain,
        ancestor);
  }

  private static List<MessageId> includedAbove(Session session, ChainId chain, Checkpoint ancestor)
      throws SQLException {
    return ids(
        session.prepare(
            """
            SELECT id FROM delivery
            WHERE destination_chain = ? AND included_height > ? ORDER BY number
            """),
        chain,
        ancestor);
  }

  private static List<MessageId> ids(PreparedStatement select, ChainId chain, Checkpoint ancestor)
      throws SQLException {
    select.setString(1, chain.value());
    select.setLong(2, ancestor.height());
    var ids = new ArrayList<MessageId>();
    try (var row = select.executeQuery()) {
      while (row.next()) {
        ids.add(new MessageId(Hash32.of(row.getBytes(1))));
      }
    }
    return ids;
  }

  private static void forgetArrivals(Session session, ChainId chain, Checkpoint ancestor)
      throws SQLException {
    var delete = session.prepare("DELETE FROM arrival WHERE chain = ? AND height > ?");
    delete.setString(1, chain.value());
    delete.setLong(2, ancestor.height());
    delete.executeUpdate();
  }

  private static List<Delivery> deliveries(PreparedStatement select) throws SQLException {
    var rows = new Rows();
    var deliveries = new ArrayList<Delivery>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        deliveries.add(rows.delivery(row));
      }
    }
    return deliveries;
  }

  private static String chains(Optional<ChainId> source, Optional<ChainId> destination) {
    return (source.isPresent() ? " AND d.source_chain = ?" : "")
        + (destination.isPresent() ? " AND d.destination_chain = ?" : "");
  }

  private static int setChains(
      PreparedStatement select, int at, Optional<ChainId> source, Optional<ChainId> destination)
      throws SQLException {
    int next = at;
    if (source.isPresent()) {
      select.setString(next++, source.get().value());
    }
    if (destination.isPresent()) {
      select.setString(next++, destination.get().value());
    }
    return next;
  }

  private static void checkScan(
      ChainId chain, Checkpoint next, List<Observation> sent, List<Arrival> received) {
    if (sent.size() + received.size() > ITEMS_MAX) {
      throw new IllegalArgumentException(
          "expected at most %d observations and arrivals, got %d and %d"
              .formatted(ITEMS_MAX, sent.size(), received.size()));
    }
    var foreign =
        sent.stream()
            .filter(seen -> !seen.message().lane().source().equals(chain))
            .map(seen -> seen.id().toString())
            .collect(Collectors.joining(", "));
    if (!foreign.isEmpty()) {
      throw new IllegalArgumentException(
          "expected messages of %s, got those of other chains: %s".formatted(chain, foreign));
    }
    boolean beyond =
        sent.stream().anyMatch(seen -> seen.block().height() > next.height())
            || received.stream().anyMatch(arrival -> arrival.block().height() > next.height());
    if (beyond) {
      throw new IllegalArgumentException(
          "expected nothing above the new checkpoint %s of %s".formatted(next, chain));
    }
  }

  private static void checkLimit(int limit) {
    if (limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException(
          "expected a limit of 1 to %d, got %d".formatted(ROWS_MAX, limit));
    }
  }

  @FunctionalInterface
  private interface EventFor {
    Event of(Delivery was);
  }
}
