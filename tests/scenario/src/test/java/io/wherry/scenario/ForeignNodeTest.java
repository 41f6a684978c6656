// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.wherry.attest.cluster.Cluster;
import io.wherry.attest.cluster.ClusterException;
import io.wherry.attest.cluster.ClusterSettings;
import io.wherry.attest.cluster.Endpoint;
import io.wherry.chain.ChainException;
import io.wherry.model.MemberId;
import io.wherry.ops.cli.local.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Somebody reaches the cluster's ports who is no member.
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignNodeTest {
  private static final String CLUSTER = "demo";
  private static final long SEED = 7;

  private Bridge bridge;

  @BeforeAll
  void start() throws IOException, ChainException {
    bridge = Bridge.start();
  }

  @AfterAll
  void stop() {
    if (bridge != null) {
      bridge.close();
    }
  }

  @Test
  void dropsAndCountsWhatAForeignNodeOfTheSameClusterSends()
      throws ClusterException, ChainException {
    var peers =
        IntStream.range(0, Bridge.MEMBERS.size())
            .mapToObj(i -> new Endpoint("127.0.0.1", bridge.committee().clusterPort(i)))
            .toList();
    var foreign =
        Cluster.start(
            new ClusterSettings(
                CLUSTER,
                new MemberId(9),
                "127.0.0.1",
                Ports.free(1).getFirst(),
                0,
                peers,
                Duration.ofSeconds(60)));
    try {
      var random = new Random(SEED);
      Await.until(
          "every member has dropped garbage",
          () -> {
            for (int member : Bridge.MEMBERS) {
              var garbage = new byte[1 + random.nextInt(400)];
              random.nextBytes(garbage);
              // half of it claims to be an envelope of a version that nodes read, and is none
              garbage[0] = (byte) (random.nextBoolean() ? 1 : 99);
              foreign
                  .vertx()
                  .eventBus()
                  .publish(
                      "wherry.%s.member.%d".formatted(CLUSTER, member), Buffer.buffer(garbage));
            }
            return Bridge.MEMBERS.stream().allMatch(this::hasDropped);
          },
          bridge::report);
      assertThat(bridge.logged(1)).contains("dropped an envelope: MALFORMED");
      delivers();
    } finally {
      foreign.stop();
    }
    bridge.awaitReady(Bridge.MEMBERS);
    delivers();
  }

  @Test
  void goesOnWhereRawBytesReachAClusterPort() throws IOException, ChainException {
    var garbage = new byte[4096];
    new Random(SEED).nextBytes(garbage);
    for (int i = 0; i < Bridge.MEMBERS.size(); i++) {
      try (var socket =
          new Socket(InetAddress.getLoopbackAddress(), bridge.committee().clusterPort(i))) {
        socket.getOutputStream().write(garbage);
      }
    }
    delivers();
    bridge.awaitReady(Bridge.MEMBERS);
  }

  private boolean hasDropped(int member) {
    return bridge
        .get(member, "/v1/status")
        .map(status -> status.path("envelopesDropped"))
        .filter(dropped -> dropped.path("MALFORMED").asLong() > 0)
        .filter(dropped -> dropped.path("UNKNOWN_VERSION").asLong() > 0)
        .isPresent();
  }

  private void delivers() throws ChainException {
    var ids = bridge.send(bridge.a(), 2);
    bridge.awaitSettled(ids, Bridge.MEMBERS);
    for (var id : ids) {
      assertThat(bridge.deliveries(bridge.b())).containsEntry(id.toString(), 1);
    }
  }
}
