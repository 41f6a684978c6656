// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class LimbsTest {
  private static final BigInteger N = Scalar.ORDER;
  private static final BigInteger TOP = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);

  @Test
  void multipliesAndAddsLikeBigInteger() {
    for (var a : samples()) {
      for (var b : samples()) {
        for (var c : List.of(BigInteger.ZERO, BigInteger.ONE, N.subtract(BigInteger.ONE), TOP)) {
          assertThat(number(Limbs.multiplyAdd(bytes(a, 32), bytes(b, 32), bytes(c, 32))))
              .isEqualTo(a.multiply(b).add(c).mod(N));
        }
      }
    }
  }

  @Test
  void reducesWideNumbersLikeBigInteger() {
    var random = new SplittableRandom(7);
    for (int length : List.of(32, 40, 48, 56, 64)) {
      for (int i = 0; i < 500; i++) {
        var wide = new byte[length];
        random.nextBytes(wide);
        assertThat(number(Limbs.reduce(wide))).isEqualTo(number(wide).mod(N));
      }
      var ones = new byte[length];
      Arrays.fill(ones, (byte) -1);
      assertThat(number(Limbs.reduce(ones))).isEqualTo(number(ones).mod(N));
    }
  }

  @Test
  void negatesLikeBigInteger() {
    for (var a : samples()) {
      var reduced = a.mod(N);
      assertThat(number(Limbs.negate(bytes(reduced, 32)))).isEqualTo(reduced.negate().mod(N));
    }
  }

  @Test
  void takesOnlyOneToOrderLessOneAsSecret() {
    assertThat(Limbs.isSecret(bytes(BigInteger.ZERO, 32))).isFalse();
    assertThat(Limbs.isSecret(bytes(BigInteger.ONE, 32))).isTrue();
    assertThat(Limbs.isSecret(bytes(N.subtract(BigInteger.ONE), 32))).isTrue();
    assertThat(Limbs.isSecret(bytes(N, 32))).isFalse();
    assertThat(Limbs.isSecret(bytes(N.add(BigInteger.ONE), 32))).isFalse();
    assertThat(Limbs.isSecret(bytes(TOP, 32))).isFalse();
  }

  /// Edges around zero, limbs, the order and 2^256, and seeded random numbers.
  private static List<BigInteger> samples() {
    var samples = new ArrayList<BigInteger>();
    for (int shift : List.of(0, 1, 63, 64, 65, 127, 128, 129, 192, 255)) {
      samples.add(BigInteger.TWO.pow(shift));
      samples.add(BigInteger.TWO.pow(shift).subtract(BigInteger.ONE));
    }
    for (int distance = -2; distance <= 2; distance++) {
      samples.add(N.add(BigInteger.valueOf(distance)));
    }
    samples.add(TOP);
    var random = new SplittableRandom(11);
    for (int i = 0; i < 40; i++) {
      var bytes = new byte[32];
      random.nextBytes(bytes);
      samples.add(number(bytes));
    }
    return samples;
  }

  private static BigInteger number(byte[] bytes) {
    return new BigInteger(1, bytes);
  }

  private static byte[] bytes(BigInteger value, int length) {
    var minimal = value.toByteArray();
    int skip = minimal.length > length ? 1 : 0;
    var out = new byte[length];
    System.arraycopy(minimal, skip, out, length - minimal.length + skip, minimal.length - skip);
    return out;
  }
}
