// SPDX-License-Identifier: Apache-2.0
package io.wherry.format;

import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.digests.KeccakDigest;

/// Keccak-256 with the original padding, as the EVM computes it (not SHA3-256).
public final class Keccak {
  private Keccak() {}

  /// The hash of `input`.
  public static Hash32 hash(Bytes input) {
    return hash(input.toArray());
  }

  /// The hash of `input`.
  public static Hash32 hash(byte... input) {
    var digest = new KeccakDigest(256);
    digest.update(input, 0, input.length);
    var out = new byte[32];
    digest.doFinal(out, 0);
    return Hash32.of(out);
  }

  /// The hash of the UTF-8 bytes of `text`: how domain tags are made.
  public static Hash32 hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }
}
