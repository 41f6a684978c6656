// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.wherry.model.ChainId;
import io.wherry.queue.StoreException;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullMarked
@Timeout(30)
final class DutyRosterTest {
  private static final ChainId HERE = ChainId.eip155(1);
  private static final ChainId THERE = ChainId.eip155(2);
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> claims = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> runs = new LinkedBlockingQueue<>();
  private final DutyRoster roster =
      new DutyRoster(taken -> claims.add(taken.getMessage() + ""), InstantSource.system());

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private record Named(String name, Runnable work, BlockingQueue<String> runs) implements Duty {
    @Override
    public Duration run() {
      runs.add(name);
      work.run();
      return Duration.ofHours(1);
    }

    @Override
    public Condition condition() {
      return new Condition.Healthy();
    }
  }

  private Duty duty(String name, Runnable work) {
    return new Named(name, work, runs);
  }

  @Test
  void wakesTheDelivererOfTheChainAlone() throws InterruptedException {
    roster.add(duty("here", () -> {}), Optional.of(HERE), () -> "");
    roster.add(duty("there", () -> {}), Optional.of(THERE), () -> "");
    roster.deploy(vertx).await();
    runs.poll(20, TimeUnit.SECONDS);
    runs.poll(20, TimeUnit.SECONDS);

    roster.deliver(ChainId.eip155(3));
    roster.attest();
    roster.deliver(THERE);

    assertThat(runs.poll(20, TimeUnit.SECONDS)).isEqualTo("there");
    roster.stop(20);
    assertThat(runs).isEmpty();
  }

  @Test
  void tellsHowEachDutyFares() {
    roster.add(duty("watch", () -> {}), Optional.empty(), () -> "at block 7");

    assertThat(roster.status())
        .containsExactly(new NodeStatus.DutyStatus("watch", new Condition.Healthy(), "at block 7"));
  }

  @Test
  void passesOnThatAnotherProcessHoldsTheDatabase() throws InterruptedException {
    roster.add(
        duty(
            "watch",
            () -> {
              throw new StoreException.Claimed("taken over by claim 8");
            }),
        Optional.empty(),
        () -> "");
    roster.deploy(vertx).await();

    assertThat(claims.poll(20, TimeUnit.SECONDS)).isEqualTo("taken over by claim 8");
    roster.stop(20);
  }
}
