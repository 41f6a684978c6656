// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// How much a node holds for and from each other member before it drops. Each is per member, so
/// that one that floods or stalls costs the others nothing.
///
/// @param inboxEnvelopesMax accepted envelopes that wait for the handler
/// @param inboxBytesMax bytes of their bodies together
/// @param outboxEnvelopesMax sealed envelopes that wait for the wire
/// @param outboxBytesMax bytes of them together
public record BusLimits(
    int inboxEnvelopesMax, int inboxBytesMax, int outboxEnvelopesMax, int outboxBytesMax) {
  /// 1,024 envelopes and 4 MiB each way.
  public static final BusLimits DEFAULT = new BusLimits(1_024, 4 << 20, 1_024, 4 << 20);

  public BusLimits {
    if (inboxEnvelopesMax < 1
        || inboxBytesMax < 1
        || outboxEnvelopesMax < 1
        || outboxBytesMax < 1) {
      throw new IllegalArgumentException(
          "expected limits from 1, got %d, %d, %d and %d"
              .formatted(inboxEnvelopesMax, inboxBytesMax, outboxEnvelopesMax, outboxBytesMax));
    }
  }
}
