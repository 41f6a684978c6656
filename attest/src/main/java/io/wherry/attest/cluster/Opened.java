// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;

/// What became of an incoming envelope.
public sealed interface Opened {
  /// It is authentic, in time, for this node, and new.
  ///
  /// @param from the member whose key signed it
  /// @param bootEpoch which life of that member's process, from 1
  /// @param body what it carries; may still be nonsense, since members are not trusted either
  record Accepted(MemberId from, long bootEpoch, Bytes body) implements Opened {}

  /// It was dropped and counted; nothing else changed.
  ///
  /// @param reason the first check that it failed
  record Dropped(DropReason reason) implements Opened {}
}
