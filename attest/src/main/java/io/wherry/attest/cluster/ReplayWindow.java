// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.util.Arrays;

/// Which sequence numbers of one sender's boot epoch were seen: the highest, and one bit for each
/// of the 1,024 up to it. Older ones count as seen. Not thread-safe.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc4303#section-3.4.3">RFC 4303, section 3.4.3</a>
final class ReplayWindow {
  /// How far behind the highest number a late one may come.
  static final int WIDTH = 1_024;

  private final long[] seen = new long[WIDTH / Long.SIZE];
  private long highest;

  /// Nothing seen; numbers count from 1.
  ReplayWindow() {
    this(0);
  }

  /// Everything up to `highest` seen.
  ReplayWindow(long highest) {
    this.highest = highest;
    Arrays.fill(seen, -1L);
  }

  /// The highest number marked, 0 at first.
  long highest() {
    return highest;
  }

  /// Whether `seq` (from 1) was not marked yet and is inside the window or ahead of it.
  boolean isNew(long seq) {
    if (seq > highest) {
      return true;
    }
    return highest - seq < WIDTH && (seen[word(seq)] & bit(seq)) == 0;
  }

  /// Marks a number for which [#isNew] holds.
  void mark(long seq) {
    if (seq > highest) {
      if (seq - highest >= WIDTH) {
        Arrays.fill(seen, 0);
      } else {
        for (long skipped = highest + 1; skipped < seq; skipped++) {
          seen[word(skipped)] &= ~bit(skipped);
        }
      }
      highest = seq;
    }
    seen[word(seq)] |= bit(seq);
  }

  private static int word(long seq) {
    return (int) (seq % WIDTH) / Long.SIZE;
  }

  private static long bit(long seq) {
    return 1L << (seq % Long.SIZE);
  }
}
