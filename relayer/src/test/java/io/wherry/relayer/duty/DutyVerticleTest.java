// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wherry.queue.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every wait here ends with what it waits for; the time-outs only end a test that has failed.
@NullMarked
@Timeout(30)
final class DutyVerticleTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();
  private final List<StoreException.Claimed> claims = new ArrayList<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  /// A duty whose run number n (from 1) does what it is told.
  private final class Told implements Duty {
    private final IntFunction<Duration> what;
    private final AtomicInteger count = new AtomicInteger();

    Told(IntFunction<Duration> what) {
      this.what = what;
    }

    @Override
    public String name() {
      return "told";
    }

    @Override
    public Condition condition() {
      return new Condition.Healthy();
    }

    @Override
    public Duration run() {
      int number = count.incrementAndGet();
      runs.add(number);
      return what.apply(number);
    }
  }

  private DutyVerticle verticle(IntFunction<Duration> what) {
    return new DutyVerticle(new Told(what), claims::add, InstantSource.fixed(Instant.EPOCH));
  }

  private static <T> T await(Future<T> future) {
    return future.await();
  }

  private int nextRun() throws InterruptedException {
    var run = runs.poll(20, TimeUnit.SECONDS);
    assertThat(run).as("a run within 20 s").isNotNull();
    return run == null ? 0 : run;
  }

  @Test
  void runsAtOnceAndAgainAfterThePauseThatItAskedFor() throws InterruptedException {
    await(verticle(number -> number < 3 ? Duration.ofMillis(5) : NEVER).deployOn(vertx));

    assertThat(nextRun()).isEqualTo(1);
    assertThat(nextRun()).isEqualTo(2);
    assertThat(nextRun()).isEqualTo(3);
  }

  @Test
  void takesAPauseOfZeroForAShortOne() throws InterruptedException {
    await(verticle(number -> number < 3 ? Duration.ZERO : NEVER).deployOn(vertx));

    nextRun();
    nextRun();
    assertThat(nextRun()).isEqualTo(3);
  }

  @Test
  void runsBeforeThePauseIsOverWhenWoken() throws InterruptedException {
    var verticle = verticle(_ -> NEVER);
    await(verticle.deployOn(vertx));
    assertThat(nextRun()).isEqualTo(1);

    verticle.wake();

    assertThat(nextRun()).isEqualTo(2);
  }

  @Test
  void runsAgainWhereItWasWokenDuringARun() throws InterruptedException {
    var inside = new Semaphore(0);
    var go = new CountDownLatch(1);
    var verticle =
        verticle(
            number -> {
              if (number == 1) {
                inside.release();
                awaitUninterruptibly(go);
              }
              return NEVER;
            });
    await(verticle.deployOn(vertx));
    inside.acquire();
    verticle.wake();
    verticle.wake();

    go.countDown();

    assertThat(nextRun()).isEqualTo(1);
    assertThat(nextRun()).isEqualTo(2);
  }

  @Test
  void waitsForTheRunUnderWayWhenUndeployed() throws InterruptedException {
    var inside = new Semaphore(0);
    var go = new CountDownLatch(1);
    var ended = new AtomicInteger();
    var verticle =
        verticle(
            _ -> {
              inside.release();
              awaitUninterruptibly(go);
              ended.incrementAndGet();
              return Duration.ZERO;
            });
    var id = await(verticle.deployOn(vertx));
    inside.acquire();

    var undeployed = vertx.undeploy(id);
    assertThat(undeployed.isComplete()).isFalse();
    go.countDown();
    await(undeployed);

    assertThat(ended).hasValue(1);
    verticle.wake();
    // whatever the wake-up would have caused is behind the next undeployment of another verticle
    var other = verticle(_ -> NEVER);
    await(vertx.undeploy(await(other.deployOn(vertx))));
    assertThat(ended).as("runs after the undeployment").hasValue(1);
  }

  @Test
  void isDeployedBeforeItsFirstRunEnds() throws InterruptedException {
    var go = new CountDownLatch(1);
    var verticle =
        verticle(
            _ -> {
              awaitUninterruptibly(go);
              return NEVER;
            });

    await(verticle.deployOn(vertx));
    nextRun();

    go.countDown();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void goesOnAfterABug(boolean error) throws InterruptedException {
    var verticle =
        verticle(
            number -> {
              if (number == 1 && error) {
                throw new StackOverflowError("a bug, on purpose");
              }
              if (number == 1) {
                throw new IllegalArgumentException("a bug, on purpose");
              }
              return NEVER;
            });
    await(verticle.deployOn(vertx));
    assertThat(nextRun()).isEqualTo(1);

    // it would run again by itself later; a wake-up shows now that it lives
    verticle.wake();

    assertThat(nextRun()).isEqualTo(2);
    assertThat(claims).isEmpty();
  }

  @Test
  void neverRunsAgainWhereAnotherProcessHoldsTheDatabase() throws InterruptedException {
    var taken = new StoreException.Claimed("claim 8 is later than claim 7");
    var told = new LinkedBlockingQueue<StoreException.Claimed>();
    var verticle =
        new DutyVerticle(
            new Told(
                _ -> {
                  throw taken;
                }),
            told::add,
            InstantSource.fixed(Instant.EPOCH));
    var id = await(verticle.deployOn(vertx));
    assertThat(told.poll(20, TimeUnit.SECONDS)).isSameAs(taken);

    verticle.wake();
    await(vertx.undeploy(id));

    assertThat(runs).containsExactly(1);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
