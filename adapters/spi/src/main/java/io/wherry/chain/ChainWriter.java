// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import java.math.BigInteger;
import java.util.List;

/// Writes to one chain with one wallet. Called by the chain's deliverer only, one call at a time.
///
/// A delivery is written in two steps, so that a crash can never pay twice: [#prepare] signs a
/// transaction and sends nothing; the caller stores it; [#submit] sends exactly those bytes, as
/// often as it takes.
public interface ChainWriter {
  /// The wallet that pays.
  Address wallet();

  /// Signs one transaction that delivers `messages`: all of `attestation`'s batch in its order, or
  /// a single one of it. Sends nothing. Each call may take the next place in the wallet's order
  /// (its nonce), so a prepared transaction that is stored must be submitted.
  ///
  /// @throws ChainException.Transient where the endpoint failed: ask again
  /// @throws ChainException.Permanent where the messages do not belong to the attestation
  Preparation prepare(List<Message> messages, Attestation attestation) throws ChainException;

  /// Sends a prepared transaction. The same bytes again are welcome: [Submission.Accepted] again.
  ///
  /// @throws ChainException.Transient where no endpoint answered: it may or may not have been sent
  Submission submit(Transaction transaction) throws ChainException;

  /// Gives back the place in the wallet's order that a preparation took, because the transaction is
  /// not wanted after all and was never submitted.
  void discard(Transaction transaction);

  /// What became of a transaction of ours.
  ///
  /// @throws ChainException.Transient where the endpoint failed: unknown
  Inclusion inclusion(Transaction transaction) throws ChainException;

  /// A signed transaction, ready to send.
  ///
  /// @param hash its name on the chain
  /// @param signed its bytes as the chain takes them
  /// @param nonce its place in the wallet's order, from 0; on a UTXO chain 0
  record Transaction(Hash32 hash, Bytes signed, long nonce) {}

  /// What came of a preparation.
  sealed interface Preparation {
    /// It would succeed by the chain's present state.
    ///
    /// @param transaction to store, then submit
    record Ready(Transaction transaction) implements Preparation {}

    /// The gateway has delivered all of it before: a success of somebody's.
    record AlreadyDelivered() implements Preparation {}

    /// The call would revert.
    ///
    /// @param reason the decoded error
    record Reverts(String reason) implements Preparation {}

    /// The gateway does not accept the attestation, for instance because its key epoch has ended.
    ///
    /// @param reason the decoded error
    record AttestationRefused(String reason) implements Preparation {}

    /// The chain or the wallet cannot take it now.
    ///
    /// @param cause which kind of obstacle
    /// @param reason such as `wallet … holds 0.1, needs 0.3`, `gateway is paused`
    record Refused(Cause cause, String reason) implements Preparation {}

    /// Why a chain or a wallet cannot take a transaction now.
    enum Cause {
      /// The wallet cannot pay.
      FUNDS,
      /// The gateway is paused.
      PAUSED,
      /// Anything else, such as a fee above the ceiling.
      OTHER
    }
  }

  /// What came of a submission.
  sealed interface Submission {
    /// An endpoint holds it, now or from before.
    record Accepted() implements Submission {}

    /// Its nonce is used already: by another transaction, or by itself, mined before. [#inclusion]
    /// tells which; until it does, nothing may be prepared in its place.
    ///
    /// @param reason in the endpoint's words
    record NonceUsed(String reason) implements Submission {}

    /// The chain will not take these bytes; its nonce is free for what is prepared anew.
    ///
    /// @param reason in the endpoint's words
    record Rejected(String reason) implements Submission {}
  }

  /// Where a transaction stands.
  sealed interface Inclusion {
    /// It is in no block, and could still come to be in one.
    record Pending() implements Inclusion {}

    /// It is in no block, and another transaction of the wallet took its place for good.
    ///
    /// @param reason in words for an operator
    record Superseded(String reason) implements Inclusion {}

    /// It stands in a block.
    ///
    /// @param block the block
    /// @param succeeded whether it did what it should, rather than revert
    /// @param gasUsed what it burnt
    /// @param feePaid in the chain's smallest unit, including any fee for data on a chain below
    record Included(Checkpoint block, boolean succeeded, long gasUsed, BigInteger feePaid)
        implements Inclusion {}
  }
}
