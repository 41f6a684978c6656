// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.model.Checkpoint;
import io.wherry.model.Observation;
import java.util.List;

/// What one look at a chain found.
public sealed interface Scan {
  /// The blocks behind the cursor up to `next` link to it, and this is all that the gateway did in
  /// them.
  ///
  /// @param sent messages that left, in the chain's order
  /// @param received what arrived, in the chain's order
  /// @param next the new cursor: store it in the same transaction as everything found
  /// @param head the chain's height at this look
  record Found(List<Observation> sent, List<Receipt> received, Checkpoint next, long head)
      implements Scan {
    /// Copies the lists.
    public Found {
      sent = List.copyOf(sent);
      received = List.copyOf(received);
    }
  }

  /// Nothing stands behind the cursor yet.
  ///
  /// @param head the chain's height at this look; lower than the cursor where the endpoint lags
  record Idle(long head) implements Scan {}

  /// The cursor's block is no longer canonical. Whatever was seen above `ancestor` is orphaned; the
  /// next scan starts there.
  ///
  /// @param ancestor the highest block known to this reader that both the old and the new chain
  ///   hold
  /// @param head the chain's height at this look
  record Reorganised(Checkpoint ancestor, long head) implements Scan {}
}
