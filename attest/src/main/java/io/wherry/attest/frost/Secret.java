// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// A secret number from 1 to n − 1: a key share or a nonce. It lies outside the Java heap, where no
/// garbage collection copies it, until [#close] overwrites it. It has no text form, no equality and
/// no order.
///
/// Safe for use by several threads. A use after [#close] throws; it never computes with zeros.
public final class Secret implements AutoCloseable {
  /// How many bytes a secret has.
  public static final int BYTES = 32;

  private final MemorySegment segment = Arena.ofAuto().allocate(BYTES, 8);
  private boolean closed;

  private Secret() {}

  /// Takes a copy of 32 big-endian bytes. The caller overwrites its own.
  ///
  /// @throws IllegalArgumentException where the length is another or the number is not 1 to n − 1;
  ///   the message does not show it
  public static Secret copyOf(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("expected a secret of 32 bytes, got " + bytes.length);
    }
    if (!Limbs.isSecret(bytes)) {
      throw new IllegalArgumentException("expected a secret from 1 to the group's order less one");
    }
    var secret = new Secret();
    MemorySegment.copy(bytes, 0, secret.segment, ValueLayout.JAVA_BYTE, 0, BYTES);
    return secret;
  }

  /// A uniformly random secret (48 random bytes modulo n).
  ///
  /// @param random a secure generator; seeded ones are for tests alone
  public static Secret random(RandomGenerator random) {
    var wide = new byte[48];
    random.nextBytes(wide);
    var reduced = Limbs.reduce(wide);
    try {
      return copyOf(reduced);
    } finally {
      Arrays.fill(wide, (byte) 0);
      Arrays.fill(reduced, (byte) 0);
    }
  }

  /// Takes a copy of a segment of 32 bytes that a backend knows to be in range.
  static Secret copyOf(MemorySegment bytes) {
    var secret = new Secret();
    secret.segment.copyFrom(bytes);
    return secret;
  }

  /// Reads the secret. The segment must not leave `reader`, and `reader` must not use another
  /// secret (the lock is held).
  ///
  /// @throws IllegalStateException after [#close]
  synchronized <T> T use(Function<MemorySegment, T> reader) {
    if (closed) {
      throw new IllegalStateException("a secret was used after it was wiped");
    }
    return reader.apply(segment);
  }

  /// A copy of the 32 big-endian bytes, for an encrypted file or a hash. The caller overwrites it.
  ///
  /// @throws IllegalStateException after [#close]
  public byte[] export() {
    return use(secret -> secret.toArray(ValueLayout.JAVA_BYTE));
  }

  /// Makes the number public, as a signature share is when it leaves; then wipes this copy.
  Scalar release() {
    var bytes = export();
    try {
      return Scalar.reduce(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      close();
    }
  }

  /// Overwrites the secret. A repeat does nothing.
  @Override
  public synchronized void close() {
    segment.fill((byte) 0);
    closed = true;
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
