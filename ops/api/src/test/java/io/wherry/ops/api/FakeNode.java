// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Cost;
import io.wherry.queue.DeadReason;
import io.wherry.queue.Delivery;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.Moment;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Standing;
import io.wherry.queue.State;
import io.wherry.queue.WaitReason;
import io.wherry.queue.Witness;
import io.wherry.queue.Work;
import io.wherry.relayer.NodeStatus;
import io.wherry.relayer.NodeView;
import io.wherry.relayer.duty.Condition;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

/// A node with one message in each state.
@NullMarked
final class FakeNode implements NodeView {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2026-01-01T00:00:30Z");
  private static final ChainId HERE = ChainId.eip155(1);
  private static final ChainId THERE = ChainId.eip155(2);
  private static final Checkpoint SOURCE = new Checkpoint(7, hash(7));
  private static final Checkpoint DESTINATION = new Checkpoint(9, hash(9));
  private static final OwnTransaction OWN = new OwnTransaction(hash(5), bytes("signed"), 3);
  private static final Cost COST = new Cost(80_000, new BigInteger("123456789012345678901"));

  final Map<Kind, Delivery> byKind = new EnumMap<>(Kind.class);
  final List<Integer> limits = new ArrayList<>();
  List<NodeStatus.DutyStatus> duties =
      List.of(
          new NodeStatus.DutyStatus(
              "watch eip155:1", new Condition.Healthy(), "at block 7, head 9"),
          new NodeStatus.DutyStatus(
              "watch eip155:2", new Condition.Degraded("no answer", NOW), "at block 1, head 1"),
          new NodeStatus.DutyStatus("attest", new Condition.Halted("a faulty share", NOW), ""),
          new NodeStatus.DutyStatus("deliver eip155:2", new Condition.Starting(), ""));
  boolean broken;

  FakeNode() {
    add(new State.Observed(NOW, LATER), false);
    add(new State.Final(LATER), false);
    add(new State.Attested(LATER), true);
    add(new State.Submitted(OWN, NOW, LATER, "no answer"), true);
    add(
        new State.Included(
            DESTINATION,
            Optional.of(OWN.hash()),
            Optional.of(OWN),
            Optional.of(COST),
            Witness.GATEWAY_EVENT,
            NOW,
            LATER,
            ""),
        true);
    add(
        new State.Settled(
            DESTINATION, Optional.of(OWN.hash()), Optional.of(COST), "2 blocks at height 11"),
        true);
    add(new State.Orphaned(), false);
    add(new State.Held(HoldReason.FILTER, "chain eip155:2 is not configured here"), false);
    add(
        new State.Waiting(WaitReason.FUNDS, LATER, "wallet \"w\" holds 0, needs 7", Work.SUBMIT, 2),
        true);
    add(new State.DeadLetter(DeadReason.REVERTS, "Nope()"), true);
  }

  private void add(State state, boolean attested) {
    int number = byKind.size() + 1;
    var message =
        new Message(
            Slot.ofSequence(account(HERE, 10), number),
            account(HERE, 1),
            account(THERE, 2),
            bytes("payload " + number),
            List.of());
    var id = MessageFormat.id(message);
    var batch =
        new Batch(account(THERE, 20), new KeyEpoch(4), List.of(id, new MessageId(hash(99))));
    byKind.put(
        state.kind(),
        new Delivery(
            new Observation(message, id, SOURCE, hash(number), number),
            new Standing.Irreversible("finalized tag at 9"),
            attested
                ? Optional.of(new Attestation(batch, "secp256k1-evm", bytes("signature")))
                : Optional.empty(),
            state,
            attested ? 1 : 0,
            number,
            NOW));
  }

  Delivery of(Kind kind) {
    return Objects.requireNonNull(byKind.get(kind));
  }

  private static Address account(ChainId chain, int number) {
    return Address.eip155(chain, Bytes.concat(Bytes.of(new byte[19]), Bytes.of((byte) number)));
  }

  private static Hash32 hash(int number) {
    return Keccak.hash("hash " + number);
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public NodeStatus status() {
    return new NodeStatus(
        new MemberId(1),
        NOW,
        3,
        2,
        new KeyEpoch(4),
        hash(51),
        hash(50),
        List.of(
            new NodeStatus.Member(new MemberId(1), "127.0.0.1:5701", true, true),
            new NodeStatus.Member(new MemberId(2), "127.0.0.1:5702", false, false)),
        duties,
        Map.of(Kind.SETTLED, 12L, Kind.DEAD_LETTER, 1L),
        Map.of("BAD_SIGNATURE", 2L),
        List.of("the key share comes from a trusted dealer"));
  }

  @Override
  public List<Delivery> deliveries(Optional<Kind> kind, int limit) {
    limits.add(limit);
    return byKind.values().stream()
        .filter(delivery -> kind.isEmpty() || kind.get() == delivery.state().kind())
        .limit(limit)
        .toList();
  }

  @Override
  public Optional<Delivery> delivery(MessageId id) {
    if (broken) {
      throw new IllegalStateException("secret detail of a bug");
    }
    return byKind.values().stream().filter(delivery -> delivery.id().equals(id)).findFirst();
  }

  @Override
  public List<Moment> timeline(MessageId id) {
    return List.of(
        new Moment(NOW, NOW, 1, "Seen", Kind.OBSERVED, Optional.empty(), "in block 7"),
        new Moment(NOW, LATER, 2, "SubmitRefused", Kind.WAITING, Optional.of("FUNDS"), "holds 0"));
  }
}
