// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest;

import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.util.List;

/// What this member has ever signed: one message per slot, for ever. It keeps a member from
/// contradicting itself, whatever its watcher says later, through crashes and changes of the key.
public interface SigningRecord {
  /// Admits all `entries` or none. When the answer is [Admission.Admitted] they are durable: the
  /// signer computes its share only then. The same entries again are admitted again.
  Admission admit(List<Entry> entries);

  /// A message and its slot.
  ///
  /// @param slot where it stands in its source gateway
  /// @param message its id
  record Entry(Slot slot, MessageId message) {}

  /// The answers.
  sealed interface Admission {
    /// All entries are recorded.
    record Admitted() implements Admission {}

    /// A slot holds another message already. Nothing was recorded but the evidence.
    ///
    /// @param slot the contested slot
    /// @param recorded the message that was signed, or stood in the same list before
    /// @param offered the message that is refused
    record Conflict(Slot slot, MessageId recorded, MessageId offered) implements Admission {}

    /// The record cannot be written now. Nothing was recorded, so nothing may be signed.
    ///
    /// @param reason for people
    record Unavailable(String reason) implements Admission {}
  }
}
