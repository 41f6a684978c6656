// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// How far a member was heard: everything of that boot epoch up to that sequence number, and of
/// every earlier boot epoch, is refused. A node that stores its marks before it stops and gives
/// them to its next opener cannot be fed what its former life has seen.
///
/// @param bootEpoch from 1
/// @param seqHighest from 1
public record ReplayMark(long bootEpoch, long seqHighest) {
  public ReplayMark {
    if (bootEpoch < 1 || seqHighest < 1) {
      throw new IllegalArgumentException(
          "expected bootEpoch and seqHighest from 1, got %d and %d"
              .formatted(bootEpoch, seqHighest));
    }
  }
}
