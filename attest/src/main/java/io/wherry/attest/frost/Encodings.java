// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;

/// What every backend says about a point that is none.
final class Encodings {
  private Encodings() {}

  static void checkCompressed(Bytes encoded) {
    if (encoded.size() != Point.BYTES) {
      throw new IllegalArgumentException("expected a point of 33 bytes, got " + encoded.size());
    }
    if (encoded.at(0) != 2 && encoded.at(0) != 3) {
      throw new IllegalArgumentException(
          "expected a compressed point with prefix 02 or 03, got " + encoded);
    }
  }

  static IllegalArgumentException notOnCurve(Bytes encoded) {
    return new IllegalArgumentException("expected a point on secp256k1, got " + encoded);
  }

  static IllegalArgumentException notOnCurve(Bytes encoded, IllegalArgumentException cause) {
    return new IllegalArgumentException("expected a point on secp256k1, got " + encoded, cause);
  }
}
