// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import java.util.List;
import java.util.stream.Stream;

/// What follows from an event.
///
/// @param next the delivery after it: the same object where the event changed nothing
/// @param effects what to do once `next` is stored, in this order
public record Step(Delivery next, List<Effect> effects) {
  /// Copies the list.
  public Step {
    effects = List.copyOf(effects);
  }

  /// Whether it changed the delivery that it was taken from.
  public boolean changes(Delivery before) {
    return next.version() != before.version();
  }

  /// The same step with `more` to do behind its own effects.
  Step and(List<Effect> more) {
    return more.isEmpty()
        ? this
        : new Step(next, Stream.concat(effects.stream(), more.stream()).toList());
  }
}
