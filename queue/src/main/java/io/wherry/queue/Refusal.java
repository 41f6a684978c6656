// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// Why a chain or a wallet cannot take a transaction now. None of these ever dead-letters.
public enum Refusal {
  /// The wallet cannot pay.
  FUNDS,
  /// The gateway or the lane is paused.
  PAUSED,
  /// Anything else, such as a fee above the lane's ceiling.
  OTHER
}
