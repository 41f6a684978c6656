// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.EvmAdapter;
import io.wherry.adapters.evm.EvmSettings;
import io.wherry.attest.cluster.BusLimits;
import io.wherry.attest.cluster.Cluster;
import io.wherry.attest.cluster.ClusterException;
import io.wherry.attest.cluster.ClusterSettings;
import io.wherry.attest.cluster.Endpoint;
import io.wherry.attest.cluster.EnvelopeLimits;
import io.wherry.attest.cluster.EnvelopeOpener;
import io.wherry.attest.cluster.EnvelopeSealer;
import io.wherry.attest.cluster.MemberBus;
import io.wherry.attest.cluster.NodePresence;
import io.wherry.attest.cluster.ReplayMark;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Curves;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.session.Limits;
import io.wherry.attest.session.PacketCodec;
import io.wherry.attest.session.Participant;
import io.wherry.attest.sql.SqlSigningRecord;
import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.model.Address;
import io.wherry.model.ChainId;
import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Filter;
import io.wherry.queue.Kind;
import io.wherry.queue.Machine;
import io.wherry.queue.Moment;
import io.wherry.queue.RetryPolicy;
import io.wherry.queue.Settings;
import io.wherry.queue.StoreException;
import io.wherry.queue.sql.Database;
import io.wherry.queue.sql.SqlDeliveryStore;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.config.Configuration;
import io.wherry.relayer.deliver.Deliverer;
import io.wherry.relayer.sign.Attester;
import io.wherry.relayer.sign.WatcherConsent;
import io.wherry.relayer.watch.ChainWatcher;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node, running: its database claimed, its cluster joined, its chains watched. Everything that
/// it owns is opened in one order and closed in the other.
public final class Node implements NodeView, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration ENVELOPE_TTL = Duration.ofSeconds(30);
  private static final long DEPLOY_SECONDS = 30;
  private static final double RETRY_FACTOR = 2;
  private static final long MARKS_KEPT_MILLIS = 10_000;

  private final Configuration configuration;
  private final InstantSource clock;
  private final Instant startedAt;
  private final Deque<Closing> closings = new ArrayDeque<>();

  private Keys keys;
  private SqlSigningRecord record;
  private DeliveryStore store;
  private Cluster cluster;
  private MemberBus bus;
  private final DutyRoster duties;

  /// Something that is closed when the node stops.
  private record Closing(String what, Action action) {
    @FunctionalInterface
    interface Action {
      void close() throws IOException, ClusterException;
    }
  }

  /// Starts a node; blocks until its duties run, chains and peers present or not.
  ///
  /// @param configuration what it is told
  /// @param environment the process' environment, for secrets
  /// @param clock what time it is
  /// @param mustEnd told, perhaps repeatedly and from any thread, why this process must end at
  ///   once: another one has taken its database over. The caller closes the node and ends
  /// @throws StartException saying what is in the way
  public static Node start(
      Configuration configuration,
      Map<String, String> environment,
      InstantSource clock,
      Consumer<String> mustEnd)
      throws StartException {
    var random = new SecureRandom();
    var curve = Curves.load(random);
    var keys = Keys.read(configuration, environment, curve);
    return new Node(configuration, keys, curve, random, clock, mustEnd);
  }

  // every field is set by the one who opens it, or the constructor throws
  @SuppressWarnings("NullAway.Init")
  private Node(
      Configuration configuration,
      Keys keys,
      Curve curve,
      SecureRandom random,
      InstantSource clock,
      Consumer<String> mustEnd)
      throws StartException {
    this.configuration = configuration;
    this.keys = keys;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.duties =
        new DutyRoster(taken -> mustEnd.accept(String.valueOf(taken.getMessage())), clock);
    boolean good = false;
    try {
      openShare();
      openStore();
      openRecord();
      openCluster();
      openBus();
      open(curve, random);
      good = true;
    } finally {
      if (!good) {
        close();
      }
    }
  }

  private void openShare() {
    closings.push(new Closing("key share", keys.share()::close));
    keys.warnings().forEach(warning -> LOG.warn("WARNING: {}", warning));
    LOG.info(
        "{} of {}: threshold {}, key epoch {}, group key {}, roster {}",
        keys.identity().member(),
        keys.roster().members().size(),
        keys.share().group().threshold(),
        keys.share().epoch(),
        keys.share().group().key().x(),
        keys.roster().hash());
  }

  private void openStore() throws StartException {
    var directory = configuration.node().dataDirectory();
    try {
      var database =
          Database.open(
              directory,
              Database.Options.standard(),
              "%s, process %d"
                  .formatted(configuration.node().member(), ProcessHandle.current().pid()),
              clock.instant());
      closings.push(new Closing("database", database::close));
      store = new SqlDeliveryStore(database, machine());
    } catch (StoreException failed) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT, String.valueOf(failed.getMessage()), failed);
    }
  }

  private Machine machine() {
    var delivery = configuration.delivery();
    return new Machine(
        new Settings(
            configuration.node().member(),
            configuration.committee().members().stream()
                .map(Configuration.Member::id)
                .collect(Collectors.toSet()),
            delivery.takeover(),
            new RetryPolicy(
                delivery.retryFirst(), RETRY_FACTOR, delivery.retryMax(), delivery.attemptsMax())));
  }

  private void openRecord() throws StartException {
    var file = configuration.node().dataDirectory().resolve("signing-record.db");
    if (Files.notExists(file) && !store.counts().isEmpty()) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT,
          "signing record %s is missing, but this node has seen messages before: without it the node could sign a second message for a slot. Bring the file back; where it is lost for good, this member needs a new identity and key share"
              .formatted(file));
    }
    try {
      record = SqlSigningRecord.open(file, clock);
      closings.push(new Closing("signing record", record::close));
    } catch (IOException failed) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT,
          "signing record %s: %s".formatted(file, failed.getMessage()),
          failed);
    }
  }

  private void openCluster() throws StartException {
    var self = configuration.committee().member(configuration.node().member());
    var peers =
        configuration.committee().members().stream()
            .map(member -> new Endpoint(member.host(), member.port()))
            .toList();
    try {
      cluster =
          Cluster.start(
              new ClusterSettings(
                  configuration.cluster().name(),
                  self.id(),
                  self.host(),
                  self.port(),
                  configuration.cluster().eventBusPort(),
                  peers,
                  Duration.ofSeconds(60)));
      closings.push(new Closing("cluster", cluster::stop));
    } catch (ClusterException failed) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT, String.valueOf(failed.getMessage()), failed);
    }
  }

  private void openBus() throws StartException {
    var limits = EnvelopeLimits.DEFAULT;
    bus =
        new MemberBus(
            cluster.vertx(),
            keys.roster(),
            new EnvelopeSealer(
                keys.identity(),
                keys.roster(),
                keys.share().epoch(),
                record.bootEpoch(),
                limits,
                clock),
            opener(limits),
            BusLimits.DEFAULT);
  }

  /// Opens envelopes from where the last life of this node left off, and keeps note of how far it
  /// came.
  private EnvelopeOpener opener(EnvelopeLimits limits) throws StartException {
    try {
      var opener =
          new EnvelopeOpener(
              keys.roster(),
              keys.identity().member(),
              Set.of(keys.share().epoch()),
              limits,
              clock,
              record.replayMarks());
      closings.push(new Closing("replay marks", () -> record.keepReplayMarks(opener.marks())));
      cluster
          .vertx()
          .setPeriodic(
              MARKS_KEPT_MILLIS,
              _ -> cluster.vertx().executeBlocking(() -> keep(opener.marks()), false));
      return opener;
    } catch (IOException failed) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT, String.valueOf(failed.getMessage()), failed);
    }
  }

  private boolean keep(Map<MemberId, ReplayMark> marks) {
    try {
      record.keepReplayMarks(marks);
      return true;
    } catch (IOException failed) {
      LOG.warn("how far peers were heard could not be kept: {}", failed.getMessage());
      return false;
    }
  }

  private void open(Curve curve, SecureRandom random) throws StartException {
    var links = new ArrayList<ChainLink>();
    var gateways = new HashMap<ChainId, Address>();
    for (var chain : configuration.chains()) {
      gateways.put(chain.id(), Address.eip155(chain.id(), chain.gateway()));
      var link = link(chain, cluster.vertx(), keys);
      closings.push(new Closing("chain " + chain.id(), link::close));
      connect(link);
      links.add(link);
    }
    var attester = attester(gateways, curve, random);
    for (var link : links) {
      duties.add(new Deliverer(link, store, duties, clock), Optional.of(link.id()), () -> "");
      var watcher = new ChainWatcher(link, store, duties, clock);
      duties.add(watcher, Optional.empty(), watcher::progress);
    }
    duties.addAttester(attester);
    closings.push(new Closing("duties", () -> duties.stop(DEPLOY_SECONDS)));
    await("the duties", duties.deploy(cluster.vertx()));
    await(
        "the bus",
        bus.receive(
            (from, _, body) -> {
              if (attester.offer(from, body)) {
                duties.attest();
              }
            }));
  }

  private Attester attester(Map<ChainId, Address> gateways, Curve curve, SecureRandom random) {
    var participant =
        new Participant(
            curve,
            keys.share(),
            new WatcherConsent(store, gateways),
            record.forEpoch(keys.share().epoch()),
            record.bootEpoch(),
            random,
            Limits.STANDARD);
    closings.push(new Closing("participant", participant::close));
    return new Attester(
        participant,
        new PacketCodec(curve),
        (to, packet) -> {
          var _ = bus.send(to, packet, ENVELOPE_TTL);
        },
        store,
        gateways,
        keys.share().epoch(),
        configuration.delivery().batchMessagesMax(),
        configuration.chains().stream()
            .map(Configuration.Chain::poll)
            .max(Duration::compareTo)
            .orElseThrow(),
        duties,
        clock);
  }

  private static ChainLink link(Configuration.Chain chain, Vertx vertx, Keys keys) {
    var wallet = keys.wallets().get(chain.id());
    var endpoints = keys.endpoints().get(chain.id());
    if (wallet == null || endpoints == null) {
      throw new IllegalStateException("keys were read for every configured chain");
    }
    var usual = EvmSettings.of(chain.id(), endpoints, chain.gateway(), wallet);
    var settings =
        usual
            .withTimeoutMillis(chain.requestTimeout().toMillis())
            .withMaxFeePerGasWei(
                BigInteger.valueOf(chain.feePerGasMaxGwei())
                    .multiply(BigInteger.valueOf(1_000_000_000L)));
    var turn = new AtomicInteger();
    return new ChainLink(
        chain.id(),
        new ChainLink.Terms(
            chain.finality(), chain.startHeight(), chain.poll(), chain.blocksPerScanMax()),
        () -> open(rotated(settings, turn.getAndIncrement()), vertx, keys.share()));
  }

  /// Each connection begins with the next endpoint, so that one that died or lies is left behind.
  private static EvmSettings rotated(EvmSettings settings, int turn) {
    var endpoints = new ArrayList<>(settings.endpoints());
    Collections.rotate(endpoints, -(turn % endpoints.size()));
    return settings.withEndpoints(endpoints);
  }

  private static ChainAdapter open(EvmSettings settings, Vertx vertx, KeyShare share)
      throws ChainException {
    var adapter = EvmAdapter.open(settings, vertx);
    boolean good = false;
    try {
      checkKey(adapter, share);
      good = true;
      return adapter;
    } finally {
      if (!good) {
        adapter.close();
      }
    }
  }

  /// A gateway with another key would refuse every attestation: better said at once.
  private static void checkKey(EvmAdapter adapter, KeyShare share) throws ChainException {
    var state = adapter.gatewayState();
    var ours = new BigInteger(1, share.group().key().x().toArray());
    if (state.keyEpoch() == share.epoch().number() && !state.groupKey().equals(ours)) {
      throw new ChainException.Permanent(
          "gateway %s has the group key 0x%064x in key epoch %d, but this node's share is of 0x%064x: check the gateway's address and the share"
              .formatted(adapter.gateway(), state.groupKey(), state.keyEpoch(), ours));
    }
  }

  /// Connects once before the duties start, so that a mistake in the configuration ends the start,
  /// and a dead endpoint does not.
  private static void connect(ChainLink link) throws StartException {
    try {
      link.adapter();
    } catch (ChainException failed) {
      switch (failed) {
        case ChainException.Transient _ ->
            LOG.warn("{} does not answer now; trying again: {}", link.id(), failed.getMessage());
        case ChainException.Permanent _ ->
            throw new StartException(
                StartException.Kind.CONFIGURATION, String.valueOf(failed.getMessage()), failed);
      }
    }
  }

  private static void await(String what, io.vertx.core.Future<?> future) throws StartException {
    try {
      future.toCompletionStage().toCompletableFuture().get(DEPLOY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT, what + " did not start: " + failed, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT, "interrupted while starting", interrupted);
    }
  }

  /// The clustered Vert.x, for verticles beside the node's own, such as the API's.
  public Vertx vertx() {
    return cluster.vertx();
  }

  // ---- what it tells ----

  @Override
  public NodeStatus status() {
    var present =
        cluster.present().stream()
            .collect(Collectors.toMap(NodePresence::address, p -> p, (a, _) -> a));
    var members =
        configuration.committee().members().stream()
            .map(member -> member(member, present))
            .toList();
    var counts = new EnumMap<Kind, Long>(Kind.class);
    store
        .counts()
        .values()
        .forEach(lane -> lane.forEach((kind, count) -> counts.merge(kind, count, Long::sum)));
    return new NodeStatus(
        configuration.node().member(),
        startedAt,
        record.bootEpoch(),
        keys.share().group().threshold(),
        keys.share().epoch(),
        new Hash32(keys.share().group().key().x()),
        keys.roster().hash(),
        members,
        duties.status(),
        counts,
        bus.counts().dropped().entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue)),
        keys.warnings());
  }

  private NodeStatus.Member member(Configuration.Member member, Map<String, NodePresence> present) {
    var endpoint = member.host() + ":" + member.port();
    boolean claims =
        present.values().stream()
            .anyMatch(node -> node.claimed().equals(Optional.<MemberId>of(member.id())));
    return new NodeStatus.Member(
        member.id(), endpoint, claims, member.id().equals(configuration.node().member()));
  }

  @Override
  public List<Delivery> deliveries(Optional<Kind> kind, int limit) {
    var filter =
        new Filter(
            kind.map(Set::of).orElse(Set.of()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return store.list(filter, limit, OptionalLong.empty()).deliveries();
  }

  @Override
  public Optional<Delivery> delivery(MessageId id) {
    return store.find(id);
  }

  @Override
  public List<Moment> timeline(MessageId id) {
    return store.timeline(id);
  }

  /// Stops: lets every duty finish what it is doing, leaves the cluster, closes the database. What
  /// is under way is in the database and goes on at the next start. A second call does nothing.
  @Override
  public synchronized void close() {
    while (!closings.isEmpty()) {
      var closing = closings.pop();
      try {
        closing.action().close();
      } catch (IOException | ClusterException | RuntimeException failed) {
        LOG.warn("while closing the {}: {}", closing.what(), failed.getMessage());
      }
    }
  }
}
