// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.math.BigInteger;

/// A public number modulo the order n of secp256k1. Its arithmetic takes variable time, so no
/// secret may ever be one: secrets are [Secret].
///
/// @param value 0 to n − 1
public record Scalar(BigInteger value) {
  /// The order n of the group.
  public static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  /// Zero.
  public static final Scalar ZERO = new Scalar(BigInteger.ZERO);

  /// One.
  public static final Scalar ONE = new Scalar(BigInteger.ONE);

  /// How many bytes an encoded scalar has.
  public static final int BYTES = 32;

  public Scalar {
    if (value.signum() < 0 || value.compareTo(ORDER) >= 0) {
      throw new IllegalArgumentException(
          "expected a scalar below the group's order, got " + value.toString(16));
    }
  }

  /// Parses 32 big-endian bytes.
  ///
  /// @throws IllegalArgumentException where the length is another or the number is n or more (RFC
  ///   9591, section 6.5: DeserializeScalar)
  public static Scalar parse(Bytes encoded) {
    if (encoded.size() != BYTES) {
      throw new IllegalArgumentException("expected a scalar of 32 bytes, got " + encoded.size());
    }
    return new Scalar(new BigInteger(1, encoded.toArray()));
  }

  /// The big-endian number `bytes` modulo n.
  public static Scalar reduce(byte[] bytes) {
    return new Scalar(new BigInteger(1, bytes).mod(ORDER));
  }

  /// The FROST identifier of `member`.
  public static Scalar of(MemberId member) {
    return new Scalar(BigInteger.valueOf(member.number()));
  }

  /// The sum.
  public Scalar add(Scalar other) {
    return new Scalar(value.add(other.value).mod(ORDER));
  }

  /// The difference.
  public Scalar subtract(Scalar other) {
    return new Scalar(value.subtract(other.value).mod(ORDER));
  }

  /// The product.
  public Scalar multiply(Scalar other) {
    return new Scalar(value.multiply(other.value).mod(ORDER));
  }

  /// The additive inverse.
  public Scalar negate() {
    return new Scalar(value.negate().mod(ORDER));
  }

  /// The multiplicative inverse.
  ///
  /// @throws ArithmeticException for zero, which has none
  public Scalar invert() {
    return new Scalar(value.modInverse(ORDER));
  }

  /// Whether this is zero.
  public boolean isZero() {
    return value.signum() == 0;
  }

  /// 32 big-endian bytes.
  public Bytes encoded() {
    var minimal = value.toByteArray();
    int skip = minimal.length > BYTES ? 1 : 0;
    var out = new byte[BYTES];
    int length = minimal.length - skip;
    System.arraycopy(minimal, skip, out, BYTES - length, length);
    return Bytes.of(out);
  }

  @Override
  public String toString() {
    return encoded().toHex();
  }
}
