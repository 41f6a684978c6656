// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.model.ChainId;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Chains that share a seed and a clock. The same seed, the same commands and the same clock make
/// the same blocks, byte for byte. Commands come from one thread; adapters may be used from any.
public final class SimulatedWorld {
  private final SplittableRandom seed;
  private final InstantSource clock;
  private final TreeMap<ChainId, SimulatedChain> chains = new TreeMap<>();

  /// @param seed decides everything that is left to chance
  /// @param clock when blocks are due; a simulation moves it on
  public SimulatedWorld(long seed, InstantSource clock) {
    this.seed = new SplittableRandom(seed);
    this.clock = clock;
  }

  /// Founds a chain with a gateway. Its first block is its only one.
  ///
  /// @param id an `eip155` chain that is not here yet
  /// @param blockMillis how often [#advance] makes a block, at least 1
  /// @param verifier judges signatures for its gateway
  public SimulatedChain found(ChainId id, long blockMillis, Verifier verifier) {
    if (chains.containsKey(id)) {
      throw new IllegalArgumentException("chain %s is founded already".formatted(id));
    }
    var chain = new SimulatedChain(id, blockMillis, verifier, seed.split(), clock);
    chains.put(id, chain);
    return chain;
  }

  /// The chains in the order of their names.
  public Collection<SimulatedChain> chains() {
    return Collections.unmodifiableCollection(chains.values());
  }

  /// Makes every block that is due by the clock, chain by chain. A repeat at the same time does
  /// nothing.
  public void advance() {
    chains.values().forEach(SimulatedChain::advance);
  }
}
