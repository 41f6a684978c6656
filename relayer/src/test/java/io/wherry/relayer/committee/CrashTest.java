// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.committee;

import static io.wherry.relayer.committee.SimulatedBridge.A;
import static io.wherry.relayer.committee.SimulatedBridge.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.adapters.simulated.Weather;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Nodes die at any moment, also between two calls of their store, and come back at once or after a
/// while; in half of the runs the chains fork and the endpoints fail besides. Every message settles
/// on every node, delivered once.
///
/// `-Dwherry.test.seeds=N` runs N seeds instead of a few; `-Dwherry.test.seed=S` runs one again.
@NullMarked
final class CrashTest {
  private static final long SEEDS = Long.getLong("wherry.test.seeds", 15);
  private static final Weather ROUGH = new Weather(20, 1, 200, 100, 30);

  @TempDir Path folder = Path.of("");

  static LongStream seeds() {
    var one = Long.getLong("wherry.test.seed");
    return one != null ? LongStream.of(one) : LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void settlesEverythingOnceWhereverNodesDie(long seed) {
    var random = new SplittableRandom(seed);
    try (var bridge = new SimulatedBridge(seed, folder).started()) {
      if (random.nextBoolean()) {
        bridge.a.weather(ROUGH);
        bridge.b.weather(ROUGH);
        bridge.bus.lossRate = 0.05;
        bridge.bus.repeatRate = 0.05;
      }
      for (int i = 0; i < 24; i++) {
        if (random.nextInt(3) == 0) {
          bridge.send(random.nextBoolean() ? A : B);
        }
        harm(bridge.node(1 + random.nextInt(SimulatedBridge.MEMBERS)), random);
        bridge.run(Duration.ofMillis(random.nextInt(1_500)));
      }
      bridge.send(A);
      bridge.nodes.values().stream().filter(node -> !node.runs()).forEach(SimulatedNode::start);
      bridge.a.weather(Weather.CALM);
      bridge.b.weather(Weather.CALM);
      // so that what a fork took back is mined again
      bridge.run(Duration.ofSeconds(5));

      bridge.settle(Duration.ofMinutes(10));

      assertThat(bridge.nodes.values().stream().mapToInt(node -> node.starts).sum())
          .as("starts")
          .isGreaterThan(SimulatedBridge.MEMBERS);
    }
  }

  private static void harm(SimulatedNode node, SplittableRandom random) {
    switch (random.nextInt(4)) {
      case 0 -> node.storeCallsLeft = random.nextInt(40);
      case 1 -> node.restart();
      case 2 -> {
        if (node.runs()) {
          node.stop();
        } else {
          node.start();
        }
      }
      default -> {}
    }
  }
}
