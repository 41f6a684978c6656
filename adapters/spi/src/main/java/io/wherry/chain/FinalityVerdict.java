// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

/// Whether something seen in a block can still vanish.
public sealed interface FinalityVerdict {
  /// By the chain's finality policy it cannot.
  ///
  /// @param evidence which rule said so and with what, such as `finalized tag at 1204`
  record Final(String evidence) implements FinalityVerdict {}

  /// It stands on the canonical chain, and can still vanish.
  ///
  /// @param blocksToGo how many more blocks are wanted; an estimate, at least 1
  record Pending(long blocksToGo) implements FinalityVerdict {}

  /// Another block stands at its height now.
  record Orphaned() implements FinalityVerdict {}

  /// It cannot be told now.
  ///
  /// @param reason why, in words for an operator
  record Unknown(String reason) implements FinalityVerdict {}
}
