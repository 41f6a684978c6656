// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Address;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Lane;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a node remembers of its deliveries. Every method blocks until it is done, and may be called
/// from any thread, also a virtual one. What a writing method has answered is on disk. All throw
/// [StoreException].
public interface DeliveryStore {
  /// The most observations and arrivals of one [#recordScan], and events of one [#applyAll].
  int ITEMS_MAX = 10_000;

  /// The most rows of one answer of [#due], [#list], [#gaps] and [#conflicts].
  int ROWS_MAX = 10_000;

  /// How far `chain` was scanned; empty before its first scan.
  Optional<Checkpoint> checkpoint(ChainId chain);

  /// Stores a scan of `chain` in one transaction: the checkpoint moves with everything found.
  /// Observations step through the machine as [Event.Seen]; arrivals step known deliveries, and are
  /// remembered for those that are not known yet. Called by the chain's watcher. A repeat is
  /// answered with [Scanned.Outdated], because the checkpoint has moved.
  ///
  /// @param from where the scan began: empty only for the chain's first
  /// @param next where it ended; the same as `from` when only arrivals of a repaired gap are stored
  /// @param sent what left `chain`, in its order
  /// @param received what arrived on `chain`, in its order
  /// @param at now
  /// @throws IllegalArgumentException for more than [#ITEMS_MAX] items: scan fewer blocks at once
  Scanned recordScan(
      ChainId chain,
      Optional<Checkpoint> from,
      Checkpoint next,
      List<Observation> sent,
      List<Arrival> received,
      Instant at);

  /// Goes back to `ancestor` in one transaction: every delivery seen above it on `chain` is stepped
  /// by [Event.SourceOrphaned], every one included above it by [Event.DestinationOrphaned], and
  /// arrivals remembered above it are forgotten. Called by the chain's watcher; a repeat changes
  /// nothing.
  ///
  /// @param ancestor the highest block that is still canonical; not above the checkpoint
  /// @param at now
  Rolled rollBack(ChainId chain, Checkpoint ancestor, Instant at);

  /// The delivery of message `id`.
  Optional<Delivery> find(MessageId id);

  /// The delivery that holds `slot`; where all that were seen in it have vanished, the last of
  /// them.
  Optional<Delivery> at(Slot slot);

  /// Steps one delivery and stores the result, in one transaction. Called by whoever learnt of
  /// `event`; a repeat is harmless, as the machine takes it for one that does not apply.
  Applied apply(MessageId id, Event event);

  /// As [#apply(MessageId, Event)], but only while the delivery has `version`: for callers that
  /// decided on what they had read.
  Applied apply(MessageId id, long version, Event event);

  /// Steps many deliveries in one transaction, in the order given: for a batch, whose messages
  /// share a transaction or an attestation. All are stored, or none.
  ///
  /// @throws IllegalArgumentException for more than [#ITEMS_MAX] events
  List<Applied> applyAll(List<Addressed> events);

  /// What has to be done by `now`: the longest due first, at most `limit` (1 to [#ROWS_MAX]).
  ///
  /// @param work which kind of work
  /// @param source only what left there
  /// @param destination only what goes there
  List<Delivery> due(
      Work work, Optional<ChainId> source, Optional<ChainId> destination, Instant now, int limit);

  /// When the next such work is due, for wake-ups: perhaps in the past. Empty where there is none.
  Optional<Instant> nextDue(Work work, Optional<ChainId> source, Optional<ChainId> destination);

  /// Deliveries that `filter` admits, the newest first.
  ///
  /// @param limit how many, 1 to [#ROWS_MAX]
  /// @param cursor [Page#next] of the page before, or empty for the first
  Page list(Filter filter, int limit, OptionalLong cursor);

  /// How many deliveries are in each state, by lane. Kinds without any are left out.
  Map<Lane, Map<Kind, Long>> counts();

  /// What happened to message `id`, from the beginning: at most the last [#ROWS_MAX] entries. Empty
  /// where it is not known.
  List<Moment> timeline(MessageId id);

  /// Runs of sequence numbers, at or above `from`, that `gateway` must have used and that were not
  /// seen, or whose only message vanished: the lowest first.
  ///
  /// @param from the first sequence number that this node should have seen, at least 1
  /// @param limit how many runs, 1 to [#ROWS_MAX]
  List<Gap> gaps(Address gateway, long from, int limit);

  /// Messages that were refused because their slot was taken: the newest first.
  ///
  /// @param limit how many, 1 to [#ROWS_MAX]
  List<SlotConflict> conflicts(int limit);

  /// Deliveries on this node's chains of messages that it has not seen leave, learnt of before
  /// `before`: the oldest first.
  ///
  /// @param limit how many, 1 to [#ROWS_MAX]
  List<Unmatched> unmatched(Instant before, int limit);
}
