// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.committee;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;

/// Carries packets between the nodes: late, out of order, and, where it is told to, not at all or
/// twice.
@NullMarked
final class SimulatedBus {
  private static final int DELAY_MILLIS_MAX = 30;

  double lossRate;
  double repeatRate;

  /// Members whose packets, to and from, are lost.
  final Set<MemberId> cutOff = new HashSet<>();

  long carried;

  private final SimulatedBridge bridge;
  private final SplittableRandom random;
  private final List<InFlight> wire = new ArrayList<>();

  private record InFlight(Instant at, MemberId from, MemberId to, Bytes packet) {}

  SimulatedBus(SimulatedBridge bridge, SplittableRandom random) {
    this.bridge = bridge;
    this.random = random;
  }

  void send(MemberId from, MemberId to, Bytes packet) {
    carried++;
    if (cutOff.contains(from) || cutOff.contains(to)) {
      return;
    }
    if (random.nextDouble() >= lossRate) {
      put(from, to, packet);
    }
    if (random.nextDouble() < repeatRate) {
      put(from, to, packet);
    }
  }

  private void put(MemberId from, MemberId to, Bytes packet) {
    var delay = Duration.ofMillis(1 + random.nextInt(DELAY_MILLIS_MAX));
    wire.add(new InFlight(bridge.instant().plus(delay), from, to, packet));
  }

  void deliver() {
    var due = wire.stream().filter(each -> !each.at().isAfter(bridge.instant())).toList();
    wire.removeAll(due);
    for (var each : due) {
      var receiver = bridge.nodes.get(each.to());
      if (receiver != null) {
        receiver.offer(each.from(), each.packet());
      }
    }
  }

  Instant nextDue() {
    return wire.stream().map(InFlight::at).min(Instant::compareTo).orElse(Instant.MAX);
  }
}
