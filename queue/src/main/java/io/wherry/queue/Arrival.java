// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;

/// Something that a destination gateway's event said about one message.
///
/// @param id the message
/// @param outcome what became of it
/// @param block the block that holds the event
/// @param transaction the transaction that did it
public record Arrival(MessageId id, Outcome outcome, Checkpoint block, Hash32 transaction) {
  /// What a gateway can say.
  public sealed interface Outcome {
    /// The recipient accepted the message.
    record Delivered() implements Outcome {}

    /// The recipient refused it.
    ///
    /// @param reason the recipient's error
    record Failed(String reason) implements Outcome {
      /// Bounds the text.
      public Failed {
        reason = Text.bounded(reason);
      }
    }
  }
}
