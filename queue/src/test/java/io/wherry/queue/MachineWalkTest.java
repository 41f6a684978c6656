// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Random walks through the machine. A walk follows from its seed, which a failure names.
class MachineWalkTest {
  private static final int WALKS = 2_000;
  private static final int STEPS = 120;
  private static final Machine MACHINE = new Machine(Samples.SETTINGS);
  private static final List<HoldReason> HOLDS = List.copyOf(EnumSet.allOf(HoldReason.class));
  private static final Set<WaitReason> ENDLESS =
      EnumSet.of(
          WaitReason.TRANSPORT,
          WaitReason.ATTESTATION,
          WaitReason.FUNDS,
          WaitReason.PAUSED,
          WaitReason.REFUSED,
          WaitReason.ALREADY_DELIVERED);

  @Test
  void whatAlwaysHoldsHoldsOnEveryWalk() {
    var reached = EnumSet.noneOf(Kind.class);
    for (long seed = 0; seed < WALKS; seed++) {
      var random = new SplittableRandom(seed);
      var now = Samples.START;
      var delivery = Delivery.first(Samples.observation(1, Samples.block(50)), now);
      for (int i = 0; i < STEPS; i++) {
        now = now.plusMillis(random.nextInt(20_000));
        var event = event(random, delivery, now);
        var step = MACHINE.step(delivery, event);
        check(delivery, event, step, describing(seed, i, event));
        delivery = step.next();
        reached.add(delivery.state().kind());
      }
    }
    assertThat(reached).containsExactlyInAnyOrder(Kind.values());
  }

  private static Supplier<String> describing(long seed, int at, Event event) {
    return () -> "seed %d, step %d, %s".formatted(seed, at, event);
  }

  private static void check(Delivery before, Event event, Step step, Supplier<String> where) {
    var after = step.next();
    var was = before.state();
    var is = after.state();
    assertThat(after.version()).as(where).isIn(before.version(), before.version() + 1);
    if (after.version() == before.version()) {
      assertThat(after).as(where).isSameAs(before);
    }
    if (was instanceof State.Settled) {
      assertThat(after).as(where).isSameAs(before);
    }
    if (is instanceof State.Settled settled && !(was instanceof State.Settled)) {
      assertThat(event).as(where).isInstanceOf(Event.SettledSeen.class);
      assertThat(was)
          .as(where)
          .isInstanceOfSatisfying(
              State.Included.class,
              included -> {
                assertThat(included.witness()).isNotEqualTo(Witness.OWN_RECEIPT);
                assertThat(settled.block()).isEqualTo(included.block());
              });
      assertThat(((Event.SettledSeen) event).block()).as(where).isEqualTo(settled.block());
    }
    if (before.attestation().isPresent()) {
      assertThat(after.attestation()).as(where).isPresent();
      assertThat(epoch(after)).as(where).isGreaterThanOrEqualTo(epoch(before));
    }
    boolean begins = is instanceof State.Submitted && !(was instanceof State.Included);
    if (is instanceof State.Attested
        || begins && after.version() != before.version() && !(was instanceof State.Submitted)) {
      assertThat(after.standing()).as(where).isInstanceOf(Standing.Irreversible.class);
    }
    if (is instanceof State.Orphaned) {
      assertThat(after.standing()).as(where).isInstanceOf(Standing.Vanished.class);
    }
    if (is instanceof State.DeadLetter dead && !(was instanceof State.DeadLetter)) {
      assertThat(dead.reason() == DeadReason.DROPPED || after.attempts() >= 3).as(where).isTrue();
    }
    if (is instanceof State.Waiting waiting && ENDLESS.contains(waiting.reason())) {
      int counted = event instanceof Event.AttestationRefused ? 1 : 0;
      assertThat(after.attempts()).as(where).isLessThanOrEqualTo(before.attempts() + counted);
    }
    is.nextAttemptAt()
        .ifPresent(
            next -> assertThat(next).as(where).isEqualTo(next.truncatedTo(ChronoUnit.MILLIS)));
    assertThat(is.nextAttemptAt().isPresent()).as(where).isEqualTo(is.work().isPresent());
    boolean sends = step.effects().stream().anyMatch(effect -> effect instanceof Effect.Broadcast);
    if (sends) {
      assertThat(is).as(where).isInstanceOf(State.Submitted.class);
      assertThat(after.standing()).as(where).isNotInstanceOf(Standing.Vanished.class);
    }
    if (was instanceof State.Submitted submitted && !(is instanceof State.Submitted)) {
      checkOwnTransactionIsAccountedFor(submitted, event, is, where);
    }
    if (event instanceof Event.Seen seen
        && before.standing() instanceof Standing.Vanished
        && was instanceof State.Orphaned) {
      assertThat(is).as(where).isInstanceOf(State.Observed.class);
      assertThat(after.observation()).as(where).isEqualTo(seen.observation());
    }
  }

  /// It leaves `Submitted` only with the news that it is mined, lost, or no longer needed; and in
  /// the last case it is still known.
  private static void checkOwnTransactionIsAccountedFor(
      State.Submitted submitted, Event event, State is, Supplier<String> where) {
    if (is instanceof State.Included included) {
      assertThat(included.own()).as(where).contains(submitted.transaction());
    } else {
      assertThat(event.getClass())
          .as(where)
          .isIn(
              Event.SubmitRejected.class,
              Event.Superseded.class,
              Event.IncludedSeen.class,
              Event.RecipientFailed.class);
    }
  }

  private static long epoch(Delivery delivery) {
    return delivery.attestation().orElseThrow().batch().keyEpoch().number();
  }

  /// Mostly events that could be true of the delivery, so that walks get somewhere, and some that
  /// speak of other blocks and transactions.
  private static Event event(SplittableRandom random, Delivery delivery, Instant now) {
    var source = random.nextInt(8) == 0 ? place(random, 50) : delivery.observation().block();
    var target = random.nextInt(8) == 0 ? place(random, 70) : destinationBlock(random, delivery);
    var transaction = transaction(random, delivery);
    return switch (random.nextInt(26)) {
      case 0, 1 -> new Event.Seen(now, Samples.observation(1, place(random, 50)));
      case 2, 3, 4 -> new Event.BecameFinal(now, source, "60 blocks");
      case 5 -> new Event.SourceOrphaned(now, source);
      case 6, 7 ->
          new Event.AttestationReceived(
              now, Samples.attestation(1 + random.nextInt(3), delivery.id()));
      case 8 -> new Event.AttestFailed(now, "2 of 3");
      case 9 -> new Event.AttestationRefused(now, "UnknownKeyEpoch(1)");
      case 10, 11 -> new Event.Prepared(now, Samples.transaction(random.nextInt(4)));
      case 12 -> new Event.SubmitRejected(now, transaction, "nonce too low");
      case 13 -> new Event.Superseded(now, transaction, "nonce was used");
      case 14 -> new Event.SubmitReverts(now, "Unauthorized()");
      case 15 ->
          new Event.SubmitRefused(
              now,
              List.of(Refusal.FUNDS, Refusal.PAUSED, Refusal.OTHER).get(random.nextInt(3)),
              "no");
      case 16 -> new Event.TransportFailed(now, "timeout");
      case 17 -> new Event.StillPending(now);
      case 18 ->
          new Event.IncludedSeen(
              now, transaction, target, random.nextBoolean(), 21_000, BigInteger.TEN);
      case 19 -> new Event.DeliverySeen(now, target, transaction);
      case 20 -> new Event.RecipientFailed(now, target, transaction, "No()");
      case 21 ->
          new Event.AlreadyDelivered(
              now, random.nextBoolean() ? Optional.of(target) : Optional.empty());
      case 22 -> new Event.DestinationOrphaned(now, target);
      case 23 ->
          random.nextInt(4) == 0
              ? new Event.SettledSeen(now, target, "tag")
              : new Event.StillPending(now);
      case 24 -> new Event.Replay(now);
      default ->
          switch (random.nextInt(3)) {
            case 0 -> new Event.Drop(now, "spam");
            case 1 -> new Event.Hold(now, reason(random), "wait");
            default -> new Event.Release(now, reason(random));
          };
    };
  }

  private static HoldReason reason(SplittableRandom random) {
    return HOLDS.get(random.nextInt(HOLDS.size()));
  }

  private static Checkpoint place(SplittableRandom random, long height) {
    return Samples.block(height + random.nextInt(2), random.nextInt(2));
  }

  private static Checkpoint destinationBlock(SplittableRandom random, Delivery delivery) {
    return delivery.state() instanceof State.Included included
        ? included.block()
        : place(random, 70);
  }

  private static Hash32 transaction(SplittableRandom random, Delivery delivery) {
    if (random.nextInt(4) == 0) {
      return Samples.transaction(random.nextInt(4)).hash();
    }
    return switch (delivery.state()) {
      case State.Submitted submitted -> submitted.transaction().hash();
      case State.Included included -> included.transaction().orElse(Hash32.ZERO);
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Settled _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ ->
          Samples.hash(1);
    };
  }

  @Test
  void sameHistoryGivesTheSameTimes() {
    assertThat(List.of(walk(7), walk(8))).containsExactly(walk(7), walk(8));
    assertThat(walk(7)).isNotEqualTo(walk(8));
  }

  private static Delivery walk(long seed) {
    var random = new SplittableRandom(seed);
    var now = Samples.START;
    var delivery = Delivery.first(Samples.observation(1, Samples.block(50)), now);
    for (int i = 0; i < 10; i++) {
      now = now.plus(Duration.ofSeconds(1));
      delivery = MACHINE.step(delivery, event(random, delivery, now)).next();
    }
    return delivery;
  }
}
