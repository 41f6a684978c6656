// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// Signs what this node sends. One per life of the process: its sequence numbers count up from 1,
/// and a second sealer with the same boot epoch would have its envelopes refused as repeats.
/// Thread-safe; CPU only, about 0.1 ms.
public final class EnvelopeSealer {
  private final Identity identity;
  private final Hash32 rosterHash;
  private final KeyEpoch keyEpoch;
  private final long bootEpoch;
  private final EnvelopeLimits limits;
  private final InstantSource clock;
  private final AtomicLong seq = new AtomicLong();

  /// @param identity who this node is
  /// @param roster must list that identity's member with that identity's key
  /// @param keyEpoch the key epoch that this sealer's envelopes belong to
  /// @param bootEpoch from 1; stored, raised and forced to disk at every start before this is made
  /// @param limits what all members agreed on
  /// @param clock tells when envelopes end
  /// @throws IllegalArgumentException when the roster knows another key for the member, or none
  public EnvelopeSealer(
      Identity identity,
      Roster roster,
      KeyEpoch keyEpoch,
      long bootEpoch,
      EnvelopeLimits limits,
      InstantSource clock) {
    var listed =
        roster
            .member(identity.member())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s is not in the roster of cluster %s"
                            .formatted(identity.member(), roster.cluster())));
    if (!listed.key().equals(identity.publicKey())) {
      throw new IllegalArgumentException(
          "the roster lists %s with key %s, but this node's identity has key %s"
              .formatted(identity.member(), listed.key(), identity.publicKey()));
    }
    if (bootEpoch < 1) {
      throw new IllegalArgumentException("expected a boot epoch from 1, got " + bootEpoch);
    }
    this.identity = identity;
    this.rosterHash = roster.hash();
    this.keyEpoch = keyEpoch;
    this.bootEpoch = bootEpoch;
    this.limits = limits;
    this.clock = clock;
  }

  /// Seals `body` for `to`, valid for `ttl` from now. Every call makes a new envelope; sending one
  /// envelope twice is harmless, since the second is dropped.
  ///
  /// @throws IllegalArgumentException when the body or the time to live is over its limit: the
  ///   caller's mistake
  public Bytes seal(Recipient to, Bytes body, Duration ttl) {
    if (body.size() > limits.bodyBytesMax()) {
      throw new IllegalArgumentException(
          "expected a body of at most %d bytes, got %d"
              .formatted(limits.bodyBytesMax(), body.size()));
    }
    if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(limits.ttlMax()) > 0) {
      throw new IllegalArgumentException(
          "expected a time to live of more than 0 and at most %s, got %s"
              .formatted(limits.ttlMax(), ttl));
    }
    long notAfterMillis = Math.addExact(clock.millis(), ttl.toMillis());
    var envelope =
        new Envelope(
            rosterHash,
            keyEpoch,
            identity.member(),
            to,
            bootEpoch,
            seq.incrementAndGet(),
            notAfterMillis,
            body);
    var sealed = envelope.encodeUnsigned();
    identity.sign(Envelope.TAG, sealed, sealed.length - Envelope.SIGNATURE_BYTES);
    return Bytes.of(sealed);
  }
}
