// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.frost.Backends;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.format.Keccak;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;

/// A committee in one thread: participants, and a network between them that reorders, loses,
/// repeats and falsifies from a seed. Every packet crosses it as bytes. It fails the test where any
/// member answers one nonce with two shares.
@NullMarked
final class SimulatedCommittee {
  static final Curve CURVE = Backends.nativeCurve();
  static final KeyEpoch EPOCH = new KeyEpoch(1);
  private static final Duration STEP = Duration.ofMillis(500);

  final Map<MemberId, Participant> participants = new TreeMap<>();
  final Map<MemberId, FakeConsent> consents = new TreeMap<>();
  final Map<MemberId, FakeRecord> records = new TreeMap<>();
  final Map<MemberId, List<Action>> results = new TreeMap<>();
  final List<InFlight> sent = new ArrayList<>();
  final List<KeyShare> shares;
  Network network = InFlight::itself;
  double lossRate;
  double repeatRate;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private final SplittableRandom random;
  private final PacketCodec codec = new PacketCodec(CURVE);
  private final List<InFlight> wire = new ArrayList<>();
  private final Map<MemberId, Long> boots = new HashMap<>();
  private final Map<MessageId, Slot> slots = new HashMap<>();
  private final Map<SessionId, Packet.SignRequest> requests = new HashMap<>();
  private final Map<Point, Scalar> shareOfNonce = new HashMap<>();

  SimulatedCommittee(int threshold, int members, long seed) {
    random = new SplittableRandom(seed);
    shares = TrustedDealer.deal(CURVE, threshold, members, Suite.EVM, EPOCH, random.split());
    for (var share : shares) {
      var member = share.member();
      consents.put(member, new FakeConsent(this::slot));
      records.put(member, new FakeRecord());
      results.put(member, new ArrayList<>());
      restart(member);
    }
  }

  /// What a packet becomes on the way: itself, another, none, or several.
  interface Network {
    List<InFlight> carry(InFlight packet);
  }

  /// A packet on its way.
  record InFlight(MemberId from, MemberId to, Packet packet) {
    List<InFlight> itself() {
      return List.of(this);
    }

    InFlight with(Packet other) {
      return new InFlight(from, to, other);
    }
  }

  static MemberId member(int number) {
    return new MemberId(number);
  }

  /// A batch of `count` messages named after `name`, each with a slot of its own.
  Batch batch(String name, int count) {
    var messages =
        IntStream.range(0, count).mapToObj(i -> message(name + i, slots.size() + 1L)).toList();
    return new Batch(gateway(2), EPOCH, messages);
  }

  /// A batch of one message that claims the slot of sequence number `sequence`.
  Batch claiming(String name, long sequence) {
    return new Batch(gateway(2), EPOCH, List.of(message(name, sequence)));
  }

  Slot slot(MessageId message) {
    return Objects.requireNonNull(slots.get(message));
  }

  Participant participant(int number) {
    return Objects.requireNonNull(participants.get(member(number)));
  }

  FakeConsent consent(int number) {
    return Objects.requireNonNull(consents.get(member(number)));
  }

  FakeRecord record(int number) {
    return Objects.requireNonNull(records.get(member(number)));
  }

  List<Action> results(int number) {
    return Objects.requireNonNull(results.get(member(number)));
  }

  <T extends Action> List<T> results(int number, Class<T> kind) {
    return results(number).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// Starts a member, anew where it runs: its memory is lost, its record is not.
  void restart(MemberId member) {
    var before = participants.get(member);
    if (before != null) {
      before.close();
    }
    long boot = boots.merge(member, 1L, Long::sum);
    participants.put(
        member,
        new Participant(
            CURVE,
            shares.get(member.number() - 1),
            Objects.requireNonNull(consents.get(member)),
            Objects.requireNonNull(records.get(member)),
            boot,
            random.split(),
            Limits.STANDARD));
  }

  /// Announces everyone and fills the pools.
  SimulatedCommittee warmedUp() {
    tick();
    deliverAll();
    return this;
  }

  void attest(int coordinator, Batch batch) {
    perform(member(coordinator), participant(coordinator).attest(batch, now));
  }

  /// Hands a packet to a member past the network, and gives its reaction without performing it.
  List<Action> hand(int from, int to, Packet packet) {
    return participant(to).on(member(from), packet, now);
  }

  void send(int from, int to, Packet packet) {
    perform(member(from), List.of(new Action.Send(member(to), packet)));
  }

  void tick() {
    participants.forEach((member, participant) -> perform(member, participant.tick(now)));
  }

  void deliverAll() {
    for (int i = 0; !wire.isEmpty(); i++) {
      if (i > 200_000) {
        throw new AssertionError("the network does not come to rest");
      }
      var packet = wire.remove(random.nextInt(wire.size()));
      var receiver = Objects.requireNonNull(participants.get(packet.to()));
      perform(packet.to(), receiver.on(packet.from(), packet.packet(), now));
    }
  }

  /// Delivers, and lets time pass, for `steps` half seconds.
  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      deliverAll();
      now = now.plus(STEP);
      tick();
    }
    deliverAll();
  }

  private void perform(MemberId member, List<Action> actions) {
    for (var action : actions) {
      if (action instanceof Action.Send(var to, var packet)) {
        var packed = new InFlight(member, to, overTheWire(packet));
        watch(packed);
        sent.add(packed);
        network.carry(packed).forEach(this::put);
      } else {
        Objects.requireNonNull(results.get(member)).add(action);
      }
    }
  }

  private void put(InFlight packet) {
    if (random.nextDouble() >= lossRate) {
      wire.add(packet);
    }
    if (random.nextDouble() < repeatRate) {
      wire.add(packet);
    }
  }

  private Packet overTheWire(Packet packet) {
    try {
      var decoded = codec.decode(codec.encode(packet));
      if (!decoded.equals(packet)) {
        throw new AssertionError("the codec changed " + packet);
      }
      return decoded;
    } catch (PacketFormatException unreadable) {
      throw new AssertionError(packet.toString(), unreadable);
    }
  }

  /// The property that all depends on: one nonce, one share.
  private void watch(InFlight packed) {
    if (packed.packet() instanceof Packet.SignRequest request) {
      requests.put(request.session(), request);
    }
    if (packed.packet() instanceof Packet.Share share) {
      var request = Objects.requireNonNull(requests.get(share.session()));
      for (var signer : request.signers()) {
        if (signer.member().equals(packed.from())) {
          var before = shareOfNonce.putIfAbsent(signer.hiding(), share.z());
          if (before != null && !before.equals(share.z())) {
            throw new AssertionError("one nonce, two shares: " + packed);
          }
        }
      }
    }
  }

  private MessageId message(String name, long sequence) {
    var message = new MessageId(Keccak.hash(name));
    slots.putIfAbsent(message, Slot.ofSequence(gateway(1), sequence));
    return message;
  }

  private static Address gateway(long chain) {
    return Address.eip155(ChainId.eip155(chain), Bytes.of(new byte[20]));
  }

  /// Counts of each kind of packet that was sent since the last [#forget].
  Map<String, Integer> traffic() {
    var counts = new LinkedHashMap<String, Integer>();
    sent.forEach(
        packet -> counts.merge(packet.packet().getClass().getSimpleName(), 1, Integer::sum));
    return counts;
  }

  void forget() {
    sent.clear();
    results.values().forEach(List::clear);
  }
}
