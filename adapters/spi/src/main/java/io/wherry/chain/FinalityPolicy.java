// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

/// The rule by which an observation stops being reversible. Each chain's operator chooses one; an
/// adapter that does not know a rule refuses it at start.
public sealed interface FinalityPolicy {
  /// A block is final when `depth` blocks stand on it: with 0 as soon as it is seen, which only a
  /// chain that never forks permits.
  ///
  /// @param depth 0 to 100,000 blocks
  record Confirmations(int depth) implements FinalityPolicy {
    /// Checks the range.
    public Confirmations {
      if (depth < 0 || depth > 100_000) {
        throw new IllegalArgumentException(
            "expected 0 to 100000 confirmations, got %d".formatted(depth));
      }
    }
  }

  /// A block is final when it is at or below the chain's `safe` block (Ethereum: justified).
  record Safe() implements FinalityPolicy {}

  /// A block is final when it is at or below the chain's `finalized` block.
  record Finalized() implements FinalityPolicy {}
}
