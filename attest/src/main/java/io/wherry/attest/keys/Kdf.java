// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.model.Bytes;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// How a password becomes a key: Argon2id, version 1.3 (RFC 9106). The parameters stand in the file
/// and are bounded when read, so that a foreign file cannot exhaust the memory.
///
/// @param iterations t, 1 to 16
/// @param memoryKibibytes m, 8 KiB per lane to 1 GiB
/// @param lanes p, 1 to 16
/// @param salt 16 random bytes
record Kdf(int iterations, int memoryKibibytes, int lanes, Bytes salt) {
  static final int SALT_BYTES = 16;
  private static final int ITERATIONS = 3;
  private static final int MEMORY_KIBIBYTES = 64 * 1024;
  private static final int LANES = 4;

  Kdf {
    check("iterations", iterations, 1, 16);
    check("lanes", lanes, 1, 16);
    check("memory in KiB", memoryKibibytes, 8 * lanes, 1024 * 1024);
    check("salt bytes", salt.size(), SALT_BYTES, SALT_BYTES);
  }

  /// What new files are written with: RFC 9106's second recommendation.
  static Kdf standard(Bytes salt) {
    return new Kdf(ITERATIONS, MEMORY_KIBIBYTES, LANES, salt);
  }

  /// A key of 32 bytes. The caller overwrites it.
  byte[] derive(char[] password) {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withIterations(iterations)
            .withMemoryAsKB(memoryKibibytes)
            .withParallelism(lanes)
            .withSalt(salt.toArray())
            .build());
    var key = new byte[32];
    generator.generateBytes(password, key);
    return key;
  }

  private static void check(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "expected %s of %d to %d, got %d".formatted(field, min, max, value));
    }
  }
}
