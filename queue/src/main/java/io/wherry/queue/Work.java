// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// What a node has to do next for a delivery.
public enum Work {
  /// Ask the source chain whether the observation is final.
  FINALIZE,
  /// Have the committee attest it.
  ATTEST,
  /// Check that it is not delivered yet, then prepare a transaction.
  SUBMIT,
  /// Ask the destination chain what became of the transaction, and send it again if need be.
  TRACK,
  /// Ask the destination chain whether the delivery is final.
  SETTLE
}
