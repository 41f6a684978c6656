// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Who this node is in the committee: its member number and the Ed25519 key pair that signs its
/// envelopes. Loaded once at start by [IdentityFile]. The private key is never in `toString`, and
/// leaves this object only through [IdentityFile#write].
public final class Identity {
  private final MemberId member;
  private final byte[] seed;
  private final byte[] encodedPublic;
  private final IdentityKey publicKey;

  private Identity(MemberId member, byte[] seed) {
    this.member = member;
    this.seed = seed;
    this.encodedPublic = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(seed, 0, encodedPublic, 0);
    this.publicKey = IdentityKey.of(Bytes.of(encodedPublic));
  }

  /// A new key pair. Called when a node is set up, never while it runs.
  public static Identity generate(MemberId member, SecureRandom random) {
    var seed = new byte[Ed25519.SECRET_KEY_SIZE];
    Ed25519.generatePrivateKey(random, seed);
    return new Identity(member, seed);
  }

  /// The identity of a known 32-byte private key, copied.
  static Identity ofSeed(MemberId member, byte[] seed) {
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new IllegalArgumentException("expected a private key of 32 bytes, got " + seed.length);
    }
    return new Identity(member, seed.clone());
  }

  /// The member this node is.
  public MemberId member() {
    return member;
  }

  /// The key by which others know it.
  public IdentityKey publicKey() {
    return publicKey;
  }

  /// Writes the 64-byte signature on `tag` and the bytes of `content` before `signatureAt` to
  /// `signatureAt`.
  void sign(byte[] tag, byte[] content, int signatureAt) {
    var message = IdentityKey.tagged(tag, content, signatureAt);
    Ed25519.sign(seed, 0, encodedPublic, 0, message, 0, message.length, content, signatureAt);
  }

  /// A copy of the private key, for the file alone; the caller wipes it.
  byte[] seed() {
    return seed.clone();
  }

  @Override
  public String toString() {
    return member + " " + publicKey;
  }
}
