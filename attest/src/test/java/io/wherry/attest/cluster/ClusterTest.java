// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.TTL;
import static io.wherry.attest.cluster.Committee.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Real Hazelcast members and event buses in one process, on loopback.
@Timeout(120)
class ClusterTest {
  private static final int WAIT_SECONDS = 30;

  private record Heard(MemberId from, long bootEpoch, String text) {}

  private final List<Cluster> started = new ArrayList<>();

  private final class Node {
    final Cluster cluster;
    final EnvelopeOpener opener;
    final MemberBus bus;
    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    Node(Committee committee, int number, long bootEpoch) throws Exception {
      this(committee, committee.settings(number), bootEpoch);
    }

    Node(Committee committee, ClusterSettings settings, long bootEpoch) throws Exception {
      int number = settings.self().number();
      cluster = start(settings);
      opener = committee.opener(number);
      bus =
          new MemberBus(
              cluster.vertx(),
              committee.roster,
              committee.sealer(number, bootEpoch),
              opener,
              BusLimits.DEFAULT);
      await(
          bus.receive(
              (from, epoch, body) ->
                  heard.add(
                      new Heard(from, epoch, new String(body.toArray(), StandardCharsets.UTF_8)))));
    }

    Heard next() throws InterruptedException {
      var next = heard.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing heard; " + bus.counts());
      }
      return next;
    }
  }

  private Cluster start(ClusterSettings settings) throws ClusterException {
    var cluster = Cluster.start(settings);
    started.add(cluster);
    return cluster;
  }

  @AfterEach
  void stopAll() throws Exception {
    for (var cluster : started) {
      cluster.stop();
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /// Waits until `hazelcast` sees that many members.
  private static void awaitMembers(HazelcastInstance hazelcast, int count) throws Exception {
    var changes = new Semaphore(0);
    var listener =
        hazelcast
            .getCluster()
            .addMembershipListener(
                new MembershipListener() {
                  @Override
                  public void memberAdded(MembershipEvent event) {
                    changes.release();
                  }

                  @Override
                  public void memberRemoved(MembershipEvent event) {
                    changes.release();
                  }
                });
    while (hazelcast.getCluster().getMembers().size() != count) {
      assertThat(changes.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS))
          .as("a change of the members %s", hazelcast.getCluster().getMembers())
          .isTrue();
    }
    assertThat(hazelcast.getCluster().removeMembershipListener(listener)).isTrue();
  }

  private static Bytes text(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void threeMembersExchangeEnvelopesWhileOneLeavesAndReturns() throws Exception {
    var committee = Committee.onFreePorts("exchange", 3);
    var one = new Node(committee, 1, 1);
    var two = new Node(committee, 2, 1);
    var three = new Node(committee, 3, 1);
    awaitMembers(one.cluster.hazelcast(), 3);
    assertThat(one.cluster.present())
        .extracting(NodePresence::claimed)
        .containsExactlyInAnyOrder(Optional.of(id(1)), Optional.of(id(2)), Optional.of(id(3)));

    assertThat(one.bus.send(id(2), text("to two"), TTL)).isEqualTo(MemberBus.SendOutcome.QUEUED);
    assertThat(two.next()).isEqualTo(new Heard(id(1), 1, "to two"));
    three.bus.broadcast(text("to all"), TTL);
    assertThat(one.next()).isEqualTo(new Heard(id(3), 1, "to all"));
    assertThat(two.next()).isEqualTo(new Heard(id(3), 1, "to all"));
    assertThat(one.opener.heard()).containsOnlyKeys(id(3));

    two.cluster.stop();
    awaitMembers(one.cluster.hazelcast(), 2);
    // more than an outbox holds: what cannot be delivered must not fill it up
    for (int i = 0; i < 2 * BusLimits.DEFAULT.outboxEnvelopesMax(); i++) {
      one.bus.send(id(2), text("into the void"), TTL);
    }

    var narrow =
        new MemberBus(
            one.cluster.vertx(),
            committee.roster,
            committee.sealer(1, 2),
            committee.opener(1),
            new BusLimits(1, 1, 1, 1, 1, 1));
    int queued = 0;
    for (int i = 0; i < 1_000; i++) {
      queued += narrow.send(id(3), text("much"), TTL) == MemberBus.SendOutcome.QUEUED ? 1 : 0;
    }
    assertThat(narrow.counts().sent()).isEqualTo(queued);
    assertThat(narrow.counts().outboxFull()).isPositive().isEqualTo(1_000 - queued);
    for (int i = 0; i < queued; i++) {
      assertThat(three.next()).isEqualTo(new Heard(id(1), 2, "much"));
    }
    assertThatThrownBy(() -> narrow.send(id(1), text("to myself"), TTL))
        .hasMessageContaining("expected another member");

    var again = new Node(committee, 2, 2);
    again.bus.broadcast(text("back"), TTL);
    assertThat(one.next()).isEqualTo(new Heard(id(2), 2, "back"));
    assertThat(three.next()).isEqualTo(new Heard(id(2), 2, "back"));
    assertThat(one.bus.send(id(2), text("welcome"), TTL)).isEqualTo(MemberBus.SendOutcome.QUEUED);
    assertThat(again.next()).isEqualTo(new Heard(id(1), 1, "welcome"));
    assertThat(three.heard).isEmpty();
  }

  @Test
  void messagesThatAreNoEnvelopesAreDroppedAndCounted() throws Exception {
    var committee = Committee.onFreePorts("garbage", 2);
    var one = new Node(committee, 1, 1);
    var two = new Node(committee, 2, 1);
    var bus = two.cluster.vertx().eventBus();
    var address = MemberBus.address(committee.roster, id(1));

    bus.send(address, Buffer.buffer("no envelope"));
    bus.send(address, Buffer.buffer(new byte[] {1, 2, 3}));
    bus.send(address, "a text");
    bus.send(address, new JsonObject().put("a", 1));
    bus.send(address, Buffer.buffer(new byte[EnvelopeLimits.DEFAULT.envelopeBytesMax() + 1]));
    two.bus.send(id(1), text("an envelope"), TTL);

    assertThat(one.next()).isEqualTo(new Heard(id(2), 1, "an envelope"));
    assertThat(one.bus.counts().dropped())
        .containsEntry(DropReason.UNKNOWN_VERSION, 1L)
        .containsEntry(DropReason.MALFORMED, 3L)
        .containsEntry(DropReason.TOO_LARGE, 1L);
    assertThat(one.bus.counts().accepted()).isEqualTo(1);
    assertThat(one.heard).isEmpty();
  }

  /// Whatever is read back of this, the test fails.
  static final class Hostile implements Serializable {
    static final AtomicBoolean READ = new AtomicBoolean();

    private Object readResolve() {
      READ.set(true);
      return this;
    }
  }

  @Test
  void hostileSerializableIsRefusedByHazelcastAndByTheEventBus() throws Exception {
    var committee = Committee.onFreePorts("hostile", 2);
    var one = new Node(committee, 1, 1);
    var two = new Node(committee, 2, 1);
    awaitMembers(one.cluster.hazelcast(), 2);

    two.cluster.hazelcast().getMap("any").put("key", new Hostile());
    assertThatThrownBy(() -> one.cluster.hazelcast().getMap("any").get("key"))
        .hasStackTraceContaining(Hostile.class.getName())
        .hasStackTraceContaining("is not allowed");

    // the sender lets it out, the receiver must not let it in
    var bus = two.cluster.vertx().eventBus().serializableChecker(name -> true);
    bus.send(MemberBus.address(committee.roster, id(1)), new Hostile());
    two.bus.send(id(1), text("afterwards"), TTL);
    assertThat(one.next().text()).isEqualTo("afterwards");
    assertThat(one.bus.counts().dropped()).containsEntry(DropReason.MALFORMED, 1L);
    assertThat(Hostile.READ).isFalse();
  }

  @Test
  void nodeOfAnotherClusterNameCannotJoin() throws Exception {
    var ports = Committee.freePorts(3);
    var peers = List.of(new Endpoint("127.0.0.1", ports[0]), new Endpoint("127.0.0.1", ports[1]));
    var ours = start(settings("ours", 1, ports[0], peers));
    var foreign = start(settings("foreign", 2, ports[1], peers));
    // this one joins, so the port was open to whoever knows the name
    var other = start(settings("ours", 3, ports[2], peers));

    awaitMembers(ours.hazelcast(), 2);
    assertThat(other.present()).hasSize(2);
    assertThat(foreign.present())
        .singleElement()
        .extracting(NodePresence::claimed)
        .isEqualTo(Optional.of(id(2)));
  }

  @Test
  @Tag("real")
  void nodesThatStartedApartMergeAndHearEachOther() throws Exception {
    var committee = Committee.onFreePorts("apart", 2);
    var early = new Node(committee, 1, 1);
    // knows nobody, so it starts a cluster of its own
    var late =
        new Node(
            committee, settings("apart", 2, committee.settings(2).clusterPort(), List.of()), 1);
    assertThat(late.cluster.present()).hasSize(1);

    awaitMembers(late.cluster.hazelcast(), 2);
    awaitMembers(early.cluster.hazelcast(), 2);
    assertThat(repeatUntilHeard(late, early).from()).isEqualTo(id(2));
    assertThat(repeatUntilHeard(early, late).from()).isEqualTo(id(1));
  }

  @Test
  @Tag("real")
  void startsAloneWhileAPeerHangsAndMergesWhenItAnswers() throws Exception {
    var ports = Committee.freePorts(1);
    Cluster early;
    int hungPort;
    // accepts connections, by its backlog, and never says a word
    try (var hung = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      hungPort = hung.getLocalPort();
      early = start(settings("hang", 1, ports[0], List.of(new Endpoint("127.0.0.1", hungPort))));
      assertThat(early.present()).hasSize(1);
    }
    var late = start(settings("hang", 2, hungPort, List.of()));
    awaitMembers(late.hazelcast(), 2);
    awaitMembers(early.hazelcast(), 2);
  }

  /// As everyone must who sends: until something proves that it arrived.
  private static Heard repeatUntilHeard(Node from, Node to) throws InterruptedException {
    for (int attempt = 0; attempt < 10 * WAIT_SECONDS; attempt++) {
      from.bus.broadcast(text("here"), TTL);
      var heard = to.heard.poll(100, TimeUnit.MILLISECONDS);
      if (heard != null) {
        return heard;
      }
    }
    throw new AssertionError("nothing heard; " + to.bus.counts());
  }

  @Test
  void occupiedPortIsNamedWithTheNextStep() throws Exception {
    try (var occupied = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = occupied.getLocalPort();
      assertThatThrownBy(() -> start(settings("busy", 1, port, List.of())))
          .isInstanceOfSatisfying(
              ClusterException.PortInUse.class, inUse -> assertThat(inUse.port()).isEqualTo(port))
          .hasMessageContaining("cluster port " + port)
          .hasMessageContaining("configure another port");
    }
  }

  @Test
  void refusesToListenEverywhereOrElsewhere() {
    int port = Committee.freePorts(1)[0];
    assertThatThrownBy(() -> start(listening("0.0.0.0", port)))
        .isInstanceOf(ClusterException.BadHost.class)
        .hasMessageContaining("every interface");
    // TEST-NET-1 of RFC 5737: no machine's address
    assertThatThrownBy(() -> start(listening("192.0.2.1", port)))
        .isInstanceOf(ClusterException.BadHost.class)
        .hasMessageContaining("not an address of this machine");
  }

  private static ClusterSettings settings(
      String cluster, int member, int port, List<Endpoint> peers) {
    return new ClusterSettings(
        cluster, id(member), "127.0.0.1", port, 0, peers, Duration.ofSeconds(WAIT_SECONDS));
  }

  private static ClusterSettings listening(String host, int port) {
    return new ClusterSettings(
        "anywhere", id(1), host, port, 0, List.of(), Duration.ofSeconds(WAIT_SECONDS));
  }
}
