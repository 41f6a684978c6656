// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.chain.ChainException;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.ops.cli.local.LocalChain;
import io.wherry.queue.Rendezvous;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nodes die at the worst of times, and every message arrives all the same, once.
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashTest {
  private static final int FLOOD = 20;

  private Bridge bridge;

  @BeforeAll
  void start() throws IOException, ChainException {
    bridge = Bridge.start();
  }

  @BeforeEach
  void everyNodeIsUp() {
    bridge.startNodes(Bridge.MEMBERS);
    bridge.awaitReady(Bridge.MEMBERS);
    // what a test before this one has left under way would be counted as this one's
    bridge.awaitSettled(bridge.sent(), Bridge.MEMBERS);
  }

  @AfterAll
  void stop() {
    if (bridge != null) {
      bridge.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void deliversWithoutAnyOneNodeAlsoWhatItWouldHaveBeenFirstToDeliver(int victim)
      throws ChainException {
    var before = Counts.of(bridge);
    var rest = without(victim);
    bridge.kill(List.of(victim));

    var toB = new ArrayList<>(bridge.send(bridge.a(), 3));
    var toA = bridge.send(bridge.b(), 1);
    while (toB.stream().noneMatch(id -> first(id) == victim)) {
      toB.addAll(bridge.send(bridge.a(), 1));
    }

    bridge.awaitSettled(toB, rest);
    bridge.awaitSettled(toA, rest);
    before.grewBy(bridge, toA, toB);

    bridge.startNodes(List.of(victim));
    bridge.awaitSettled(toB, Bridge.MEMBERS);
    bridge.awaitSettled(toA, Bridge.MEMBERS);
    before.grewBy(bridge, toA, toB);
  }

  @Test
  void keepsMessagesWhileTooFewNodesAreLeftAndSaysWhy() throws ChainException {
    var before = Counts.of(bridge);
    bridge.kill(List.of(1, 3));

    var toB = bridge.send(bridge.a(), 3);
    var toA = bridge.send(bridge.b(), 2);
    for (var id : both(toA, toB)) {
      Await.until(
          "member 2 says what %s waits for".formatted(id),
          () ->
              bridge
                  .get(2, "/v1/messages/" + id)
                  .filter(message -> message.path("reason").asString("").equals("ATTESTATION"))
                  .filter(message -> !message.path("error").asString("").isEmpty())
                  .filter(message -> !message.path("nextAttemptAt").asString("").isEmpty())
                  .isPresent(),
          bridge::report);
    }
    before.grewBy(bridge, List.of(), List.of());

    bridge.startNodes(List.of(3));
    bridge.awaitSettled(both(toA, toB), List.of(2, 3));
    bridge.startNodes(List.of(1));
    bridge.awaitSettled(both(toA, toB), Bridge.MEMBERS);
    before.grewBy(bridge, toA, toB);
  }

  @Test
  void survivesTheDeathOfAllNodesAmidAFlood() throws Exception {
    long seed = Long.getLong("wherry.seed", System.nanoTime());
    System.out.println("survivesTheDeathOfAllNodesAmidAFlood: -Dwherry.seed=" + seed);
    var random = new Random(seed);
    int sentAtDeath = 1 + random.nextInt(2 * FLOOD);
    int attestedAtDeath = random.nextInt(sentAtDeath);
    var before = Counts.of(bridge);
    var toA = new CopyOnWriteArrayList<MessageId>();
    var toB = new CopyOnWriteArrayList<MessageId>();
    // else sending alone would take a second for each message
    bridge.b().anvil().setAutomine(true);
    try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
      var sending =
          List.of(
              senders.submit(() -> flood(bridge.a(), toB)),
              senders.submit(() -> flood(bridge.b(), toA)));
      Await.until(
          "%d messages are sent, %d of them attested".formatted(sentAtDeath, attestedAtDeath),
          () ->
              ended(sending)
                  || toA.size() + toB.size() >= sentAtDeath
                      && both(toA, toB).stream().filter(this::attested).count() >= attestedAtDeath,
          bridge::report);
      bridge.kill(Bridge.MEMBERS);
      for (var done : sending) {
        done.get();
      }
    } finally {
      bridge.b().anvil().setIntervalMining(1);
    }
    assertThat(toA).hasSize(FLOOD);
    assertThat(toB).hasSize(FLOOD);

    bridge.startNodes(Bridge.MEMBERS);
    bridge.awaitSettled(both(toA, toB), Bridge.MEMBERS);
    before.grewBy(bridge, toA, toB);
  }

  @Test
  void drainsAndEndsWithZeroWhenAskedToStop() throws ChainException, InterruptedException {
    var before = Counts.of(bridge);
    int lifeBegan = bridge.logged(2).lastIndexOf("running; SIGTERM or Ctrl-C stops it");
    var toB = bridge.send(bridge.a(), 4);
    bridge.node(2).stop();
    assertThat(bridge.node(2).awaitEnd(Await.DEADLINE.toMillis())).as(bridge.report()).isTrue();
    assertThat(bridge.node(2).exitValue()).as(bridge.report()).isZero();
    var log = bridge.logged(2);
    assertThat(log.strip()).endsWith("stopped");
    assertThat(log.substring(log.indexOf("stopping: ", lifeBegan)))
        .doesNotContain("Exception", " ERROR ", " WARN ");

    bridge.startNodes(List.of(2));
    bridge.awaitSettled(toB, Bridge.MEMBERS);
    before.grewBy(bridge, List.of(), toB);
  }

  private Void flood(LocalChain from, Collection<MessageId> sent) throws ChainException {
    for (int i = 0; i < FLOOD; i++) {
      sent.addAll(bridge.send(from, 1));
    }
    return null;
  }

  private static boolean ended(List<Future<Void>> sending) {
    return sending.stream().anyMatch(task -> task.state() == Future.State.FAILED);
  }

  private boolean attested(MessageId id) {
    return bridge
        .get(1, "/v1/messages/" + id)
        .filter(m -> m.path("attested").asBoolean())
        .isPresent();
  }

  private static int first(MessageId id) {
    var members = Bridge.MEMBERS.stream().map(MemberId::new).toList();
    return Rendezvous.order(id, members).getFirst().number();
  }

  private static List<Integer> without(int victim) {
    return Bridge.MEMBERS.stream().filter(member -> member != victim).toList();
  }

  private static List<MessageId> both(Collection<MessageId> toA, Collection<MessageId> toB) {
    var all = new ArrayList<>(toA);
    all.addAll(toB);
    return all;
  }

  /// What the recipients had received at some time.
  private record Counts(long a, long b) {
    static Counts of(Bridge bridge) throws ChainException {
      return new Counts(bridge.received(bridge.a()), bridge.received(bridge.b()));
    }

    /// Since then these messages arrived, each once, and nothing else did.
    void grewBy(Bridge bridge, Collection<MessageId> toA, Collection<MessageId> toB)
        throws ChainException {
      assertThat(bridge.received(bridge.a()) - a).as("received on A").isEqualTo(toA.size());
      assertThat(bridge.received(bridge.b()) - b).as("received on B").isEqualTo(toB.size());
      onceEach(bridge.deliveries(bridge.a()), toA);
      onceEach(bridge.deliveries(bridge.b()), toB);
    }

    private static void onceEach(Map<String, Integer> events, Collection<MessageId> ids) {
      for (var id : ids) {
        assertThat(events).containsEntry(id.toString(), 1);
      }
      assertThat(events.values()).allMatch(count -> count == 1);
    }
  }
}
