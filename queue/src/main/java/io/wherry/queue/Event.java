// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Attestation;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Observation;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/// Something that happened to a delivery. Every event may come late, twice, or in a state that it
/// does not concern: then it changes nothing. Events that speak of a block or a transaction name
/// it, so that an answer about an old one is not taken for the present one's.
public sealed interface Event {
  /// When it happened, by the node's clock.
  Instant at();

  /// The watcher saw the message's log. A message that vanished and is seen again revives; one that
  /// is seen in another block than before is first taken to have vanished from there.
  ///
  /// @param observation the message and its place
  record Seen(Instant at, Observation observation) implements Event {}

  /// The source chain's finality policy is met.
  ///
  /// @param block the observation's block that was asked about
  /// @param evidence which rule said so and with what
  record BecameFinal(Instant at, Checkpoint block, String evidence) implements Event {}

  /// The observation's block is no longer canonical.
  ///
  /// @param block the block that vanished
  record SourceOrphaned(Instant at, Checkpoint block) implements Event {}

  /// The committee attested it: from a session of ours or from a peer. The caller has verified the
  /// signature.
  ///
  /// @param attestation its batch names the message
  record AttestationReceived(Instant at, Attestation attestation) implements Event {}

  /// A signing session that this node coordinated came to nothing.
  ///
  /// @param reason in words for an operator
  record AttestFailed(Instant at, String reason) implements Event {}

  /// The destination gateway does not accept the attestation, for instance because its key epoch
  /// has ended: another one is wanted.
  ///
  /// @param reason in the gateway's words
  record AttestationRefused(Instant at, String reason) implements Event {}

  /// A transaction was signed and not sent. With the nonce of the one that is under way it replaces
  /// it.
  ///
  /// @param transaction to store, then send
  record Prepared(Instant at, OwnTransaction transaction) implements Event {}

  /// The chain will not take our transaction any more, and it was not mined: the caller has asked.
  ///
  /// @param transaction which one
  /// @param reason in the endpoint's words
  record SubmitRejected(Instant at, Hash32 transaction, String reason) implements Event {}

  /// Another transaction of the wallet took the place of ours for good.
  ///
  /// @param transaction the one that lost its place
  /// @param reason in words for an operator
  record Superseded(Instant at, Hash32 transaction, String reason) implements Event {}

  /// A preparation showed that the call would revert.
  ///
  /// @param reason the decoded error
  record SubmitReverts(Instant at, String reason) implements Event {}

  /// A preparation showed that the chain or the wallet cannot take it now.
  ///
  /// @param refusal which kind
  /// @param detail in words for an operator
  record SubmitRefused(Instant at, Refusal refusal, String detail) implements Event {}

  /// No endpoint answered to what was attempted.
  ///
  /// @param error in words for an operator; never a secret
  record TransportFailed(Instant at, String error) implements Event {}

  /// What was asked about has not happened yet; the next look is due later.
  record StillPending(Instant at) implements Event {}

  /// Our transaction stands in a block.
  ///
  /// @param transaction which one
  /// @param block where
  /// @param succeeded whether it did not revert
  /// @param gasUsed what it burnt
  /// @param feePaid in the chain's smallest unit
  record IncludedSeen(
      Instant at,
      Hash32 transaction,
      Checkpoint block,
      boolean succeeded,
      long gasUsed,
      BigInteger feePaid)
      implements Event {}

  /// The destination gateway's event says that the message was delivered, by whomever.
  ///
  /// @param block where
  /// @param transaction who did it
  record DeliverySeen(Instant at, Checkpoint block, Hash32 transaction) implements Event {}

  /// The destination gateway's event says that the recipient refused the message.
  ///
  /// @param block where
  /// @param transaction who tried
  /// @param reason the recipient's error
  record RecipientFailed(Instant at, Checkpoint block, Hash32 transaction, String reason)
      implements Event {}

  /// The destination gateway, when asked, said that it has delivered the message before.
  ///
  /// @param asOf a block at or above the delivery, as of which the gateway said so, where the
  ///   caller knows one; it must not be a guess, for its finality settles the delivery. Without it
  ///   the delivery waits for the watcher to scan the gateway's event
  record AlreadyDelivered(Instant at, Optional<Checkpoint> asOf) implements Event {}

  /// The block that held the delivery is no longer canonical: check, and send again.
  ///
  /// @param block the block that vanished
  record DestinationOrphaned(Instant at, Checkpoint block) implements Event {}

  /// The block that holds the delivery is final on the destination chain.
  ///
  /// @param block the block that was asked about
  /// @param evidence which rule said so and with what
  record SettledSeen(Instant at, Checkpoint block, String evidence) implements Event {}

  /// An operator wants a dead letter to live again, or a waiting delivery to be attempted at once.
  record Replay(Instant at) implements Event {}

  /// An operator gives the delivery up. It can be replayed.
  ///
  /// @param reason in the operator's words
  record Drop(Instant at, String reason) implements Event {}

  /// Stops a delivery whose transaction is not under way yet.
  ///
  /// @param reason who stops it
  /// @param detail in words for an operator
  record Hold(Instant at, HoldReason reason, String detail) implements Event {}

  /// Lets a held delivery go on.
  ///
  /// @param reason the hold that ends; [HoldReason#OPERATOR] ends any
  record Release(Instant at, HoldReason reason) implements Event {}
}
