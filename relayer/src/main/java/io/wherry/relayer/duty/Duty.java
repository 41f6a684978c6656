// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import java.time.Duration;

/// Something that a node does again and again: watch one chain, attest, deliver to one chain. A
/// duty owns its state and is run one call at a time; it finds its work in the database, so that a
/// run may be cut off anywhere and done again.
public interface Duty {
  /// The duty's name in logs and status, such as `watch eip155:1`.
  String name();

  /// Does what is due now, within a bounded time, and says how long to pause unless woken. Failures
  /// that are expected (a chain that does not answer) are the duty's own business and end in a
  /// longer pause and a [Condition].
  Duration run();

  /// How the duty fares; called from any thread.
  Condition condition();
}
