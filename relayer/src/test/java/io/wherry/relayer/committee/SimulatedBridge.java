// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.committee;

import io.wherry.adapters.simulated.SimulatedChain;
import io.wherry.adapters.simulated.SimulatedWorld;
import io.wherry.attest.AttestationVerifier;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Curves;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.attest.session.Limits;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.Receipt;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Kind;
import io.wherry.queue.RetryPolicy;
import io.wherry.relayer.chain.ChainLink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullMarked;

/// A whole bridge on one thread: two simulated chains, and a committee of 2 of 3 whose nodes have
/// everything that a real one has but sockets and threads: a database in a folder of its own, a
/// watcher and a deliverer for each chain, an attester. One clock moves them all, and the seed
/// decides everything that is left to chance, so that a seed that fails fails again.
///
/// The driver runs what is due earliest, then moves the clock on to what is due next.
@NullMarked
final class SimulatedBridge implements InstantSource, AutoCloseable {
  static final ChainId A = ChainId.eip155(1001);
  static final ChainId B = ChainId.eip155(1002);
  static final KeyEpoch EPOCH = new KeyEpoch(1);
  static final int THRESHOLD = 2;
  static final int MEMBERS = 3;
  static final Duration TAKEOVER = Duration.ofSeconds(10);
  static final int FINALITY_DEPTH = 2;
  static final ChainLink.Terms TERMS =
      new ChainLink.Terms(
          new FinalityPolicy.Confirmations(FINALITY_DEPTH), 0, Duration.ofSeconds(1), 100);
  static final RetryPolicy RETRY =
      new RetryPolicy(Duration.ofSeconds(2), 2, Duration.ofSeconds(20), 12);
  static final Limits LIMITS = new Limits(8, 64, 64, 2_000);
  static final Curve CURVE = Curves.load(new SplittableRandom(1));
  private static final long BLOCK_MILLIS = 1_000;
  private static final Duration LOOK = Duration.ofMillis(200);

  final SimulatedChain a;
  final SimulatedChain b;
  final SimulatedBus bus;
  final Map<MemberId, SimulatedNode> nodes = new TreeMap<>();
  final List<KeyShare> shares;
  final SplittableRandom random;
  private final SimulatedWorld world;
  private final long seed;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int sends;

  SimulatedBridge(long seed, Path folder) {
    this.seed = seed;
    random = new SplittableRandom(seed);
    shares = TrustedDealer.deal(CURVE, THRESHOLD, MEMBERS, Suite.EVM, EPOCH, random.split());
    var verifier = new AttestationVerifier(CURVE, EPOCH, shares.getFirst().group());
    world = new SimulatedWorld(seed, this);
    a = world.found(A, BLOCK_MILLIS, (_, attestation) -> verifier.accepts(attestation));
    b = world.found(B, BLOCK_MILLIS, (_, attestation) -> verifier.accepts(attestation));
    bus = new SimulatedBus(this, random.split());
    for (var share : shares) {
      var directory = folder.resolve("node-" + share.member().number());
      nodes.put(share.member(), new SimulatedNode(this, share, directory, random.split()));
    }
  }

  /// Starts every node.
  SimulatedBridge started() {
    nodes.values().forEach(SimulatedNode::start);
    return this;
  }

  /// Lets a little time pass, in which the chains make their first blocks and the members exchange
  /// their first commitments.
  SimulatedBridge warmedUp() {
    run(Duration.ofSeconds(5));
    return this;
  }

  @Override
  public Instant instant() {
    return now;
  }

  SimulatedNode node(int number) {
    return node(new MemberId(number));
  }

  SimulatedNode node(MemberId member) {
    return Objects.requireNonNull(nodes.get(member));
  }

  SimulatedChain chain(ChainId id) {
    return id.equals(A) ? a : b;
  }

  static Address account(ChainId chain, int number) {
    return Address.eip155(chain, Bytes.concat(Bytes.of(new byte[19]), Bytes.of((byte) number)));
  }

  /// A message's text that no other has.
  private Bytes text() {
    return Bytes.of(("message " + sends++).getBytes(StandardCharsets.UTF_8));
  }

  /// Sends a message from `source` to the other chain, to account 2 there.
  void send(ChainId source) {
    send(source, account(source.equals(A) ? B : A, 2));
  }

  void send(ChainId source, Address recipient) {
    chain(source).send(account(source, 1), recipient, text(), List.of());
  }

  /// Sends one, and makes the block that holds it at once.
  Observation sendNow(ChainId source) {
    send(source);
    chain(source).mine();
    return chain(source).sent().getLast();
  }

  /// The message that [#send] will send next from `source`, as the first of its gateway's block.
  MessageId next(ChainId source) {
    var to = account(source.equals(A) ? B : A, 2);
    return MessageFormat.id(
        new Message(
            Slot.ofSequence(chain(source).gateway(), chain(source).sent().size() + 1L),
            account(source, 1),
            to,
            Bytes.of(("message " + sends).getBytes(StandardCharsets.UTF_8)),
            List.of()));
  }

  // ---- time ----

  /// Lets `time` pass.
  void run(Duration time) {
    var end = now.plus(time);
    while (now.isBefore(end)) {
      step(end);
    }
  }

  /// Lets time pass until `done`, which is asked every so often, and fails the test where that
  /// takes longer than `atMost`.
  void runUntil(String what, Duration atMost, BooleanSupplier done) {
    var end = now.plus(atMost);
    while (!done.getAsBoolean()) {
      if (!now.isBefore(end)) {
        throw new AssertionError(
            "seed %d: after %s still not: %s%n%s".formatted(seed, atMost, what, describe()));
      }
      run(LOOK);
    }
  }

  /// Does what is due now, then moves the clock on to what is due next, but not beyond `end`.
  private void step(Instant end) {
    world.advance();
    bus.deliver();
    for (var node : nodes.values()) {
      node.runDue();
    }
    var next = end.isAfter(now) ? end : now.plusMillis(1);
    next = earlier(next, bus.nextDue());
    for (var node : nodes.values()) {
      next = earlier(next, node.nextDue());
    }
    now = next.isAfter(now) ? next : now.plusMillis(1);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  // ---- what is asked of it ----

  /// Every message that left either chain, as the chains stand now.
  List<Observation> sent() {
    var all = new ArrayList<>(a.sent());
    all.addAll(b.sent());
    return all;
  }

  /// Waits until every node that runs knows every message as settled, then checks that each was
  /// delivered exactly once.
  void settle(Duration atMost) {
    runUntil("all settled", atMost, this::allSettled);
    for (var seen : sent()) {
      long times =
          chain(seen.message().recipient().chain()).received().stream()
              .filter(receipt -> receipt.id().equals(seen.id()))
              .filter(receipt -> receipt.outcome() instanceof Receipt.Outcome.Delivered)
              .count();
      if (times != 1) {
        throw new AssertionError(
            "seed %d: %s was delivered %d times%n%s".formatted(seed, seen.id(), times, describe()));
      }
    }
  }

  boolean allSettled() {
    var ids = sent().stream().map(Observation::id).toList();
    return !ids.isEmpty()
        && nodes.values().stream()
            .filter(SimulatedNode::runs)
            .allMatch(
                node ->
                    ids.stream()
                        .allMatch(id -> node.kind(id).filter(Kind.SETTLED::equals).isPresent()));
  }

  String describe() {
    var text = new StringBuilder();
    for (var node : nodes.values()) {
      text.append(node.describe());
    }
    return text.toString();
  }

  @Override
  public void close() {
    nodes.values().forEach(SimulatedNode::stop);
    shares.forEach(KeyShare::close);
  }
}
