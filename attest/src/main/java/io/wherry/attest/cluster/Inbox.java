// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.vertx.core.Context;
import io.wherry.model.MemberId;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Accepted envelopes on their way to the handler's context. One bounded queue per member, emptied
/// in turns, so that no member's flood delays another's envelopes by more than its turn. The
/// handler is called for one envelope after the other, on its own context.
final class Inbox {
  /// After so many, other events of the context have their turn.
  private static final int TURN_ENVELOPES = 64;

  private record Lane(Queue<Opened.Accepted> waiting, Backlog backlog) {}

  private final Context context;
  private final Consumer<Opened.Accepted> handler;
  private final Map<MemberId, Lane> lanes = new TreeMap<>();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final LongAdder overflowed = new LongAdder();

  Inbox(Roster roster, BusLimits limits, Context context, Consumer<Opened.Accepted> handler) {
    this.context = context;
    this.handler = handler;
    for (var member : roster.members()) {
      var backlog = new Backlog(limits.inboxEnvelopesMax(), limits.inboxBytesMax());
      lanes.put(member.id(), new Lane(new ConcurrentLinkedQueue<>(), backlog));
    }
  }

  /// Queues one, or drops and counts it when its sender's queue is full. Never blocks.
  void put(Opened.Accepted accepted) {
    var lane = lanes.get(accepted.from());
    if (lane == null || !lane.backlog().enter(accepted.body().size())) {
      overflowed.increment();
      return;
    }
    lane.waiting().add(accepted);
    schedule();
  }

  /// How many were dropped because a queue was full.
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
      int left = TURN_ENVELOPES;
      boolean some = true;
      while (some && left > 0) {
        some = false;
        for (var lane : lanes.values()) {
          var accepted = lane.waiting().poll();
          if (accepted != null) {
            some = true;
            left--;
            lane.backlog().leave(accepted.body().size());
            handler.accept(accepted);
          }
        }
      }
    } finally {
      // also when the handler throws, which its context reports: the next envelope is not its fault
      draining.set(false);
      if (lanes.values().stream().anyMatch(lane -> !lane.waiting().isEmpty())) {
        schedule();
      }
    }
  }
}
