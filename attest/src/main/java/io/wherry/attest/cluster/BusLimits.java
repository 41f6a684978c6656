// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// How much a node holds for and from each other member before it drops the newest. Each is per
/// member, so that one that floods or stalls costs the others nothing.
///
/// @param intakeEnvelopesMax sealed envelopes that wait to be opened; whose they are is their word
/// @param intakeBytesMax bytes of them together
/// @param inboxEnvelopesMax accepted envelopes that wait for the handler
/// @param inboxBytesMax bytes of their bodies together
/// @param outboxEnvelopesMax sealed envelopes that wait for the wire
/// @param outboxBytesMax bytes of them together
public record BusLimits(
    int intakeEnvelopesMax,
    int intakeBytesMax,
    int inboxEnvelopesMax,
    int inboxBytesMax,
    int outboxEnvelopesMax,
    int outboxBytesMax) {
  /// 1,024 envelopes and 4 MiB at each place.
  public static final BusLimits DEFAULT =
      new BusLimits(1_024, 4 << 20, 1_024, 4 << 20, 1_024, 4 << 20);

  public BusLimits {
    requirePositive("intakeEnvelopesMax", intakeEnvelopesMax);
    requirePositive("intakeBytesMax", intakeBytesMax);
    requirePositive("inboxEnvelopesMax", inboxEnvelopesMax);
    requirePositive("inboxBytesMax", inboxBytesMax);
    requirePositive("outboxEnvelopesMax", outboxEnvelopesMax);
    requirePositive("outboxBytesMax", outboxBytesMax);
  }

  private static void requirePositive(String field, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("expected %s from 1, got %d".formatted(field, limit));
    }
  }
}
