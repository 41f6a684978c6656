// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Checkpoint;
import java.util.List;
import java.util.Optional;

/// What came of rolling a chain back.
public sealed interface Rolled {
  /// The checkpoint is the ancestor, and everything above it is orphaned.
  ///
  /// @param steps what followed for each delivery that was seen or included above it, and the
  ///   notices of settled ones; run their effects
  record Back(List<Step> steps) implements Rolled {
    /// Copies the list.
    public Back {
      steps = List.copyOf(steps);
    }
  }

  /// The checkpoint lies below the ancestor, or there is none: nothing was stored.
  ///
  /// @param actual where it is
  record Outdated(Optional<Checkpoint> actual) implements Rolled {}
}
