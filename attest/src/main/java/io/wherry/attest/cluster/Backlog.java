// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// A bound on how many things, and how many bytes of them, wait at one place. Thread-safe.
final class Backlog {
  private final int itemsMax;
  private final int bytesMax;
  private int items;
  private int bytes;

  Backlog(int itemsMax, int bytesMax) {
    this.itemsMax = itemsMax;
    this.bytesMax = bytesMax;
  }

  /// Takes room for one thing of that size, if there is room. An empty backlog has room for any
  /// size.
  synchronized boolean enter(int size) {
    if (items > 0 && (items >= itemsMax || size > bytesMax - bytes)) {
      return false;
    }
    items++;
    bytes += size;
    return true;
  }

  /// Gives the room back.
  synchronized void leave(int size) {
    items--;
    bytes -= size;
  }
}
