// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Checkpoint;
import java.util.List;
import java.util.Optional;

/// What came of storing a scan.
public sealed interface Scanned {
  /// The checkpoint has moved, and all that was found is stored.
  ///
  /// @param steps what followed for each delivery that the scan changed, in the scan's order; run
  ///   their effects
  /// @param conflicts messages that were refused because their slot is taken
  record Recorded(List<Step> steps, List<SlotConflict> conflicts) implements Scanned {
    /// Copies the lists.
    public Recorded {
      steps = List.copyOf(steps);
      conflicts = List.copyOf(conflicts);
    }
  }

  /// The checkpoint is not where the scan began: nothing was stored. Scan again from there.
  ///
  /// @param actual where it is
  record Outdated(Optional<Checkpoint> actual) implements Scanned {}
}
