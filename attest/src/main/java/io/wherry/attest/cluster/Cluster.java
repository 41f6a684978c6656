// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's part in the cluster: a Hazelcast member and the clustered [Vertx] on it. Started and
/// stopped by the wiring, from a thread that may block. A node starts whether or not others are
/// there; those that come later, or come back, are found and merged with.
public final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final HazelcastInstance hazelcast;
  private final Vertx vertx;
  private final AtomicBoolean stopped = new AtomicBoolean();

  private Cluster(HazelcastInstance hazelcast, Vertx vertx) {
    this.hazelcast = hazelcast;
    this.vertx = vertx;
  }

  /// Starts with plain Vert.x options.
  ///
  /// @see #start(ClusterSettings, VertxOptions, UnaryOperator)
  public static Cluster start(ClusterSettings settings) throws ClusterException {
    return start(settings, new VertxOptions(), UnaryOperator.identity());
  }

  /// Starts the Hazelcast member and the clustered Vert.x on it. Blocks until both are up, peers
  /// present or not.
  ///
  /// @param settings where to listen, whom to look for
  /// @param options Vert.x options; the event bus's are replaced
  /// @param extend adds metrics or tracing to the builder
  /// @throws ClusterException naming the port or host in the way, and the next step; nothing is
  ///   left running then
  public static Cluster start(
      ClusterSettings settings, VertxOptions options, UnaryOperator<VertxBuilder> extend)
      throws ClusterException {
    var address = listenAddress(settings.listenHost());
    requireFree("cluster port", address, settings.clusterPort());
    requireFree("bus port", address, settings.busPort());
    if (!address.isLoopbackAddress()) {
      LOG.warn(
          "the cluster listens on {}, without encryption or authentication: only members may reach its ports",
          address.getHostAddress());
    }
    var hazelcast = hazelcast(settings, address);
    try {
      var vertx = vertx(settings, options, extend, address, hazelcast);
      LOG.info(
          "{} of cluster {} listens on {}:{}",
          settings.self(),
          settings.cluster(),
          address.getHostAddress(),
          settings.clusterPort());
      return new Cluster(hazelcast, vertx);
    } catch (ClusterException failure) {
      hazelcast.shutdown();
      throw failure;
    }
  }

  /// Joins those that answer. A peer that accepts connections and then says nothing (a stopped
  /// process, a host that hangs) would keep Hazelcast from starting at all; then the node starts
  /// alone, and looks for the others from there.
  private static HazelcastInstance hazelcast(ClusterSettings settings, InetAddress address)
      throws ClusterException {
    var host = address.getHostAddress();
    try {
      return Hazelcast.newHazelcastInstance(HazelcastSettings.of(settings, host, settings.peers()));
    } catch (HazelcastException | IllegalStateException failure) {
      if (isBindFailure(failure)) {
        throw failed(settings, address, failure);
      }
      LOG.warn(
          "no peer let this node join, and at least one did not answer; starting alone, to merge with them later ({})",
          failure.getMessage());
    }
    try {
      var config = HazelcastSettings.of(settings, host, List.of());
      var alone = Hazelcast.newHazelcastInstance(config);
      HazelcastSettings.setPeers(config, settings.peers());
      return alone;
    } catch (HazelcastException | IllegalStateException failure) {
      throw failed(settings, address, failure);
    }
  }

  private static Vertx vertx(
      ClusterSettings settings,
      VertxOptions options,
      UnaryOperator<VertxBuilder> extend,
      InetAddress address,
      HazelcastInstance hazelcast)
      throws ClusterException {
    var bus =
        new EventBusOptions()
            .setHost(address.getHostAddress())
            .setPort(settings.busPort())
            .setConnectTimeout(2_000)
            .setClusterPingInterval(5_000)
            .setClusterPingReplyInterval(5_000);
    var starting =
        extend
            .apply(Vertx.builder())
            .with(new VertxOptions(options).setEventBusOptions(bus))
            .withClusterManager(new HazelcastClusterManager(hazelcast))
            .buildClustered();
    try {
      var vertx = await(starting, settings.startTimeout());
      // nothing but bytes is ever sent, so nothing else is ever decoded
      vertx.eventBus().clusterSerializableChecker(name -> false).serializableChecker(name -> false);
      return vertx;
    } catch (ExecutionException failure) {
      throw failed(settings, address, reason(failure));
    } catch (TimeoutException late) {
      starting.onSuccess(Vertx::close);
      throw new ClusterException.Failed(
          "the event bus did not start within " + settings.startTimeout(), late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      starting.onSuccess(Vertx::close);
      throw new ClusterException.Failed("interrupted while the event bus started", interrupted);
    }
  }

  /// The clustered Vert.x, for verticles.
  public Vertx vertx() {
    return vertx;
  }

  /// The nodes that the cluster says are present now, this one included. For display; empty once
  /// stopped.
  public List<NodePresence> present() {
    try {
      return hazelcast.getCluster().getMembers().stream().map(Cluster::presence).toList();
    } catch (HazelcastInstanceNotActiveException gone) {
      return List.of();
    }
  }

  /// Leaves the cluster: closes Vert.x with all its verticles, then the Hazelcast member. Blocks
  /// for at most some tens of seconds. A repeat does nothing.
  ///
  /// @throws ClusterException when Vert.x did not close in order; the node has left all the same
  public void stop() throws ClusterException {
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    try {
      await(vertx.close(), STOP_TIMEOUT);
    } catch (ExecutionException failure) {
      throw new ClusterException.Failed("the event bus did not close in order", reason(failure));
    } catch (TimeoutException late) {
      throw new ClusterException.Failed("the event bus did not close within " + STOP_TIMEOUT, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ClusterException.Failed("interrupted while the event bus closed", interrupted);
    } finally {
      hazelcast.shutdown();
    }
  }

  /// The Hazelcast member, for tests of its settings.
  HazelcastInstance hazelcast() {
    return hazelcast;
  }

  private static NodePresence presence(Member member) {
    return new NodePresence(
        claimed(member.getAttribute(HazelcastSettings.MEMBER_ATTRIBUTE)),
        member.getAddress().getHost() + ":" + member.getAddress().getPort(),
        member.localMember());
  }

  private static Optional<MemberId> claimed(@Nullable String attribute) {
    return Optional.ofNullable(attribute)
        .filter(text -> text.matches("[1-9][0-9]{0,4}"))
        .map(Integer::parseInt)
        .filter(number -> number <= 0xffff)
        .map(MemberId::new);
  }

  private static InetAddress listenAddress(String host) throws ClusterException {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw new ClusterException.BadHost(host, "is unknown");
    }
    if (address.isAnyLocalAddress()) {
      throw new ClusterException.BadHost(host, "means every interface");
    }
    return address;
  }

  private static void requireFree(String setting, InetAddress address, int port)
      throws ClusterException {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port));
    } catch (BindException refused) {
      if (refused.getMessage() != null && refused.getMessage().contains("assign")) {
        throw new ClusterException.BadHost(
            address.getHostAddress(), "is not an address of this machine");
      }
      throw new ClusterException.PortInUse(setting, address.getHostAddress(), port, refused);
    } catch (IOException refused) {
      throw new ClusterException.Failed(
          "cannot listen on %s:%d: %s".formatted(address.getHostAddress(), port, refused), refused);
    }
  }

  /// A port may have been taken between the probe and the start.
  private static ClusterException failed(
      ClusterSettings settings, InetAddress address, Throwable failure) {
    if (isBindFailure(failure)) {
      return new ClusterException.Failed(
          "cluster port %d or bus port %d on %s was taken while the node started: start again, or configure other ports"
              .formatted(settings.clusterPort(), settings.busPort(), address.getHostAddress()),
          failure);
    }
    return new ClusterException.Failed("the cluster did not start: " + failure, failure);
  }

  private static boolean isBindFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static Throwable reason(ExecutionException failure) {
    var cause = failure.getCause();
    return cause == null ? failure : cause;
  }

  private static <T> T await(Future<T> future, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
