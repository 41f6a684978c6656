// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// What an operator must hear of.
public enum Notice {
  /// Something final vanished from the source chain: a fork deeper than the finality policy allows,
  /// or endpoints that lie.
  SOURCE_FINALITY_VIOLATED,
  /// Something settled vanished from the destination chain.
  DESTINATION_FINALITY_VIOLATED,
  /// A message was delivered that its source chain does not hold: what a theft looks like.
  UNBACKED_DELIVERY,
  /// A delivery stopped.
  DEAD_LETTER
}
