// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.model.Checkpoint;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Histories that have cost other relayers messages or money.
class MachineTrapsTest {
  private static final Checkpoint SEEN_IN = Samples.block(50);
  private static final Checkpoint DONE_IN = Samples.block(70);
  private static final OwnTransaction OURS = Samples.transaction(5);
  private static final Machine MACHINE = new Machine(Samples.SETTINGS);

  private Instant now = Samples.START;
  private Instant last = now;
  private Delivery delivery = Delivery.first(Samples.observation(1, SEEN_IN), Samples.START);
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void ranksWaitForTheirTurn() {
    becomesFinal();
    int rank = Rendezvous.rank(delivery.id(), Samples.SETTINGS.members(), Samples.SETTINGS.self());
    var turn = last.plus(Duration.ofSeconds(30).multipliedBy(rank));
    assertThat(delivery.state()).isEqualTo(new State.Final(turn));
    assertThat(effects).containsExactly(new Effect.Attest(delivery.id(), turn));
    isAttested();
    turn = last.plus(Duration.ofSeconds(30).multipliedBy(rank));
    assertThat(delivery.state()).isEqualTo(new State.Attested(turn));
    assertThat(effects).containsExactly(new Effect.Submit(delivery.id(), turn));
  }

  @Test
  void attestationThatComesBeforeOurOwnFinalityWaitsForIt() {
    isAttested();
    assertThat(delivery.state()).isInstanceOf(State.Observed.class);
    becomesFinal();
    assertThat(delivery.state()).isInstanceOf(State.Attested.class);
  }

  @Test
  void attestationOfOtherMessagesOrAnotherChainIsNotOurs() {
    becomesFinal();
    var other = Samples.observation(2, SEEN_IN).id();
    happens(new Event.AttestationReceived(now, Samples.attestation(1, other)));
    assertThat(delivery.attestation()).isEmpty();
  }

  @Test
  void finalityOfAnOldBlockIsNotThatOfTheNewOne() {
    happens(new Event.SourceOrphaned(now, SEEN_IN));
    happens(new Event.Seen(now, Samples.observation(1, Samples.block(51, 1))));
    happens(new Event.BecameFinal(now, SEEN_IN, "late answer"));
    assertThat(delivery.state()).isInstanceOf(State.Observed.class);
    assertThat(delivery.standing()).isEqualTo(new Standing.Reversible());
    happens(new Event.SourceOrphaned(now, SEEN_IN));
    assertThat(delivery.state()).isInstanceOf(State.Observed.class);
  }

  @Test
  void transactionIsSentOnlyAfterItIsStoredAndNeverOnceTheMessageIsDelivered() {
    becomesFinal();
    isAttested();
    happens(new Event.DeliverySeen(now, DONE_IN, Samples.hash(1)));
    happens(new Event.Prepared(now, OURS));
    assertThat(delivery.state()).isInstanceOf(State.Included.class);
    assertThat(effects).containsExactly(new Effect.Discard(delivery.id(), OURS));
  }

  @Test
  void successOfTheTransactionIsNotYetTheDeliveryOfTheMessage() {
    isSubmitted();
    happens(new Event.IncludedSeen(now, OURS.hash(), DONE_IN, true, 1, BigInteger.ONE));
    happens(new Event.SettledSeen(now, DONE_IN, "tag"));
    assertThat(delivery.state()).isInstanceOf(State.Included.class);
    happens(new Event.RecipientFailed(now, DONE_IN, OURS.hash(), "No()"));
    assertThat(delivery.state())
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> {
              assertThat(waiting.reason()).isEqualTo(WaitReason.RECIPIENT_FAILED);
              assertThat(waiting.lastError()).isEqualTo("No()");
            });
    assertThat(delivery.attempts()).isEqualTo(1);
    happens(new Event.IncludedSeen(now, OURS.hash(), DONE_IN, true, 1, BigInteger.ONE));
    assertThat(delivery.state()).isInstanceOf(State.Waiting.class);
  }

  @Test
  void ownDeliverySettlesWithItsCostWhicheverNewsComesFirst() {
    var receipt = new Event.IncludedSeen(now, OURS.hash(), DONE_IN, true, 9, BigInteger.TEN);
    var event = new Event.DeliverySeen(now, DONE_IN, OURS.hash());
    for (var news : List.of(List.<Event>of(receipt, event), List.<Event>of(event, receipt))) {
      delivery = Delivery.first(Samples.observation(1, SEEN_IN), Samples.START);
      isSubmitted();
      news.forEach(this::happens);
      assertThat(((State.Included) delivery.state()).ours()).isTrue();
      happens(new Event.SettledSeen(now, DONE_IN, "tag"));
      assertThat(delivery.state())
          .isEqualTo(
              new State.Settled(
                  DONE_IN,
                  Optional.of(OURS.hash()),
                  Optional.of(new Cost(9, BigInteger.TEN)),
                  "tag"));
    }
  }

  @Test
  void finalityOfABlockThatNoLongerHoldsItSettlesNothing() {
    isSubmitted();
    happens(new Event.DeliverySeen(now, DONE_IN, OURS.hash()));
    happens(new Event.DeliverySeen(now, Samples.block(71, 1), OURS.hash()));
    happens(new Event.SettledSeen(now, DONE_IN, "tag"));
    assertThat(delivery.state()).isInstanceOf(State.Included.class);
    happens(new Event.SettledSeen(now, Samples.block(71, 1), "tag"));
    assertThat(delivery.state()).isInstanceOf(State.Settled.class);
  }

  @Test
  void vanishedInclusionIsLookedForAgainWithTheSameTransaction() {
    isSubmitted();
    happens(new Event.DeliverySeen(now, DONE_IN, Samples.hash(1)));
    happens(new Event.DestinationOrphaned(now, DONE_IN));
    assertThat(delivery.state())
        .isInstanceOfSatisfying(
            State.Submitted.class,
            submitted -> assertThat(submitted.transaction()).isEqualTo(OURS));
  }

  @Test
  void failuresThatCountEndInADeadLetterAndReplayStartsAnew() {
    isSubmitted();
    var delays = new ArrayList<Duration>();
    for (int attempt = 1; attempt <= 3; attempt++) {
      happens(new Event.SubmitRejected(now, OURS.hash(), "nonce too low"));
      delivery
          .state()
          .nextAttemptAt()
          .ifPresent(retryAt -> delays.add(Duration.between(last, retryAt)));
      happens(new Event.Prepared(now, OURS));
    }
    assertThat(delays).hasSize(2);
    assertThat(delays.get(1)).isGreaterThan(delays.get(0));
    assertThat(delivery.state())
        .isEqualTo(new State.DeadLetter(DeadReason.REJECTED, "nonce too low"));
    happens(new Event.Replay(now));
    assertThat(delivery.state()).isEqualTo(new State.Attested(last));
    assertThat(delivery.attempts()).isZero();
  }

  @Test
  void waitingForFundsPauseAndTransportNeverEndsAndGrowsToTheCap() {
    becomesFinal();
    isAttested();
    var delay = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      happens(new Event.SubmitRefused(now, Refusal.FUNDS, "holds 0.1, needs 0.3"));
      delay = Duration.between(last, delivery.state().nextAttemptAt().orElseThrow());
    }
    assertThat(delivery.state()).isInstanceOf(State.Waiting.class);
    assertThat(delivery.attempts()).isZero();
    assertThat(delay).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
    happens(new Event.SubmitRefused(now, Refusal.PAUSED, "paused"));
    happens(new Event.TransportFailed(now, "timeout"));
    happens(new Event.Prepared(now, OURS));
    assertThat(delivery.state()).isInstanceOf(State.Submitted.class);
  }

  @Test
  void strangersFailuresDelayOnceAndNeverCount() {
    becomesFinal();
    isAttested();
    var failure = new Event.RecipientFailed(now, DONE_IN, Samples.hash(1), "OutOfGas()");
    happens(failure);
    var waiting = delivery;
    assertThat(waiting.state()).isInstanceOf(State.Waiting.class);
    for (int i = 0; i < 100; i++) {
      now = now.plusSeconds(1);
      happens(new Event.RecipientFailed(now, DONE_IN, Samples.hash(i), "OutOfGas()"));
    }
    assertThat(delivery).isSameAs(waiting);
    assertThat(delivery.attempts()).isZero();
  }

  @Test
  void vanishedSourceStopsTheNextAttemptButNotTheTransactionUnderWay() {
    isSubmitted();
    happens(new Event.SourceOrphaned(now, SEEN_IN));
    assertThat(delivery.state()).isInstanceOf(State.Submitted.class);
    assertThat(effects)
        .singleElement()
        .isInstanceOfSatisfying(
            Effect.Notify.class,
            notify -> assertThat(notify.notice()).isEqualTo(Notice.SOURCE_FINALITY_VIOLATED));
    happens(new Event.Superseded(now, OURS.hash(), "nonce was used"));
    assertThat(((State.Held) delivery.state()).reason()).isEqualTo(HoldReason.FINALITY_VIOLATED);
    // A release does not deliver what is gone; once it is back, finality is waited for anew.
    happens(new Event.Release(now, HoldReason.OPERATOR));
    assertThat(delivery.state()).isInstanceOf(State.Orphaned.class);
    happens(new Event.Seen(now, Samples.observation(1, Samples.block(52, 1))));
    assertThat(delivery.state()).isInstanceOf(State.Observed.class);
    happens(new Event.BecameFinal(now, Samples.block(52, 1), "tag"));
    assertThat(delivery.state()).isInstanceOf(State.Attested.class);
  }

  @Test
  void deliveryOfSomethingThatVanishedRaisesTheAlarm() {
    happens(new Event.SourceOrphaned(now, SEEN_IN));
    happens(new Event.DeliverySeen(now, DONE_IN, Samples.hash(1)));
    assertThat(delivery.state()).isInstanceOf(State.Included.class);
    assertThat(effects)
        .anySatisfy(
            effect ->
                assertThat(effect)
                    .isInstanceOfSatisfying(
                        Effect.Notify.class,
                        notify -> assertThat(notify.notice()).isEqualTo(Notice.UNBACKED_DELIVERY)));
  }

  @Test
  void refusedAttestationIsTriedAgainWhenItsTimeHasComeAndSoonerIfItIsAnother() {
    becomesFinal();
    isAttested();
    var refused = delivery.attestation().orElseThrow();
    happens(new Event.AttestationRefused(now, "KeyNotValid(2)"));
    var retryAt = delivery.state().nextAttemptAt().orElseThrow();
    assertThat(retryAt).isAfter(now);
    happens(new Event.AttestationReceived(now, refused));
    assertThat(delivery.state()).isInstanceOf(State.Attested.class);
    assertThat(delivery.state().nextAttemptAt().orElseThrow()).isAfterOrEqualTo(retryAt);
    happens(new Event.AttestationRefused(now, "KeyNotValid(2)"));
    assertThat(delivery.attempts()).isEqualTo(2);
    var fresh = Samples.attestation(2, delivery.id());
    happens(new Event.AttestationReceived(now, fresh));
    assertThat(delivery.state()).isInstanceOf(State.Attested.class);
    assertThat(delivery.attestation()).contains(fresh);
    happens(new Event.AttestationReceived(now, refused));
    assertThat(delivery.attestation()).contains(fresh);
  }

  @Test
  void higherFeeReplacesTheTransactionOfTheSameNonceOnly() {
    isSubmitted();
    var bumped = new OwnTransaction(Samples.hash(4_321), OURS.signed(), OURS.nonce());
    happens(new Event.Prepared(now, bumped));
    assertThat(effects).first().isEqualTo(new Effect.Broadcast(delivery.id(), bumped));
    assertThat(((State.Submitted) delivery.state()).transaction()).isEqualTo(bumped);
    happens(new Event.Superseded(now, OURS.hash(), "replaced"));
    assertThat(delivery.state()).isInstanceOf(State.Submitted.class);
    var second = Samples.transaction(6);
    happens(new Event.Prepared(now, second));
    assertThat(effects).containsExactly(new Effect.Discard(delivery.id(), second));
  }

  @Test
  void governorCannotReleaseWhatAnOperatorHolds() {
    becomesFinal();
    happens(new Event.Hold(now, HoldReason.GOVERNOR, "over the limit"));
    happens(new Event.Hold(now, HoldReason.OPERATOR, "look first"));
    happens(new Event.Release(now, HoldReason.GOVERNOR));
    assertThat(delivery.state()).isEqualTo(new State.Held(HoldReason.OPERATOR, "look first"));
    happens(new Event.Release(now, HoldReason.OPERATOR));
    assertThat(delivery.state()).isEqualTo(new State.Final(last));
  }

  @Test
  void errorTextsAreBounded() {
    happens(new Event.TransportFailed(now, "x".repeat(100_000)));
    assertThat(delivery.state().error()).hasSize(2_000).endsWith("…");
  }

  private void becomesFinal() {
    happens(new Event.BecameFinal(now, SEEN_IN, "60 blocks"));
  }

  private void isAttested() {
    happens(new Event.AttestationReceived(now, Samples.attestation(1, delivery.id())));
  }

  private void isSubmitted() {
    becomesFinal();
    isAttested();
    happens(new Event.Prepared(now, OURS));
    assertThat(effects).first().isEqualTo(new Effect.Broadcast(delivery.id(), OURS));
  }

  private void happens(Event event) {
    var step = MACHINE.step(delivery, event);
    delivery = step.next();
    effects.clear();
    effects.addAll(step.effects());
    last = event.at();
    now = now.plusSeconds(1);
  }
}
