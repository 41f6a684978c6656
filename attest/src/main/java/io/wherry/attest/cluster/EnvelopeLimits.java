// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.time.Duration;

/// The bounds of envelopes; members must agree on them roughly, or they refuse each other's.
///
/// @param envelopeBytesMax size of a sealed envelope, at least 1,024
/// @param ttlMax how long an envelope may be valid; also how long a captured one can be replayed to
///   a member that restarted without its [ReplayMark]s
/// @param clockSkewMax how far members' clocks may differ
public record EnvelopeLimits(int envelopeBytesMax, Duration ttlMax, Duration clockSkewMax) {
  /// 256 KiB, 5 minutes, 30 seconds.
  public static final EnvelopeLimits DEFAULT =
      new EnvelopeLimits(256 * 1_024, Duration.ofMinutes(5), Duration.ofSeconds(30));

  public EnvelopeLimits {
    if (envelopeBytesMax < 1_024) {
      throw new IllegalArgumentException(
          "expected envelopeBytesMax of at least 1024, got " + envelopeBytesMax);
    }
    if (ttlMax.isNegative() || ttlMax.isZero() || ttlMax.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "expected ttlMax of more than 0 and at most 1 hour, got " + ttlMax);
    }
    if (clockSkewMax.isNegative() || clockSkewMax.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(
          "expected clockSkewMax of 0 to 10 minutes, got " + clockSkewMax);
    }
  }

  /// The most bytes a body may have.
  public int bodyBytesMax() {
    return envelopeBytesMax - Envelope.OVERHEAD_BYTES;
  }
}
