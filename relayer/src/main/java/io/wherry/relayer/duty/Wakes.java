// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import io.wherry.model.ChainId;
import io.wherry.queue.Applied;
import io.wherry.queue.Step;
import java.util.List;

/// Tells duties that there is work for them. Only a hint: the work itself is in the database, and a
/// lost hint is found again at the next poll. From any thread.
public interface Wakes {
  /// Passes on what follows from stored changes.
  void after(List<Step> steps);

  /// Passes on what follows from one stored event; nothing, where nothing was stored.
  default void after(Applied applied) {
    if (applied instanceof Applied.Stepped stepped) {
      after(List.of(stepped.step()));
    }
  }

  /// Something was seen on `destination` that its deliverer waits for.
  void deliver(ChainId destination);
}
