// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MessageId;

/// What came of an event that the store was given.
public sealed interface Applied {
  /// It was stepped, and the result is committed.
  ///
  /// @param before the delivery before it
  /// @param step what follows: its effects may be run now
  record Stepped(Delivery before, Step step) implements Applied {
    /// Whether the event changed anything.
    public boolean changed() {
      return step.changes(before);
    }
  }

  /// The delivery has changed since the caller read it: nothing was stored.
  ///
  /// @param current as it stands now
  record Outdated(Delivery current) implements Applied {}

  /// No such delivery.
  ///
  /// @param id what was asked for
  record Unknown(MessageId id) implements Applied {}
}
