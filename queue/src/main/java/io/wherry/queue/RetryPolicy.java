// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.MessageId;
import java.nio.ByteBuffer;
import java.time.Duration;

/// How long to wait before the next attempt: exponential, capped, and spread by up to a fifth so
/// that messages that failed together do not come back together. The spread follows from the
/// message's id and the attempt, so the same history gives the same times.
///
/// @param base the first delay, 1 ms to `cap`
/// @param factor by how much each delay exceeds the one before, 1 to 10
/// @param cap the longest delay before the spread, at most 7 days
/// @param attemptsMax how many failed attempts make a dead letter, 1 to 1,000
public record RetryPolicy(Duration base, double factor, Duration cap, int attemptsMax) {
  private static final double SPREAD = 0.2;

  /// Checks the ranges.
  public RetryPolicy {
    if (base.toMillis() < 1 || base.compareTo(cap) > 0 || cap.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException(
          "expected a base delay from 1 ms to the cap, and a cap to 7 days, got %s and %s"
              .formatted(base, cap));
    }
    if (!(factor >= 1 && factor <= 10)) {
      throw new IllegalArgumentException("expected a factor of 1 to 10, got " + factor);
    }
    if (attemptsMax < 1 || attemptsMax > 1_000) {
      throw new IllegalArgumentException("expected 1 to 1000 attempts, got " + attemptsMax);
    }
  }

  /// Delays from 2 seconds to 5 minutes, doubling, and 12 attempts: about half an hour in all.
  public static RetryPolicy standard() {
    return new RetryPolicy(Duration.ofSeconds(2), 2, Duration.ofMinutes(5), 12);
  }

  /// The delay after failure number `failure` (from 1) of message `id`, in whole milliseconds: at
  /// most a fifth longer than [#cap].
  public Duration delay(MessageId id, int failure) {
    double grown = (double) base.toMillis() * Math.pow(factor, Math.max(0, failure - 1));
    double capped = Math.min(grown, (double) cap.toMillis());
    return Duration.ofMillis(Math.round(capped * (1 + SPREAD * fraction(id, failure))));
  }

  /// The delay before looking again at something that began `age` ago: an eighth of its age, within
  /// base and cap. It grows like an exponential one and needs no counter.
  public Duration lookAgain(Duration age) {
    long millis = Math.clamp(age.toMillis() / 8, base.toMillis(), cap.toMillis());
    return Duration.ofMillis(millis);
  }

  /// 0 (inclusive) to 1 (exclusive), by the finaliser of SplitMix64.
  private static double fraction(MessageId id, int failure) {
    long mixed = ByteBuffer.wrap(id.hash().toArray()).getLong() + failure * 0x9e37_79b9_7f4a_7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
    mixed ^= mixed >>> 31;
    return (double) (mixed >>> 11) * 0x1.0p-53;
  }
}
