// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Why a delivery waits for another attempt.
public enum WaitReason {
  /// No endpoint answered. Waits without end.
  TRANSPORT,
  /// The committee did not attest it. Waits without end: members may be away or may lag.
  ATTESTATION,
  /// The wallet cannot pay. Waits without end.
  FUNDS,
  /// The gateway or the lane is paused. Waits without end.
  PAUSED,
  /// The chain or the wallet cannot take it now, for another reason. Waits without end.
  REFUSED,
  /// The gateway says that it is delivered; where is not known yet. Waits without end.
  ALREADY_DELIVERED,
  /// The call would revert. Counts as an attempt.
  REVERTS,
  /// Our transaction was mined and reverted. Counts as an attempt.
  REVERTED,
  /// The recipient refused the message. Counts as an attempt where the transaction was ours.
  RECIPIENT_FAILED,
  /// The chain would not take our transaction. Counts as an attempt.
  REJECTED,
  /// Another transaction of the wallet took our transaction's place. Counts as an attempt.
  SUPERSEDED
}
