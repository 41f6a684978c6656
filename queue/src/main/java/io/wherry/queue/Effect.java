// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MessageId;
import java.time.Instant;

/// What to do after a new state is stored. Effects are wake-ups: the store is the truth, a lost one
/// is found again by [DeliveryStore#due], and a repeated one does no harm.
public sealed interface Effect {
  /// The message it concerns.
  MessageId id();

  /// Start a signing session, unless another member has attested it by then.
  ///
  /// @param notBefore when
  record Attest(MessageId id, Instant notBefore) implements Effect {}

  /// Check that it is not delivered, and prepare a transaction.
  ///
  /// @param notBefore when
  record Submit(MessageId id, Instant notBefore) implements Effect {}

  /// Send exactly these bytes.
  ///
  /// @param transaction what was stored
  record Broadcast(MessageId id, OwnTransaction transaction) implements Effect {}

  /// Look what became of our transaction, or of the block that holds the delivery.
  ///
  /// @param notBefore when
  record Track(MessageId id, Instant notBefore) implements Effect {}

  /// A transaction was signed in vain and must not be sent for this message: give its nonce back,
  /// or fill it.
  ///
  /// @param transaction what was not stored
  record Discard(MessageId id, OwnTransaction transaction) implements Effect {}

  /// Tell the operator.
  ///
  /// @param notice what kind of news
  /// @param detail in words for an operator
  record Notify(MessageId id, Notice notice, String detail) implements Effect {}
}
