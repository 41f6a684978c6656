// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.committee;

import static io.wherry.relayer.committee.SimulatedBridge.A;
import static io.wherry.relayer.committee.SimulatedBridge.B;
import static io.wherry.relayer.committee.SimulatedBridge.account;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.attest.Consent;
import io.wherry.chain.Receipt;
import io.wherry.format.MessageFormat;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Event;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.Rendezvous;
import io.wherry.queue.State;
import io.wherry.queue.WaitReason;
import io.wherry.queue.Work;
import io.wherry.relayer.duty.Condition;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A committee of 2 of 3 carries messages between two chains, whatever fails on the way.
@NullMarked
final class CommitteeTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SimulatedBridge bridge;

  CommitteeTest(@TempDir Path folder) {
    bridge = new SimulatedBridge(42, folder).started().warmedUp();
  }

  @AfterEach
  void end() {
    bridge.close();
  }

  private SimulatedNode rank(MessageId id, int rank) {
    return bridge.node(Rendezvous.order(id, bridge.nodes.keySet()).get(rank));
  }

  private long prepared(MessageId id) {
    return bridge.nodes.values().stream().mapToLong(node -> prepared(node, id)).sum();
  }

  @Test
  void carriesAMessageEachWay() {
    var there = bridge.sendNow(A);
    var back = bridge.sendNow(B);

    bridge.settle(MINUTE);

    assertThat(prepared(there.id())).as("transactions paid for").isEqualTo(1);
    assertThat(prepared(back.id())).as("transactions paid for").isEqualTo(1);
    assertThat(bridge.node(1).conditions()).allMatch(Condition.Healthy.class::isInstance);
  }

  @Test
  void carriesFiftyMessagesInFewTransactions() {
    for (int i = 0; i < 50; i++) {
      bridge.send(A);
    }

    bridge.settle(Duration.ofMinutes(2));

    var transactions = bridge.b.received().stream().map(Receipt::transaction).distinct().count();
    assertThat(bridge.b.received()).hasSize(50);
    // each member coordinates those that it ranks first for
    assertThat(transactions).isBetween(1L, 6L);
  }

  @Test
  void carriesOnWhileTheBusLosesRepeatsAndReorders() {
    bridge.bus.lossRate = 0.3;
    bridge.bus.repeatRate = 0.3;
    for (int i = 0; i < 10; i++) {
      bridge.send(i % 2 == 0 ? A : B);
      bridge.run(Duration.ofMillis(700));
    }

    bridge.settle(Duration.ofMinutes(5));
  }

  @Test
  void carriesOnWithoutASilentMember() {
    bridge.bus.cutOff.add(new MemberId(2));
    for (int i = 0; i < 6; i++) {
      bridge.send(A);
      bridge.run(Duration.ofSeconds(1));
    }

    // the silent one still watches, and sees what the others deliver
    bridge.settle(Duration.ofMinutes(2));
  }

  @Test
  void namesTheMemberThatSignsGarbageAndGoesOnWithoutIt() {
    // not member 3, which in this bridge looks last and is seldom asked in time to sign
    bridge.node(2).outgoing = SimulatedNode::garbled;
    for (int i = 0; i < 10; i++) {
      bridge.send(A);
      bridge.run(Duration.ofSeconds(1));
    }

    bridge.settle(Duration.ofMinutes(2));

    var named =
        bridge.nodes.values().stream()
            .flatMap(node -> node.participant().banned().stream())
            .distinct()
            .toList();
    assertThat(named).containsExactly(new MemberId(2));
  }

  @Test
  void followsAForkOfTheSourceChainBeforeFinality() {
    var seen = bridge.sendNow(A);
    bridge.runUntil(
        "seen by all",
        MINUTE,
        () -> bridge.nodes.values().stream().allMatch(n -> n.kind(seen.id()).isPresent()));
    bridge.a.reorganise(
        (int) (bridge.a.head().height() - seen.block().height()) + 1,
        /* keepTransactions= */ false);
    bridge.runUntil(
        "orphaned everywhere",
        MINUTE,
        () ->
            bridge.nodes.values().stream()
                .allMatch(n -> n.kind(seen.id()).equals(Optional.of(Kind.ORPHANED))));
    assertThat(bridge.b.received()).isEmpty();

    // the same bytes from the same account take the same slot, and so have the same id
    bridge.a.send(
        account(A, 1), account(B, 2), seen.message().payload(), seen.message().attributes());
    bridge.settle(MINUTE);

    assertThat(bridge.a.sent()).extracting(Observation::id).containsExactly(seen.id());
  }

  @Test
  void sendsAgainWhatAForkOfTheDestinationTookBack() {
    var seen = bridge.sendNow(A);
    bridge.runUntil(
        "included",
        MINUTE,
        () -> bridge.node(1).kind(seen.id()).equals(Optional.of(Kind.INCLUDED)));
    bridge.b.reorganise(1, /* keepTransactions= */ false);
    assertThat(bridge.b.received()).as("taken back").isEmpty();

    bridge.settle(Duration.ofMinutes(3));
  }

  @Test
  void losesNothingWhileAnEndpointFails() {
    var failing = bridge.node(2);
    failing.endpoints.values().forEach(endpoint -> endpoint.fail(true));
    for (int i = 0; i < 5; i++) {
      bridge.send(A);
      bridge.run(Duration.ofSeconds(2));
    }
    assertThat(failing.watching(A)).isInstanceOf(Condition.Degraded.class);
    assertThat(failing.watching(A).toString()).contains("simulated endpoint of eip155:1001");
    bridge.runUntil(
        "delivered by the others", Duration.ofMinutes(2), () -> bridge.b.received().size() == 5);

    failing.endpoints.values().forEach(endpoint -> endpoint.fail(false));
    bridge.settle(Duration.ofMinutes(2));

    assertThat(failing.watching(A)).isInstanceOf(Condition.Healthy.class);
  }

  @Test
  void takesOverFromADeadMember() {
    var id = bridge.next(A);
    rank(id, 0).stop();
    assertThat(bridge.sendNow(A).id()).isEqualTo(id);
    var started = bridge.instant();

    bridge.settle(Duration.ofMinutes(2));

    assertThat(Duration.between(started, bridge.instant()))
        .as("one takeover to attest, one to deliver")
        .isGreaterThan(SimulatedBridge.TAKEOVER);
    assertThat(prepared(rank(id, 1), id)).isEqualTo(1);
  }

  private static long prepared(SimulatedNode node, MessageId id) {
    return node.store().timeline(id).stream()
        .filter(moment -> moment.event().equals("Prepared"))
        .count();
  }

  @Test
  void deliversTheOthersOfABatchWhereARecipientRefuses() {
    var refusing = account(B, 9);
    bridge.b.refuse(refusing, true);
    for (int i = 0; i < 4; i++) {
      bridge.send(A);
    }
    bridge.send(A, refusing);
    bridge.runUntil("the others are delivered", Duration.ofMinutes(2), () -> delivered() == 4);
    var refused = bridge.a.sent().getLast();
    bridge.runUntil(
        "its refusal is known",
        Duration.ofMinutes(2),
        () ->
            bridge.nodes.values().stream()
                .anyMatch(
                    node ->
                        node.delivery(refused.id())
                            .map(d -> d.state().error())
                            .filter(error -> error.contains("refused"))
                            .isPresent()));

    bridge.b.refuse(refusing, false);

    bridge.settle(Duration.ofMinutes(3));
  }

  private long delivered() {
    return bridge.b.received().stream()
        .filter(receipt -> receipt.outcome() instanceof Receipt.Outcome.Delivered)
        .count();
  }

  @Test
  void waitsWhileTheGatewayIsPaused() {
    bridge.b.pause(true);
    var seen = bridge.sendNow(A);
    bridge.run(MINUTE);
    assertThat(bridge.b.received()).isEmpty();
    assertThat(rank(seen.id(), 0).delivery(seen.id()).orElseThrow().state())
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> assertThat(waiting.reason()).isEqualTo(WaitReason.PAUSED));

    bridge.b.pause(false);

    bridge.settle(MINUTE);
  }

  @Test
  void waitsForFunds() {
    bridge.nodes.values().forEach(node -> bridge.b.fund(node.wallet(B), BigInteger.ZERO));
    var seen = bridge.sendNow(A);
    bridge.run(MINUTE);
    assertThat(bridge.b.received()).isEmpty();
    assertThat(rank(seen.id(), 0).delivery(seen.id()).orElseThrow().state())
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> {
              assertThat(waiting.reason()).isEqualTo(WaitReason.FUNDS);
              assertThat(waiting.lastError()).contains("holds 0, needs");
            });

    bridge.nodes.values().forEach(node -> bridge.b.fund(node.wallet(B), BigInteger.TEN.pow(18)));

    bridge.settle(MINUTE);
  }

  @Test
  void carriesOnWithoutTheMemberWhoseEndpointHidesALog() {
    var id = bridge.next(A);
    var blind = bridge.node(3);
    blind.endpoint(A).hide(id);
    assertThat(bridge.sendNow(A).id()).isEqualTo(id);
    bridge.send(A);

    bridge.runUntil(
        "settled at the others",
        Duration.ofMinutes(2),
        () ->
            bridge.node(1).kind(id).equals(Optional.of(Kind.SETTLED))
                && bridge.node(2).kind(id).equals(Optional.of(Kind.SETTLED)));

    assertThat(blind.kind(id)).isEmpty();
    assertThat(
            blind.consent().ask(new Batch(bridge.b.gateway(), SimulatedBridge.EPOCH, List.of(id))))
        .isEqualTo(new Consent.Answer.NotYet("message %s is not seen yet".formatted(id)));
    assertThat(blind.signed()).doesNotContainValue(id);
    assertThat(blind.store().unmatched(bridge.instant(), 10))
        .as("delivered, but not seen to leave")
        .anyMatch(unmatched -> unmatched.id().equals(id));
    assertThat(blind.store().gaps(bridge.a.gateway(), 1, 10)).hasSize(1);
  }

  @Test
  void attestsNothingThatOneLyingEndpointMadeUp() {
    var deceived = bridge.node(1);
    var message =
        new Message(
            Slot.ofSequence(bridge.a.gateway(), 1),
            account(A, 66),
            account(B, 2),
            Bytes.of((byte) 66),
            List.of());
    var id = MessageFormat.id(message);
    bridge.a.mine();
    deceived.endpoint(A).forge(new Observation(message, id, bridge.a.head(), id.hash(), 0));

    bridge.run(Duration.ofMinutes(3));

    assertThat(deceived.delivery(id).orElseThrow().state())
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> {
              assertThat(waiting.reason()).isEqualTo(WaitReason.ATTESTATION);
              assertThat(waiting.lastError()).contains("member-2", "member-3", "is not seen yet");
            });
    assertThat(bridge.b.received()).isEmpty();
    for (int other : new int[] {2, 3}) {
      assertThat(bridge.node(other).kind(id)).isEmpty();
      assertThat(bridge.node(other).signed()).isEmpty();
    }
  }

  @Test
  void holdsWhatGoesToAChainThatIsNotConfiguredHereUntilItIs() {
    var narrow = bridge.node(3);
    narrow.stop();
    narrow.serves = Set.of(A);
    narrow.start();
    var first = bridge.sendNow(A);
    bridge.runUntil(
        "settled at the others",
        Duration.ofMinutes(2),
        () ->
            bridge.node(1).kind(first.id()).equals(Optional.of(Kind.SETTLED))
                && bridge.node(2).kind(first.id()).equals(Optional.of(Kind.SETTLED)));
    // whoever ranks first: no other member attests it, so it stays for this node to judge
    bridge.node(1).stop();
    bridge.node(2).stop();
    var second = bridge.sendNow(A);
    bridge.run(Duration.ofMinutes(1));

    for (var seen : List.of(first, second)) {
      assertThat(narrow.delivery(seen.id()).orElseThrow().state())
          .isInstanceOfSatisfying(
              State.Held.class,
              held -> {
                assertThat(held.reason()).isEqualTo(HoldReason.FILTER);
                assertThat(held.detail()).contains("eip155:1002", "not configured here");
              });
    }

    narrow.stop();
    narrow.serves = Set.of(A, B);
    bridge.nodes.values().forEach(SimulatedNode::start);

    bridge.settle(Duration.ofMinutes(2));
  }

  @Test
  void holdsWhatIsReadyForAChainThatWasTakenOutOfTheConfiguration() {
    bridge.b.pause(true);
    var seen = bridge.sendNow(A);
    bridge.run(MINUTE);
    var narrow = bridge.node(3);
    assertThat(narrow.delivery(seen.id()).orElseThrow().state().work())
        .isEqualTo(Optional.of(Work.SUBMIT));

    narrow.stop();
    narrow.serves = Set.of(A);
    narrow.start();
    bridge.run(Duration.ofSeconds(5));

    assertThat(narrow.kind(seen.id())).isEqualTo(Optional.of(Kind.HELD));
  }

  @Test
  void releasesNoHoldOfAnOperator() {
    bridge.bus.cutOff.addAll(bridge.nodes.keySet());
    var seen = bridge.sendNow(A);
    bridge.run(Duration.ofSeconds(10));
    var node = bridge.node(1);
    node.store()
        .apply(
            seen.id(),
            new Event.Hold(bridge.instant(), HoldReason.OPERATOR, "is not configured here?"));

    node.restart();
    bridge.run(Duration.ofSeconds(5));

    assertThat(node.kind(seen.id())).isEqualTo(Optional.of(Kind.HELD));
  }

  @Test
  void delaysNoNeighbourOfAMessageThatTheOtherMembersHoldBack() {
    for (int i = 0; i < 12; i++) {
      bridge.send(A);
    }
    bridge.a.mine();
    var held = bridge.a.sent().getFirst();
    bridge.runUntil(
        "seen by all",
        MINUTE,
        () -> bridge.nodes.values().stream().allMatch(n -> n.kind(held.id()).isPresent()));
    for (int rank : new int[] {1, 2}) {
      rank(held.id(), rank)
          .store()
          .apply(
              held.id(), new Event.Hold(bridge.instant(), HoldReason.OPERATOR, "to be looked at"));
    }

    // final after two blocks, attested within a poll and a quarter, included and final again
    bridge.run(Duration.ofSeconds(9));

    var settled =
        bridge.a.sent().stream()
            .filter(seen -> bridge.node(1).kind(seen.id()).equals(Optional.of(Kind.SETTLED)))
            .toList();
    assertThat(settled).hasSize(11).doesNotContain(held);
    assertThat(rank(held.id(), 0).delivery(held.id()).orElseThrow().state().error())
        .contains("is held here: OPERATOR");
  }

  @Test
  void looksOftenEnoughWhileASessionRunsAndSeldomWhereThereIsNothingToDo() {
    var node = bridge.node(1);
    long before = node.runs;
    bridge.run(MINUTE);
    // two watchers and two deliverers each second, the attester twice
    assertThat(node.runs - before).as("runs of all duties in an idle minute").isBetween(300L, 400L);

    bridge.bus.cutOff.add(node.self);
    bridge.sendNow(A);
    bridge.run(Duration.ofSeconds(5));
    assertThat(node.attester().run())
        .as("the participant wants several looks in its time-out of 2 s")
        .isLessThanOrEqualTo(Duration.ofMillis(500));
  }

  @Test
  void haltsLoudlyAndSignsNothingMoreWhereItsOwnShareIsFaulty() {
    var faulty = bridge.node(2);
    faulty.stop();
    faulty.corruptShare(bridge.shares.get(0).secret());
    faulty.start();
    for (int i = 0; i < 6; i++) {
      bridge.send(A);
      bridge.run(Duration.ofSeconds(1));
    }

    // it goes on to watch and to deliver what the two others attest
    bridge.settle(Duration.ofMinutes(3));

    assertThat(faulty.attester().condition())
        .isInstanceOfSatisfying(
            Condition.Halted.class,
            halted ->
                assertThat(halted.reason())
                    .contains("signs nothing any more", "check its key share"));
    assertThat(bridge.node(1).participant().banned()).isEmpty();
    assertThat(faulty.shares).as("shares that left").isZero();
  }
}
