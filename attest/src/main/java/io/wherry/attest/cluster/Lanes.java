// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.vertx.core.Context;
import io.wherry.model.MemberId;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/// Things of several members on their way to a handler on one context. One bounded queue per
/// member, emptied in turns, so that no member's flood delays another's things by more than its
/// turn. The handler is called for one thing after the other, on its context.
///
/// @param <T> what waits
final class Lanes<T> {
  private record Lane<T>(Queue<T> waiting, Backlog backlog) {}

  private final Context context;
  private final int turn;
  private final ToIntFunction<T> size;
  private final Consumer<T> handler;
  private final Map<MemberId, Lane<T>> lanes = new TreeMap<>();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final LongAdder overflowed = new LongAdder();

  /// @param members who have a lane
  /// @param itemsMax how many things may wait in each
  /// @param bytesMax how many bytes may wait in each
  /// @param turn after so many things, other events of the context have their turn
  /// @param context where the handler runs
  /// @param size bytes of a thing
  /// @param handler what becomes of it
  Lanes(
      Collection<MemberId> members,
      int itemsMax,
      int bytesMax,
      int turn,
      Context context,
      ToIntFunction<T> size,
      Consumer<T> handler) {
    this.context = context;
    this.turn = turn;
    this.size = size;
    this.handler = handler;
    for (var member : members) {
      lanes.put(member, new Lane<>(new ConcurrentLinkedQueue<>(), new Backlog(itemsMax, bytesMax)));
    }
  }

  /// Queues one, or drops and counts it when its lane is full or there is none. Never blocks.
  void put(MemberId member, T thing) {
    var lane = lanes.get(member);
    if (lane == null || !lane.backlog().enter(size.applyAsInt(thing))) {
      overflowed.increment();
      return;
    }
    lane.waiting().add(thing);
    schedule();
  }

  /// How many were dropped.
  long overflowed() {
    return overflowed.sum();
  }

  private void schedule() {
    if (draining.compareAndSet(false, true)) {
      context.runOnContext(ignored -> drain());
    }
  }

  private void drain() {
    try {
      int left = turn;
      boolean some = true;
      while (some && left > 0) {
        some = false;
        for (var lane : lanes.values()) {
          var thing = lane.waiting().poll();
          if (thing != null) {
            some = true;
            left--;
            lane.backlog().leave(size.applyAsInt(thing));
            handler.accept(thing);
          }
        }
      }
    } finally {
      // also when the handler throws, which its context reports: the next thing is not its fault
      draining.set(false);
      if (lanes.values().stream().anyMatch(lane -> !lane.waiting().isEmpty())) {
        schedule();
      }
    }
  }
}
