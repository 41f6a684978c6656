// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// How an observation stands on its source chain, as this node's own watcher knows it.
public sealed interface Standing {
  /// It is in a block, and could still vanish.
  record Reversible() implements Standing {}

  /// By the chain's finality policy it cannot vanish any more.
  ///
  /// @param evidence which rule said so and with what
  record Irreversible(String evidence) implements Standing {
    /// Bounds the text.
    public Irreversible {
      evidence = Text.bounded(evidence);
    }
  }

  /// Its block is no longer canonical. It may be mined again.
  record Vanished() implements Standing {}
}
