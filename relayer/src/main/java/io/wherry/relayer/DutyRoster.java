// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wherry.model.ChainId;
import io.wherry.queue.Effect;
import io.wherry.queue.Step;
import io.wherry.queue.StoreException;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.DutyVerticle;
import io.wherry.relayer.duty.Wakes;
import io.wherry.relayer.sign.Attester;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node's duties, and who is woken by what. Filled before it is deployed.
final class DutyRoster implements Wakes {
  private static final Logger LOG = LoggerFactory.getLogger(DutyRoster.class);

  private record Entry(Duty duty, DutyVerticle verticle, Supplier<String> progress) {}

  private final Consumer<StoreException.Claimed> onClaimed;
  private final InstantSource clock;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<ChainId, DutyVerticle> deliverers = new ConcurrentHashMap<>();
  private volatile @Nullable DutyVerticle attester;
  private final List<String> deployed = new ArrayList<>();
  private @Nullable Vertx vertx;

  /// @param onClaimed told that another process holds the database; perhaps by every duty
  DutyRoster(Consumer<StoreException.Claimed> onClaimed, InstantSource clock) {
    this.clock = clock;
    this.onClaimed = onClaimed;
  }

  /// @param delivers the chain that it delivers to, if it is a deliverer
  /// @param progress where it stands, in words
  void add(Duty duty, Optional<ChainId> delivers, Supplier<String> progress) {
    var verticle = new DutyVerticle(duty, onClaimed, clock);
    entries.add(new Entry(duty, verticle, progress));
    delivers.ifPresent(chain -> deliverers.put(chain, verticle));
  }

  void addAttester(Attester duty) {
    var verticle = new DutyVerticle(duty, onClaimed, clock);
    entries.add(new Entry(duty, verticle, () -> ""));
    attester = verticle;
  }

  Future<?> deploy(Vertx on) {
    vertx = on;
    return Future.all(
        entries.stream()
            .map(
                entry ->
                    entry
                        .verticle()
                        .deployOn(on)
                        .onSuccess(
                            id -> {
                              synchronized (deployed) {
                                deployed.add(id);
                              }
                            }))
            .toList());
  }

  /// Lets every duty finish its run; gives up waiting after `seconds`.
  void stop(long seconds) {
    var on = vertx;
    if (on == null) {
      return;
    }
    List<String> ids;
    synchronized (deployed) {
      ids = List.copyOf(deployed);
      deployed.clear();
    }
    try {
      Future.join(ids.stream().map(on::undeploy).toList())
          .toCompletionStage()
          .toCompletableFuture()
          .get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException late) {
      LOG.warn("a duty did not end its run in time: {}", late.toString());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Wakes the attester.
  void attest() {
    var verticle = attester;
    if (verticle != null) {
      verticle.wake();
    }
  }

  @Override
  public void deliver(ChainId destination) {
    var verticle = deliverers.get(destination);
    if (verticle != null) {
      verticle.wake();
    }
  }

  @Override
  public void after(List<Step> steps) {
    for (var step : steps) {
      var destination = step.next().lane().destination();
      for (var effect : step.effects()) {
        switch (effect) {
          case Effect.Attest _ -> attest();
          case Effect.Submit _, Effect.Track _ -> deliver(destination);
          case Effect.Broadcast _, Effect.Discard _ -> {
            // done by the deliverer that prepared the transaction
          }
          case Effect.Notify(var id, var notice, var detail) ->
              LOG.error("ALARM {}: message {}: {}", notice, id, detail);
        }
      }
    }
  }

  List<NodeStatus.DutyStatus> status() {
    return entries.stream()
        .map(
            entry ->
                new NodeStatus.DutyStatus(
                    entry.duty().name(), entry.verticle().condition(), entry.progress().get()))
        .toList();
  }
}
