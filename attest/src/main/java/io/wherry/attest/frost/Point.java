// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.util.Arrays;

/// A point of secp256k1 other than the identity: a public key or a nonce commitment. Only a [Curve]
/// makes one, and only after it checked that the point is on the curve.
public final class Point {
  /// How many bytes an encoded point has (SEC 1, compressed).
  public static final int BYTES = 33;

  /// The group's generator.
  public static final Point GENERATOR =
      new Point(
          Bytes.fromHex(
                  "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                      + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
              .toArray());

  private final byte[] uncompressed;

  /// Takes `04 ‖ x ‖ y` without a copy and without a check: for [Curve] backends alone.
  Point(byte[] uncompressed) {
    this.uncompressed = uncompressed;
  }

  /// SEC 1 compressed form: `02` or `03` for an even or odd y, then x; 33 bytes.
  public Bytes encoded() {
    var out = Arrays.copyOf(uncompressed, BYTES);
    out[0] = (byte) (evenY() ? 2 : 3);
    return Bytes.of(out);
  }

  /// The x coordinate as 32 big-endian bytes.
  public Bytes x() {
    return Bytes.of(Arrays.copyOfRange(uncompressed, 1, 33));
  }

  /// The y coordinate as 32 big-endian bytes.
  public Bytes y() {
    return Bytes.of(Arrays.copyOfRange(uncompressed, 33, 65));
  }

  /// Whether y is even.
  public boolean evenY() {
    return (uncompressed[64] & 1) == 0;
  }

  /// Whether x, read as a number, is below the group's order.
  boolean xBelowOrder() {
    return new BigInteger(1, x().toArray()).compareTo(Scalar.ORDER) < 0;
  }

  /// `04 ‖ x ‖ y`, not copied: for [Curve] backends alone.
  byte[] uncompressed() {
    return uncompressed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Point point && Arrays.equals(uncompressed, point.uncompressed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(uncompressed);
  }

  @Override
  public String toString() {
    return encoded().toHex();
  }
}
