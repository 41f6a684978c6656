// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.committee;

import io.wherry.adapters.simulated.SimulatedAdapter;
import io.wherry.adapters.simulated.SimulatedEndpoint;
import io.wherry.attest.SigningRecord;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.frost.SecretShare;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.session.Packet;
import io.wherry.attest.session.PacketCodec;
import io.wherry.attest.session.PacketFormatException;
import io.wherry.attest.session.Participant;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Effect;
import io.wherry.queue.Filter;
import io.wherry.queue.Kind;
import io.wherry.queue.Machine;
import io.wherry.queue.Settings;
import io.wherry.queue.Step;
import io.wherry.queue.sql.Database;
import io.wherry.queue.sql.SqlDeliveryStore;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.deliver.Deliverer;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.Wakes;
import io.wherry.relayer.sign.Attester;
import io.wherry.relayer.sign.WatcherConsent;
import io.wherry.relayer.watch.ChainWatcher;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/// One node: what is in its folder and its signing record outlives it, all else is its memory.
@NullMarked
final class SimulatedNode implements Wakes {
  static final int BATCH_MESSAGES_MAX = 50;

  final MemberId self;
  final Map<ChainId, SimulatedEndpoint> endpoints = new HashMap<>();

  /// What becomes of a packet that it sends.
  UnaryOperator<Packet> outgoing = UnaryOperator.identity();

  /// Chains that its configuration knows.
  Set<ChainId> serves = Set.of(SimulatedBridge.A, SimulatedBridge.B);

  /// How many more calls of the store it lives for.
  long storeCallsLeft = Long.MAX_VALUE;

  int starts;

  /// How often a duty of its was run.
  long runs;

  /// How many signature shares it has sent.
  int shares;

  private final SimulatedBridge bridge;
  private final SplittableRandom random;
  private final Path directory;
  private final Map<Slot, MessageId> signed = new HashMap<>();
  private final PacketCodec codec = new PacketCodec(SimulatedBridge.CURVE);
  private KeyShare share;
  private @Nullable Life life;

  /// What dies with the process.
  private static final class Life {
    final Database database;
    final DeliveryStore store;
    final WatcherConsent consent;
    final Participant participant;
    final Attester attester;
    final List<Scheduled> duties = new ArrayList<>();
    final List<Duty> watchers = new ArrayList<>();

    Life(
        Database database,
        DeliveryStore store,
        WatcherConsent consent,
        Participant participant,
        Attester attester) {
      this.database = database;
      this.store = store;
      this.consent = consent;
      this.participant = participant;
      this.attester = attester;
    }
  }

  private static final class Scheduled {
    final Duty duty;
    final Optional<ChainId> delivers;
    Instant at;

    Scheduled(Duty duty, Optional<ChainId> delivers, Instant at) {
      this.duty = duty;
      this.delivers = delivers;
      this.at = at;
    }
  }

  /// The process dies here.
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  SimulatedNode(SimulatedBridge bridge, KeyShare share, Path directory, SplittableRandom random) {
    this.bridge = bridge;
    this.self = share.member();
    this.share = share;
    this.directory = directory;
    this.random = random;
  }

  /// Gives it a share whose secret does not fit its public share.
  void corruptShare(SecretShare another) {
    share =
        new KeyShare(
            share.epoch(), share.group(), new SecretShare(self, another.secret()), share.origin());
  }

  Address wallet(ChainId chain) {
    return SimulatedBridge.account(chain, 100 + self.number());
  }

  /// Starts the process on what its folder holds.
  void start() {
    starts++;
    var database =
        Database.open(
            directory,
            new Database.Options(16, 16, 1, Database.Durability.NONE),
            self.toString(),
            bridge.instant());
    var store =
        mortal(
            new SqlDeliveryStore(
                database,
                new Machine(
                    new Settings(
                        self, members(), SimulatedBridge.TAKEOVER, SimulatedBridge.RETRY))));
    var gateways =
        serves.stream().collect(Collectors.toMap(id -> id, id -> bridge.chain(id).gateway()));
    var consent = new WatcherConsent(store, gateways);
    var participant =
        new Participant(
            SimulatedBridge.CURVE,
            share,
            consent,
            this::admit,
            starts,
            random.split(),
            SimulatedBridge.LIMITS);
    var attester =
        new Attester(
            participant,
            codec,
            this::send,
            store,
            gateways,
            share.epoch(),
            BATCH_MESSAGES_MAX,
            SimulatedBridge.TERMS.poll(),
            this,
            bridge);
    var fresh = new Life(database, store, consent, participant, attester);
    for (var id : serves.stream().sorted().toList()) {
      var adapter = bridge.chain(id).open(wallet(id));
      var link = new ChainLink(id, SimulatedBridge.TERMS, () -> inTrouble(id, adapter));
      var watcher = new ChainWatcher(link, store, this, bridge);
      fresh.watchers.add(watcher);
      fresh.duties.add(new Scheduled(watcher, Optional.empty(), soon()));
      fresh.duties.add(
          new Scheduled(new Deliverer(link, store, this, bridge), Optional.of(id), soon()));
    }
    fresh.duties.add(new Scheduled(attester, Optional.empty(), soon()));
    life = fresh;
  }

  private SimulatedAdapter inTrouble(ChainId id, SimulatedAdapter adapter) {
    endpoints.put(id, adapter.endpoint());
    return adapter;
  }

  private static Set<MemberId> members() {
    return IntStream.rangeClosed(1, SimulatedBridge.MEMBERS)
        .mapToObj(MemberId::new)
        .collect(Collectors.toSet());
  }

  /// Nodes are started at different moments, so their polls are out of step.
  private Instant soon() {
    return bridge.instant().plusMillis(random.nextInt(1_000));
  }

  /// Ends the process: everything in its memory is gone.
  void stop() {
    var ends = life;
    life = null;
    if (ends != null) {
      ends.participant.close();
      ends.database.close();
    }
  }

  boolean runs() {
    return life != null;
  }

  private Life life() {
    return Objects.requireNonNull(life, self + " does not run");
  }

  private void send(MemberId to, Bytes packet) {
    try {
      var decoded = outgoing.apply(codec.decode(packet));
      if (decoded instanceof Packet.Share) {
        shares++;
      }
      bridge.bus.send(self, to, codec.encode(decoded));
    } catch (PacketFormatException own) {
      throw new AssertionError("a packet of its own cannot be read", own);
    }
  }

  /// A signature share that is well-formed and wrong.
  static Packet garbled(Packet packet) {
    return packet instanceof Packet.Share share
        ? new Packet.Share(share.session(), Scalar.of(new MemberId(7)), share.fresh())
        : packet;
  }

  void offer(MemberId from, Bytes packet) {
    if (life != null && life.attester.offer(from, packet)) {
      wake(life.attester);
    }
  }

  private void wake(Duty duty) {
    for (var each : life().duties) {
      if (each.duty.equals(duty)) {
        each.at = bridge.instant();
      }
    }
  }

  @Override
  public void after(List<Step> steps) {
    for (var step : steps) {
      for (var effect : step.effects()) {
        switch (effect) {
          case Effect.Attest _ -> wake(life().attester);
          case Effect.Submit _, Effect.Track _ -> deliver(step.next().lane().destination());
          case Effect.Broadcast _, Effect.Discard _, Effect.Notify _ -> {}
        }
      }
    }
  }

  @Override
  public void deliver(ChainId destination) {
    for (var each : life().duties) {
      if (each.delivers.equals(Optional.of(destination))) {
        each.at = bridge.instant();
      }
    }
  }

  /// Runs each duty that is due, once. Where the process dies in one, it is started again at once.
  void runDue() {
    if (life == null) {
      return;
    }
    for (var each : List.copyOf(life.duties)) {
      if (each.at.isAfter(bridge.instant())) {
        continue;
      }
      each.at = Instant.MAX;
      runs++;
      try {
        var pause = each.duty.run();
        var next = bridge.instant().plusMillis(Math.max(1, pause.toMillis()));
        each.at = each.at.isBefore(next) ? bridge.instant().plusMillis(1) : next;
      } catch (Crash dead) {
        storeCallsLeft = Long.MAX_VALUE;
        restart();
        return;
      }
    }
  }

  void restart() {
    stop();
    start();
  }

  Instant nextDue() {
    return life == null
        ? Instant.MAX
        : life.duties.stream().map(each -> each.at).min(Instant::compareTo).orElse(Instant.MAX);
  }

  /// What it has signed, for ever: the signing record of a test, kept as a disk would keep it.
  private SigningRecord.Admission admit(List<SigningRecord.Entry> entries) {
    for (var entry : entries) {
      var before = signed.get(entry.slot());
      if (before != null && !before.equals(entry.message())) {
        return new SigningRecord.Admission.Conflict(entry.slot(), before, entry.message());
      }
    }
    entries.forEach(entry -> signed.put(entry.slot(), entry.message()));
    return new SigningRecord.Admission.Admitted();
  }

  Map<Slot, MessageId> signed() {
    return Map.copyOf(signed);
  }

  /// The store, as one whose process may die before or after any call.
  private DeliveryStore mortal(DeliveryStore real) {
    return (DeliveryStore)
        Proxy.newProxyInstance(
            DeliveryStore.class.getClassLoader(),
            new Class<?>[] {DeliveryStore.class},
            (_, method, arguments) -> {
              if (storeCallsLeft <= 0 && random.nextBoolean()) {
                throw new Crash();
              }
              Object answer;
              try {
                answer = method.invoke(real, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
              if (storeCallsLeft-- <= 0) {
                throw new Crash();
              }
              return answer;
            });
  }

  // ---- what is asked of it ----

  SimulatedEndpoint endpoint(ChainId chain) {
    return Objects.requireNonNull(endpoints.get(chain));
  }

  DeliveryStore store() {
    return life().store;
  }

  WatcherConsent consent() {
    return life().consent;
  }

  Participant participant() {
    return life().participant;
  }

  Attester attester() {
    return life().attester;
  }

  Optional<Delivery> delivery(MessageId id) {
    return store().find(id);
  }

  Optional<Kind> kind(MessageId id) {
    return delivery(id).map(delivery -> delivery.state().kind());
  }

  Condition watching(ChainId chain) {
    return life().watchers.stream()
        .filter(watcher -> watcher.name().equals("watch " + chain))
        .map(Duty::condition)
        .findFirst()
        .orElseThrow();
  }

  List<Condition> conditions() {
    return life().duties.stream().map(each -> each.duty.condition()).toList();
  }

  String describe() {
    if (life == null) {
      return "%s is down%n".formatted(self);
    }
    var text = new StringBuilder("%s, life %d%n".formatted(self, starts));
    for (var each : life.duties) {
      text.append("  %s: %s%n".formatted(each.duty.name(), each.duty.condition()));
    }
    for (var delivery : life.store.list(Filter.ALL, 5, OptionalLong.empty()).deliveries()) {
      text.append("  %s %s%n".formatted(delivery.id(), delivery.state()));
    }
    return text.toString();
  }
}
