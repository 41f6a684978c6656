// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A token bucket: so many at once, and so many more each second. Safe for several threads.
final class RateLimit {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final int perSecondMax;
  private final int atOnceMax;
  private final InstantSource clock;
  private Instant filledAt;
  private double tokens;

  /// @param perSecondMax how many per second in the long run, from 1
  /// @param atOnceMax how many without a pause, from 1
  /// @param clock what time it is
  RateLimit(int perSecondMax, int atOnceMax, InstantSource clock) {
    if (perSecondMax < 1 || atOnceMax < 1) {
      throw new IllegalArgumentException(
          "expected rates of at least 1, got %d and %d".formatted(perSecondMax, atOnceMax));
    }
    this.perSecondMax = perSecondMax;
    this.atOnceMax = atOnceMax;
    this.clock = clock;
    filledAt = clock.instant();
    tokens = atOnceMax;
  }

  /// Whether one more is let through now. A clock that goes back gives nothing.
  synchronized boolean admits() {
    var now = clock.instant();
    if (now.isAfter(filledAt)) {
      double seconds = (double) Duration.between(filledAt, now).toNanos() / NANOS_PER_SECOND;
      tokens = Math.min(atOnceMax, tokens + seconds * perSecondMax);
      filledAt = now;
    }
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
