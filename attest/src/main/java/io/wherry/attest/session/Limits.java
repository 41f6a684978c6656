// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

/// How much a participant keeps, and how long it waits.
///
/// @param commitmentsPerPeerMax commitments that are published to each coordinator and kept of each
///   signer, 1 to [Packet#OFFERS_MAX]
/// @param batchesMax batches that this member coordinates at a time, from 1
/// @param rememberedMax results, and given shares per coordinator, that are kept for repeats, from
///   1
/// @param timeoutMillis how long a member may take to answer, from 1
public record Limits(
    int commitmentsPerPeerMax, int batchesMax, int rememberedMax, long timeoutMillis) {
  /// For nodes that are milliseconds to half a second apart.
  public static final Limits STANDARD = new Limits(64, 256, 256, 2_000);

  public Limits {
    if (commitmentsPerPeerMax < 1 || commitmentsPerPeerMax > Packet.OFFERS_MAX) {
      throw new IllegalArgumentException(
          "expected 1 to %d commitments per peer, got %d"
              .formatted(Packet.OFFERS_MAX, commitmentsPerPeerMax));
    }
    if (batchesMax < 1 || rememberedMax < 1 || timeoutMillis < 1) {
      throw new IllegalArgumentException("expected limits of at least 1");
    }
  }
}
