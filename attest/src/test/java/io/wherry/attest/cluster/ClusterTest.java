// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.TTL;
import static io.wherry.attest.cluster.Committee.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Real Hazelcast members in one process, on loopback.
@Timeout(120)
class ClusterTest {
  private record Heard(MemberId from, long bootEpoch, String text) {}

  private final List<Cluster> started = new ArrayList<>();

  private final class Node {
    final Cluster cluster;
    final MemberBus bus;
    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    Node(Committee committee, int number, long bootEpoch) throws Exception {
      long before = System.nanoTime();
      cluster = Cluster.start(committee.settings(number));
      System.err.println(
          "start " + number + ": " + (System.nanoTime() - before) / 1_000_000 + " ms");
      started.add(cluster);
      bus =
          new MemberBus(
              cluster.vertx(),
              committee.roster,
              committee.sealer(number, bootEpoch),
              committee.opener(number),
              BusLimits.DEFAULT);
      bus.receive(
              (from, epoch, body) ->
                  heard.add(
                      new Heard(from, epoch, new String(body.toArray(), StandardCharsets.UTF_8))))
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stopAll() throws Exception {
    for (var cluster : started) {
      cluster.stop();
    }
  }

  private static Bytes text(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void threeMembersExchangeEnvelopesAndOneLeavesAndReturns() throws Exception {
    var committee = Committee.onFreePorts("exchange", 3);
    var one = new Node(committee, 1, 1);
    var two = new Node(committee, 2, 1);
    var three = new Node(committee, 3, 1);
    assertThat(one.cluster.present()).hasSize(3);

    one.bus.send(id(2), text("to two"), TTL);
    assertThat(two.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(1), 1, "to two"));
    three.bus.broadcast(text("to all"), TTL);
    assertThat(one.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(3), 1, "to all"));
    assertThat(two.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(3), 1, "to all"));
    assertThat(three.heard).isEmpty();

    two.cluster.stop();
    assertThat(one.cluster.present()).hasSize(2);
    one.bus.send(id(2), text("into the void"), TTL);
    var again = new Node(committee, 2, 2);
    again.bus.broadcast(text("back"), TTL);
    assertThat(one.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(2), 2, "back"));
    assertThat(three.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(2), 2, "back"));
    one.bus.send(id(2), text("welcome"), TTL);
    assertThat(again.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Heard(id(1), 1, "welcome"));
  }
}
