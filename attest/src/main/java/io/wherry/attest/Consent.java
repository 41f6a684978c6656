// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest;

import io.wherry.model.Batch;
import io.wherry.model.Slot;
import java.util.List;

/// This node's own belief in a batch: its own watcher's verdict and its own policy, never another
/// member's word. The signer asks before every new share; nothing is signed without it.
public interface Consent {
  /// Whether this node stands behind every message of `batch`. Called by the signer on its own
  /// thread, so it must answer from what the node already knows. A repeat may answer otherwise.
  Answer ask(Batch batch);

  /// The three answers.
  sealed interface Answer {
    /// Every message was sent, is final, and passes the policy.
    ///
    /// @param slots the slot of each message, in the batch's order
    record Given(List<Slot> slots) implements Answer {
      public Given {
        slots = List.copyOf(slots);
      }
    }

    /// Not now: a message is unknown, not final, held, or a chain cannot be read. Ask again later.
    ///
    /// @param reason for people
    record NotYet(String reason) implements Answer {}

    /// Never: a message was not sent so, or the policy forbids it.
    ///
    /// @param reason for people
    record Refused(String reason) implements Answer {}
  }
}
