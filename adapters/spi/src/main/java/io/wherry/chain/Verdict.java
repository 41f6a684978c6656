// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

/// What is known of a claim. There are three answers, never two: an unknown claim is neither acted
/// on nor denied.
public sealed interface Verdict {
  /// It is so.
  record Yes() implements Verdict {}

  /// It is not so (yet), and the chain itself says it.
  ///
  /// @param reason why, in words for an operator
  record No(String reason) implements Verdict {}

  /// It cannot be told now.
  ///
  /// @param reason why, in words for an operator
  record Unknown(String reason) implements Verdict {}
}
