// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.wherry.queue.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one duty on a virtual thread: at once, then after each pause that it asks for, or earlier
/// when woken. One run at a time; a wake-up during a run causes another run behind it. An
/// undeployment waits for the run under way. Where another process has taken the database over, it
/// never runs again, and says so: the process must end.
public final class DutyVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(DutyVerticle.class);
  private static final Duration AFTER_A_BUG = Duration.ofSeconds(5);

  private final Duty duty;
  private final Consumer<StoreException.Claimed> onClaimed;
  private final Health trouble;
  private final AtomicBoolean woken = new AtomicBoolean();
  private boolean running;
  private boolean again;
  private boolean over;
  private volatile boolean failing;
  private long timer = -1;
  private @Nullable Promise<Void> stopping;

  /// @param duty what to run; this verticle is its only caller
  /// @param onClaimed told, on the duty's thread, that another process holds the database
  /// @param clock what time it is
  public DutyVerticle(Duty duty, Consumer<StoreException.Claimed> onClaimed, InstantSource clock) {
    this.duty = duty;
    this.trouble = new Health(clock, _ -> {});
    this.onClaimed = onClaimed;
  }

  /// Deploys the verticle on a virtual thread of its own. Its first run begins once it is deployed:
  /// a deployment that waited for it would wait for every endpoint that does not answer.
  ///
  /// @return the deployment's id; complete before the first run is
  public Future<String> deployOn(Vertx on) {
    return on.deployVerticle(
            this, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .onSuccess(_ -> wake());
  }

  @Override
  public Future<?> start() {
    return Future.succeededFuture();
  }

  /// Asks for a run soon; from any thread, as often as you like.
  public void wake() {
    var deployed = context;
    // many wake-ups before a run are one
    if (deployed != null && woken.compareAndSet(false, true)) {
      deployed.runOnContext(_ -> turn());
    }
  }

  @Override
  public Future<?> stop() {
    vertx.cancelTimer(timer);
    if (!running) {
      stopping = Promise.promise();
      return Future.succeededFuture();
    }
    var promise = Promise.<Void>promise();
    stopping = promise;
    return promise.future();
  }

  private void turn() {
    woken.set(false);
    if (over || stopping != null) {
      return;
    }
    if (running) {
      again = true;
      return;
    }
    vertx.cancelTimer(timer);
    running = true;
    again = false;
    var pause = runOnce();
    running = false;
    if (stopping != null) {
      stopping.tryComplete();
      return;
    }
    if (over) {
      return;
    }
    timer = vertx.setTimer(again ? 1 : Math.max(1, pause.toMillis()), _ -> turn());
  }

  /// How the duty fares: its own word, or that it fails in a way it did not expect. From any
  /// thread.
  public Condition condition() {
    return failing ? trouble.condition() : duty.condition();
  }

  /// A duty handles what it expects. What it does not expect is a bug of ours or a broken machine:
  /// it is shown in full and in the duty's condition, and the duty, whose truth is in the database,
  /// runs again; a watcher that died silently would be worse.
  private Duration runOnce() {
    try {
      var pause = duty.run();
      trouble.healthy();
      failing = false;
      return pause;
    } catch (StoreException.Claimed taken) {
      LOG.error("{} ends: {}", duty.name(), taken.getMessage());
      over = true;
      onClaimed.accept(taken);
      return AFTER_A_BUG;
    } catch (RuntimeException | Error bug) {
      LOG.error("{} failed unexpectedly; it runs again in {}", duty.name(), AFTER_A_BUG, bug);
      trouble.degraded("failed unexpectedly, see the log: " + bug);
      failing = true;
      return AFTER_A_BUG;
    }
  }
}
