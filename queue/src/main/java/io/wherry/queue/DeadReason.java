// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Why a delivery stopped.
public enum DeadReason {
  /// The call would revert, again and again.
  REVERTS,
  /// Our transactions reverted, again and again.
  REVERTED,
  /// The recipient refused the message, again and again.
  RECIPIENT_FAILED,
  /// The chain would not take our transactions, again and again.
  REJECTED,
  /// Other transactions of the wallet took their place, again and again.
  SUPERSEDED,
  /// The gateway did not accept the committee's attestations, again and again.
  ATTESTATION_REFUSED,
  /// An operator gave it up.
  DROPPED
}
