// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import static io.wherry.queue.Samples.DESTINATION;
import static io.wherry.queue.Samples.SOURCE;
import static io.wherry.queue.Samples.START;
import static io.wherry.queue.Samples.block;
import static io.wherry.queue.Samples.observation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Lane;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.queue.Addressed;
import io.wherry.queue.Applied;
import io.wherry.queue.Arrival;
import io.wherry.queue.Delivery;
import io.wherry.queue.Effect;
import io.wherry.queue.Event;
import io.wherry.queue.Filter;
import io.wherry.queue.Gap;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.Machine;
import io.wherry.queue.Moment;
import io.wherry.queue.Notice;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Rolled;
import io.wherry.queue.Samples;
import io.wherry.queue.Scanned;
import io.wherry.queue.Standing;
import io.wherry.queue.State;
import io.wherry.queue.Step;
import io.wherry.queue.StoreException;
import io.wherry.queue.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@SuppressWarnings("NullAway.Init")
class SqlDeliveryStoreTest {
  private static final Machine MACHINE = new Machine(Samples.SETTINGS);
  private static final Instant LATER = START.plusSeconds(3_600);

  @TempDir Path directory;
  private Database database;
  private SqlDeliveryStore store;

  @BeforeEach
  void open() {
    database = DatabaseTest.open(directory);
    store = new SqlDeliveryStore(database, MACHINE);
  }

  @AfterEach
  void close() {
    database.close();
  }

  // ---- scans ----

  @Test
  void scanMovesTheCheckpointTogetherWithWhatItFound() {
    var seen = observation(1, block(5));
    assertThat(store.checkpoint(SOURCE)).isEmpty();
    var scanned = scan(Optional.empty(), block(10), seen);
    assertThat(scanned.steps()).hasSize(1);
    assertThat(store.checkpoint(SOURCE)).contains(block(10));
    assertThat(store.find(seen.id())).contains(Delivery.first(seen, START));
    assertThat(store.at(seen.message().slot())).contains(Delivery.first(seen, START));
  }

  @Test
  void scanFromAnotherCheckpointStoresNothing() {
    scan(Optional.empty(), block(10), observation(1, block(5)));
    for (var from : List.<Optional<Checkpoint>>of(Optional.empty(), Optional.of(block(10, 1)))) {
      var answer =
          store.recordScan(
              SOURCE, from, block(20), List.of(observation(2, block(15))), List.of(), START);
      assertThat(answer).isEqualTo(new Scanned.Outdated(Optional.of(block(10))));
    }
    assertThat(store.find(observation(2, block(15)).id())).isEmpty();
    assertThat(store.checkpoint(SOURCE)).contains(block(10));
  }

  @Test
  void failureInTheMiddleOfAScanLeavesNothing() {
    database.write(
        session -> {
          session.execute(
              """
              CREATE TRIGGER planted BEFORE INSERT ON delivery WHEN NEW.sequence = 2
              BEGIN SELECT RAISE(ABORT, 'planted'); END
              """);
          return 0;
        });
    var three =
        new Observation[] {
          observation(1, block(5)), observation(2, block(6)), observation(3, block(7))
        };
    assertThatThrownBy(() -> scan(Optional.empty(), block(10), three))
        .isInstanceOf(StoreException.Failed.class)
        .hasMessageContaining("planted");
    assertThat(store.checkpoint(SOURCE)).isEmpty();
    assertThat(store.list(Filter.ALL, 10, OptionalLong.empty()).deliveries()).isEmpty();
    database.write(
        session -> {
          session.execute("DROP TRIGGER planted");
          return 0;
        });
    assertThat(scan(Optional.empty(), block(10), three).steps()).hasSize(3);
  }

  @Test
  void refusesMessagesOfOtherChainsAndBlocksAboveTheCheckpoint() {
    var seen = List.of(observation(1, block(11)));
    assertThatThrownBy(
            () ->
                store.recordScan(DESTINATION, Optional.empty(), block(20), seen, List.of(), START))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("those of other chains");
    assertThatThrownBy(
            () -> store.recordScan(SOURCE, Optional.empty(), block(10), seen, List.of(), START))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing above the new checkpoint");
  }

  @Test
  void arrivalOfAKnownMessageMakesItIncluded() {
    var seen = observation(1, block(5));
    scan(Optional.empty(), block(10), seen);
    arrive(Optional.empty(), block(3), delivered(seen.id(), block(2)));
    assertThat(state(seen)).isInstanceOf(State.Included.class);
  }

  @Test
  void arrivalBeforeItsMessageIsRememberedUntilItIsSeen() {
    var seen = observation(1, block(5));
    arrive(Optional.empty(), block(3), delivered(seen.id(), block(2)));
    assertThat(store.unmatched(LATER, 10))
        .singleElement()
        .satisfies(
            unmatched -> {
              assertThat(unmatched.id()).isEqualTo(seen.id());
              assertThat(unmatched.chain()).isEqualTo(DESTINATION);
              assertThat(unmatched.block()).isEqualTo(block(2));
            });
    assertThat(store.unmatched(START, 10)).isEmpty();
    scan(Optional.empty(), block(10), seen);
    assertThat(state(seen))
        .isInstanceOfSatisfying(
            State.Included.class, included -> assertThat(included.block()).isEqualTo(block(2)));
    assertThat(store.unmatched(LATER, 10)).isEmpty();
  }

  @Test
  void arrivalOnAChainThatTheMessageDoesNotGoToIsNoDelivery() {
    var seen = observation(1, block(5));
    scan(Optional.empty(), block(10), seen);
    store.recordScan(
        SOURCE,
        Optional.of(block(10)),
        block(11),
        List.of(),
        List.of(delivered(seen.id(), block(11))),
        START);
    assertThat(state(seen)).isInstanceOf(State.Observed.class);
    assertThat(store.unmatched(LATER, 10)).hasSize(1);
  }

  @Test
  void secondMessageForASlotIsKeptAsEvidenceOnly() {
    var first = observation(1, block(5));
    var second = observation(Samples.message(1, "another"), block(6));
    scan(Optional.empty(), block(10), first);
    var scanned = scan(Optional.of(block(10)), block(11), second);
    assertThat(scanned.conflicts())
        .singleElement()
        .satisfies(
            conflict -> {
              assertThat(conflict.present()).isEqualTo(first.id());
              assertThat(conflict.refused()).isEqualTo(second);
            });
    assertThat(store.find(second.id())).isEmpty();
    assertThat(store.conflicts(10)).isEqualTo(scanned.conflicts());
    assertThat(store.at(first.message().slot()).map(Delivery::id)).contains(first.id());
    assertThat(store.checkpoint(SOURCE)).contains(block(11));
  }

  @Test
  void anotherMessageMayTakeTheSlotOfOneThatVanished() {
    var first = observation(1, block(5));
    scan(Optional.empty(), block(10), first);
    store.rollBack(SOURCE, block(4), START);
    var second = observation(Samples.message(1, "another"), block(5, 1));
    assertThat(scan(Optional.of(block(4)), block(10, 1), second).conflicts()).isEmpty();
    assertThat(store.at(first.message().slot()).map(Delivery::id)).contains(second.id());
    // And the first may not come back while the second is there.
    var back = observation(1, block(11, 1));
    assertThat(scan(Optional.of(block(10, 1)), block(11, 1), back).conflicts()).hasSize(1);
    assertThat(state(first)).isInstanceOf(State.Orphaned.class);
  }

  // ---- forks ----

  @Test
  void rollBackOrphansWhatIsAboveTheAncestorAndSeeingItAgainRevivesIt() {
    var below = observation(1, block(5));
    var above = observation(2, block(6));
    scan(Optional.empty(), block(10), below, above);
    assertThat(store.rollBack(SOURCE, block(5), LATER))
        .isInstanceOfSatisfying(Rolled.Back.class, back -> assertThat(back.steps()).hasSize(1));
    assertThat(store.checkpoint(SOURCE)).contains(block(5));
    assertThat(state(below)).isInstanceOf(State.Observed.class);
    assertThat(state(above)).isInstanceOf(State.Orphaned.class);
    assertThat(store.gaps(above.message().slot().gateway(), 1, 10)).isEmpty();

    var again = observation(2, block(7, 1));
    scan(Optional.of(block(5)), block(10, 1), again);
    assertThat(store.find(above.id()))
        .hasValueSatisfying(
            revived -> {
              assertThat(revived.observation()).isEqualTo(again);
              assertThat(revived.standing()).isEqualTo(new Standing.Reversible());
              assertThat(revived.state()).isInstanceOf(State.Observed.class);
            });
  }

  @Test
  void rollBackOfTheDestinationSendsTheOwnTransactionAgain() {
    var seen = observation(1, block(5));
    var ours = submit(seen);
    arrive(Optional.empty(), block(10), delivered(seen.id(), block(9), ours.hash()));
    assertThat(state(seen)).isInstanceOf(State.Included.class);
    store.rollBack(DESTINATION, block(8), LATER);
    assertThat(state(seen))
        .isInstanceOfSatisfying(
            State.Submitted.class,
            submitted -> assertThat(submitted.transaction()).isEqualTo(ours));
  }

  @Test
  void rollBackForgetsArrivalsAboveTheAncestor() {
    var kept = observation(1, block(5));
    var lost = observation(2, block(5));
    arrive(
        Optional.empty(), block(3), delivered(kept.id(), block(2)), delivered(lost.id(), block(3)));
    store.rollBack(DESTINATION, block(2), START);
    scan(Optional.empty(), block(10), kept, lost);
    assertThat(state(kept)).isInstanceOf(State.Included.class);
    assertThat(state(lost)).isInstanceOf(State.Observed.class);
  }

  @Test
  void rollBackUnderASettledDeliveryRaisesTheAlarmAndKeepsIt() {
    var seen = observation(1, block(5));
    scan(Optional.empty(), block(10), seen);
    arrive(Optional.empty(), block(10), delivered(seen.id(), block(9)));
    store.apply(seen.id(), new Event.SettledSeen(LATER, block(9), "tag"));
    var rolled = store.rollBack(DESTINATION, block(8), LATER);
    assertThat(((Rolled.Back) rolled).steps())
        .flatExtracting(Step::effects)
        .singleElement()
        .isInstanceOfSatisfying(
            Effect.Notify.class,
            notify -> assertThat(notify.notice()).isEqualTo(Notice.DESTINATION_FINALITY_VIOLATED));
    assertThat(state(seen)).isInstanceOf(State.Settled.class);
    assertThat(store.timeline(seen.id()).getLast().event()).isEqualTo("DestinationOrphaned");
  }

  @Test
  void rollBackAboveTheCheckpointStoresNothing() {
    scan(Optional.empty(), block(10));
    assertThat(store.rollBack(SOURCE, block(11), START))
        .isEqualTo(new Rolled.Outdated(Optional.of(block(10))));
    assertThat(store.rollBack(DESTINATION, block(11), START))
        .isEqualTo(new Rolled.Outdated(Optional.empty()));
  }

  // ---- events ----

  @Test
  void everyStateReadsBackFromItsRow() {
    long sequence = 1;
    for (var state : StateJsonTest.everyState()) {
      var seen = observation(sequence++, block(5));
      var first = Delivery.first(seen, START);
      var next =
          new Delivery(
              seen,
              new Standing.Irreversible("60 blocks"),
              Optional.of(Samples.attestation(3, seen.id())),
              state,
              2,
              2,
              LATER);
      database.write(
          session -> {
            var records = new Records(session);
            var event = new Event.Seen(START, seen);
            records.insert(first, event);
            records.store(first, event, new Step(next, List.of()));
            return 0;
          });
      assertThat(store.find(seen.id())).contains(next);
    }
  }

  @Test
  void attestationAndOwnTransactionOfABatchAreStoredOnce() {
    var one = observation(1, block(5));
    var two = observation(2, block(5));
    scan(Optional.empty(), block(10), one, two);
    var attestation = Samples.attestation(1, one.id(), two.id());
    var prepared = new Event.Prepared(START, Samples.transaction(4));
    var events =
        List.of(one, two).stream()
            .flatMap(
                seen ->
                    List.<Event>of(
                            new Event.BecameFinal(START, seen.block(), "tag"),
                            new Event.AttestationReceived(START, attestation),
                            prepared)
                        .stream()
                        .map(event -> new Addressed(seen.id(), event)))
            .toList();
    assertThat(store.applyAll(events)).hasSize(6).allMatch(Applied.Stepped.class::isInstance);
    assertThat(count("attestation")).isEqualTo(1);
    assertThat(count("own_transaction")).isEqualTo(1);
    for (var seen : List.of(one, two)) {
      assertThat(store.find(seen.id()))
          .hasValueSatisfying(
              delivery -> {
                assertThat(delivery.attestation()).contains(attestation);
                assertThat(delivery.state()).isInstanceOf(State.Submitted.class);
              });
    }
  }

  @Test
  void eventForAnOldVersionStoresNothing() {
    var seen = observation(1, block(5));
    scan(Optional.empty(), block(10), seen);
    var last = new Event.BecameFinal(START, seen.block(), "tag");
    assertThat(store.apply(seen.id(), 1, last)).isInstanceOf(Applied.Stepped.class);
    assertThat(store.apply(seen.id(), 1, new Event.Drop(START, "no")))
        .isInstanceOfSatisfying(
            Applied.Outdated.class,
            outdated -> assertThat(outdated.current().version()).isEqualTo(2));
    assertThat(state(seen)).isInstanceOf(State.Final.class);
  }

  @Test
  void aWriterThatReadAnOldVersionCannotOverwrite() {
    var seen = observation(1, block(5));
    scan(Optional.empty(), block(10), seen);
    var old = store.find(seen.id()).orElseThrow();
    store.apply(seen.id(), new Event.BecameFinal(START, seen.block(), "tag"));
    var drop = new Event.Drop(START, "no");
    assertThatThrownBy(
            () ->
                database.write(
                    session -> {
                      new Records(session).store(old, drop, MACHINE.step(old, drop));
                      return 0;
                    }))
        .isInstanceOf(StoreException.Failed.class)
        .hasMessageContaining("not at version 1 any more");
    assertThat(state(seen)).isInstanceOf(State.Final.class);
  }

  @Test
  void eventForAnUnknownMessageIsAnsweredAsSuch() {
    var id = observation(1, block(5)).id();
    assertThat(store.apply(id, new Event.Replay(START))).isEqualTo(new Applied.Unknown(id));
    assertThat(store.timeline(id)).isEmpty();
  }

  @Test
  void everythingIsThereAfterAReopening() {
    var seen = observation(1, block(5));
    var ours = submit(seen);
    var before = store.find(seen.id());
    database.close();
    open();
    assertThat(store.find(seen.id())).isEqualTo(before).isPresent();
    assertThat(state(seen))
        .isInstanceOfSatisfying(
            State.Submitted.class,
            submitted -> assertThat(submitted.transaction()).isEqualTo(ours));
    assertThat(Files.exists(directory.resolve("wherry.db"))).isTrue();
  }

  // ---- what is due ----

  @Test
  void dueAnswersTheLongestDueFirstAndOnlyWhatIsDue() {
    var seen =
        List.of(observation(1, block(1)), observation(2, block(2)), observation(3, block(3)));
    scan(Optional.empty(), block(10), seen.toArray(Observation[]::new));
    // Ranks differ by message; a failed attempt sets a time that does not.
    fail(seen.get(0), 300);
    fail(seen.get(1), 100);
    fail(seen.get(2), 200);
    var due = store.due(Work.FINALIZE, Optional.of(SOURCE), Optional.empty(), LATER, 10);
    assertThat(due)
        .extracting(delivery -> delivery.observation().block().height())
        .containsExactly(2L, 3L, 1L);
    assertThat(store.due(Work.FINALIZE, Optional.empty(), Optional.empty(), LATER, 2))
        .isEqualTo(due.subList(0, 2));
    var first = due.getFirst().state().nextAttemptAt().orElseThrow();
    assertThat(store.nextDue(Work.FINALIZE, Optional.of(SOURCE), Optional.of(DESTINATION)))
        .contains(first);
    assertThat(store.due(Work.FINALIZE, Optional.empty(), Optional.empty(), first, 10))
        .containsExactly(due.getFirst());
    assertThat(
            store.due(Work.FINALIZE, Optional.empty(), Optional.empty(), first.minusMillis(1), 10))
        .isEmpty();
    assertThat(store.due(Work.FINALIZE, Optional.of(DESTINATION), Optional.empty(), LATER, 10))
        .isEmpty();
    assertThat(store.due(Work.ATTEST, Optional.empty(), Optional.empty(), LATER, 10)).isEmpty();
    assertThat(store.nextDue(Work.ATTEST, Optional.empty(), Optional.empty())).isEmpty();
  }

  // ---- what operators see ----

  @Test
  void timelineTellsEveryChangeAndCountsRepeats() {
    var seen = observation(1, block(5));
    submit(seen);
    var id = seen.id();
    store.apply(id, new Event.StillPending(LATER));
    store.apply(id, new Event.TransportFailed(LATER, "timeout"));
    store.apply(id, new Event.TransportFailed(LATER.plusSeconds(9), "refused"));
    assertThat(store.timeline(id))
        .extracting(Moment::event, Moment::kind, Moment::times, Moment::detail)
        .containsExactly(
            tuple(
                "Seen",
                Kind.OBSERVED,
                1L,
                "in block %s, transaction %s, log 3".formatted(seen.block(), seen.transaction())),
            tuple("BecameFinal", Kind.FINAL, 1L, "tag"),
            tuple(
                "AttestationReceived", Kind.ATTESTED, 1L, "secp256k1-evm, key epoch 1, batch of 1"),
            tuple(
                "Prepared",
                Kind.SUBMITTED,
                1L,
                "transaction %s, nonce 4".formatted(Samples.transaction(4).hash())),
            tuple("TransportFailed", Kind.SUBMITTED, 2L, "refused"));
    assertThat(store.timeline(id).getLast().at()).isEqualTo(LATER);
    assertThat(store.timeline(id).getLast().lastAt()).isEqualTo(LATER.plusSeconds(9));
  }

  @Test
  void listFiltersAndPages() {
    var seen =
        List.of(
            observation(1, block(1)),
            observation(2, block(2)),
            observation(3, block(3)),
            observation(4, block(4)));
    scan(Optional.empty(), block(10), seen.toArray(Observation[]::new));
    store.apply(seen.get(1).id(), new Event.Hold(START, HoldReason.OPERATOR, "Look 100% first"));
    var one = store.list(Filter.ALL, 3, OptionalLong.empty());
    assertThat(heights(one.deliveries())).containsExactly(4L, 3L, 2L);
    var two = store.list(Filter.ALL, 3, one.next());
    assertThat(heights(two.deliveries())).containsExactly(1L);
    assertThat(two.next()).isEmpty();

    assertThat(listed(Set.of(Kind.HELD), "")).containsExactly(2L);
    assertThat(listed(Set.of(Kind.HELD, Kind.OBSERVED), "")).containsExactly(4L, 3L, 2L, 1L);
    assertThat(listed(Set.of(), "look 100%")).containsExactly(2L);
    assertThat(listed(Set.of(), "operator")).containsExactly(2L);
    assertThat(listed(Set.of(), "look _00")).isEmpty();
    assertThat(listed(Set.of(), seen.get(2).id().toString().substring(0, 14))).containsExactly(3L);
    assertThat(listed(Set.of(), seen.get(0).transaction().toString())).containsExactly(1L);
    assertThat(listed(Set.of(), "' OR 1=1 --")).isEmpty();
    var elsewhere =
        new Filter(Set.of(), Optional.of(DESTINATION), Optional.empty(), Optional.empty());
    assertThat(store.list(elsewhere, 10, OptionalLong.empty()).deliveries()).isEmpty();
  }

  @Test
  void countsByLaneAndState() {
    var one = observation(1, block(1));
    scan(Optional.empty(), block(10), one, observation(2, block(2)), observation(3, block(3)));
    store.apply(one.id(), new Event.Drop(START, "spam"));
    assertThat(store.counts())
        .isEqualTo(
            Map.of(new Lane(SOURCE, DESTINATION), Map.of(Kind.OBSERVED, 2L, Kind.DEAD_LETTER, 1L)));
  }

  @Test
  void gapsAreTheSequencesThatNobodyShowedUs() {
    var gateway = observation(1, block(1)).message().slot().gateway();
    scan(
        Optional.empty(),
        block(10),
        observation(3, block(1)),
        observation(4, block(2)),
        observation(8, block(3)));
    assertThat(store.gaps(gateway, 1, 10)).containsExactly(new Gap(1, 2), new Gap(5, 7));
    assertThat(store.gaps(gateway, 3, 10)).containsExactly(new Gap(5, 7));
    assertThat(store.gaps(gateway, 6, 10)).containsExactly(new Gap(6, 7));
    assertThat(store.gaps(gateway, 9, 10)).isEmpty();
    assertThat(store.gaps(gateway, 1, 1)).containsExactly(new Gap(1, 2));
    assertThat(store.gaps(Samples.account(SOURCE, 999), 1, 10)).isEmpty();
  }

  // ---- small language ----

  private Scanned.Recorded scan(Optional<Checkpoint> from, Checkpoint next, Observation... sent) {
    return (Scanned.Recorded) store.recordScan(SOURCE, from, next, List.of(sent), List.of(), START);
  }

  private void arrive(Optional<Checkpoint> from, Checkpoint next, Arrival... received) {
    assertThat(store.recordScan(DESTINATION, from, next, List.of(), List.of(received), START))
        .isInstanceOf(Scanned.Recorded.class);
  }

  private static Arrival delivered(MessageId id, Checkpoint block) {
    return delivered(id, block, Samples.hash(77));
  }

  private static Arrival delivered(MessageId id, Checkpoint block, Hash32 transaction) {
    return new Arrival(id, new Arrival.Outcome.Delivered(), block, transaction);
  }

  private OwnTransaction submit(Observation seen) {
    scan(Optional.empty(), block(10), seen);
    var ours = Samples.transaction(4);
    for (var event :
        List.of(
            new Event.BecameFinal(START, seen.block(), "tag"),
            new Event.AttestationReceived(START, Samples.attestation(1, seen.id())),
            new Event.Prepared(START, ours))) {
      assertThat(store.apply(seen.id(), event)).isInstanceOf(Applied.Stepped.class);
    }
    return ours;
  }

  private void fail(Observation seen, long afterSeconds) {
    store.apply(seen.id(), new Event.TransportFailed(START.plusSeconds(afterSeconds), "timeout"));
  }

  private State state(Observation seen) {
    return store.find(seen.id()).orElseThrow().state();
  }

  private List<Long> listed(Set<Kind> kinds, String text) {
    var filter = new Filter(kinds, Optional.empty(), Optional.empty(), Optional.of(text));
    return heights(store.list(filter, 10, OptionalLong.empty()).deliveries());
  }

  private static List<Long> heights(List<Delivery> deliveries) {
    return deliveries.stream().map(each -> each.observation().block().height()).toList();
  }

  private long count(String table) {
    return database.read(
        session -> {
          try (var row = session.prepare("SELECT count(*) FROM " + table).executeQuery()) {
            row.next();
            return row.getLong(1);
          }
        });
  }
}
