// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// How a node knows that a message was delivered.
public enum Witness {
  /// Our transaction's receipt says that it succeeded. In a batch that does not prove that this
  /// very message was accepted, so it is not enough to settle.
  OWN_RECEIPT,
  /// The destination gateway said so when it was asked.
  GATEWAY_STATE,
  /// The watcher scanned the destination gateway's event.
  GATEWAY_EVENT
}
