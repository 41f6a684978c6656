// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MemberId;
import java.time.Duration;
import java.util.Set;

/// What the machine must know of its node.
///
/// @param self this node's member
/// @param members all members, `self` among them
/// @param takeover how long each rank waits for the one before it, 0 to 1 day
/// @param retry how long to wait after failures, and how often to try
public record Settings(MemberId self, Set<MemberId> members, Duration takeover, RetryPolicy retry) {
  /// Checks and copies.
  public Settings {
    members = Set.copyOf(members);
    if (!members.contains(self)) {
      throw new IllegalArgumentException(
          "expected this node's member %s among %s".formatted(self, members));
    }
    if (takeover.isNegative() || takeover.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("expected a takeover of 0 to 1 day, got " + takeover);
    }
  }
}
