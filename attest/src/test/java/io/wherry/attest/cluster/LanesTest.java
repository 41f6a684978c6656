// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.wherry.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LanesTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Queue<Opened.Accepted> handled = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    gate.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Lanes<Opened.Accepted> lanes(
      int itemsMax, int bytesMax, Consumer<Opened.Accepted> handler) {
    // the context is kept busy, so that what is put waits
    context.runOnContext(
        ignored -> {
          try {
            gate.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
        });
    return new Lanes<>(
        List.of(id(1), id(2)),
        itemsMax,
        bytesMax,
        64,
        context,
        each -> each.body().size(),
        handler);
  }

  private static Opened.Accepted from(int member, int number) {
    return new Opened.Accepted(id(member), 1, Bytes.of((byte) (number >> 8), (byte) number));
  }

  /// Lets the context work until it has done everything put before.
  private void drain() throws InterruptedException {
    gate.countDown();
    var done = new CountDownLatch(1);
    // far more turns than there is work
    repeat(100, done);
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private void repeat(int times, CountDownLatch done) {
    context.runOnContext(
        ignored -> {
          if (times == 0) {
            done.countDown();
          } else {
            repeat(times - 1, done);
          }
        });
  }

  @Test
  void floodOfOneMemberIsCutOffAndCostsTheOthersNothing() throws Exception {
    var lanes = lanes(100, 1_000_000, handled::add);
    for (int i = 0; i < 150; i++) {
      lanes.put(id(1), from(1, i));
    }
    lanes.put(id(2), from(2, 0));
    assertThat(lanes.overflowed()).isEqualTo(50);

    drain();
    assertThat(handled).hasSize(101);
    // its turn comes after one of the flood's, not after all of them
    assertThat(List.copyOf(handled).subList(0, 2)).contains(from(2, 0));
    assertThat(handled.stream().filter(each -> each.from().equals(id(1))).toList())
        .isEqualTo(numbered(100));

    lanes.put(id(1), from(1, 7));
    drain();
    assertThat(handled).hasSize(102);
  }

  private static List<Opened.Accepted> numbered(int count) {
    var list = new ArrayList<Opened.Accepted>();
    for (int i = 0; i < count; i++) {
      list.add(from(1, i));
    }
    return list;
  }

  @Test
  void whoHasNoLaneIsRefused() throws Exception {
    var lanes = lanes(100, 100, handled::add);
    lanes.put(id(3), from(3, 0));
    drain();
    assertThat(lanes.overflowed()).isEqualTo(1);
    assertThat(handled).isEmpty();
  }

  @Test
  void bytesAreBoundedToo() throws Exception {
    var lanes = lanes(100, 7, handled::add);
    for (int i = 0; i < 10; i++) {
      lanes.put(id(1), from(1, i));
    }
    assertThat(lanes.overflowed()).isEqualTo(7);
    drain();
    assertThat(handled).hasSize(3);
  }

  @Test
  void exceptionOfTheHandlerIsReportedAndTheNextEnvelopeComes() throws Exception {
    var reported = new ConcurrentLinkedQueue<Throwable>();
    context.exceptionHandler(reported::add);
    var lanes =
        lanes(
            10,
            100,
            accepted -> {
              handled.add(accepted);
              if (accepted.equals(from(1, 0))) {
                throw new IllegalStateException("on purpose");
              }
            });
    lanes.put(id(1), from(1, 0));
    lanes.put(id(1), from(1, 1));
    drain();
    assertThat(handled).containsExactly(from(1, 0), from(1, 1));
    assertThat(reported).singleElement().extracting(Throwable::getMessage).isEqualTo("on purpose");
  }
}
