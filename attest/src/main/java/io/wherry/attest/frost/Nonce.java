// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/// Round 1 of RFC 9591 on one member's side: two secret nonces behind a handle that signs once. Two
/// signatures with one nonce give the key share away, so the handle lives in memory only, is never
/// written anywhere, and is wiped by its use.
public final class Nonce implements AutoCloseable {
  private final Secret hiding;
  private final Secret binding;
  private final Commitment commitment;
  private final AtomicBoolean gone = new AtomicBoolean();

  private Nonce(Secret hiding, Secret binding, Commitment commitment) {
    this.hiding = hiding;
    this.binding = binding;
    this.commitment = commitment;
  }

  /// Makes two fresh nonces from 64 bytes of `random`, hedged with the key share.
  ///
  /// @param random a secure generator; seeded ones are for tests alone
  public static Nonce commit(Curve curve, Suite suite, SecretShare share, RandomGenerator random) {
    var hiding = fresh(suite, share, random);
    var binding = fresh(suite, share, random);
    return new Nonce(
        hiding,
        binding,
        new Commitment(share.member(), curve.publish(hiding), curve.publish(binding)));
  }

  /// What is published of it.
  public Commitment commitment() {
    return commitment;
  }

  /// Hands the two secrets to `signing` once, and wipes them whatever happens there.
  ///
  /// @throws NonceUsedException at the second call, and after [#close]
  Scalar consume(Signing signing) {
    if (!gone.compareAndSet(false, true)) {
      throw new NonceUsedException(commitment.member());
    }
    try (hiding;
        binding) {
      return signing.sign(hiding, binding);
    }
  }

  /// Wipes the nonces unused. A repeat does nothing.
  @Override
  public void close() {
    if (gone.compareAndSet(false, true)) {
      hiding.close();
      binding.close();
    }
  }

  @Override
  public String toString() {
    return "Nonce[%s, hidden]".formatted(commitment);
  }

  private static Secret fresh(Suite suite, SecretShare share, RandomGenerator random) {
    var bytes = new byte[32];
    random.nextBytes(bytes);
    try {
      return suite.nonce(bytes, share.secret());
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /// What round 2 computes from the two nonces.
  @FunctionalInterface
  interface Signing {
    Scalar sign(Secret hiding, Secret binding);
  }
}
