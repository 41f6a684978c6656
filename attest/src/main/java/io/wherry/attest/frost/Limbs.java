// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Arithmetic modulo the order n of secp256k1 on little-endian limbs of 64 bits, without branches
/// or array indices that depend on the values: for secrets where no native library does it.
/// `BigInteger` would show the operands' lengths and carries in its running time. Java promises
/// nothing about time; this is the best that it can do.
///
/// Reduction uses n = 2^256 − c with c of 129 bits: `hi · 2^256 + lo ≡ hi · c + lo`.
final class Limbs {
  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final long[] C = {0x402da1732fc9bebfL, 0x4551231950b75fc4L, 1L};

  private Limbs() {}

  /// Whether 32 big-endian bytes are a number from 1 to n − 1.
  static boolean isSecret(byte[] bytes) {
    var limbs = of(bytes);
    var shifted = new long[4];
    long carry = addC(limbs, shifted);
    long any = limbs[0] | limbs[1] | limbs[2] | limbs[3];
    Arrays.fill(limbs, 0);
    Arrays.fill(shifted, 0);
    return carry == 0 && any != 0;
  }

  /// Whether 32 bytes are all zero.
  static boolean isZero(byte[] bytes) {
    int any = 0;
    for (byte b : bytes) {
      any |= b;
    }
    return any == 0;
  }

  /// `bytes` (32 to 64 of them, a multiple of 8, big-endian) modulo n.
  static byte[] reduce(byte[] bytes) {
    return encode(reduceWide(Arrays.copyOf(of(bytes), 8)));
  }

  /// `a · factor + addend` modulo n; each 32 big-endian bytes.
  static byte[] multiplyAdd(byte[] a, byte[] factor, byte[] addend) {
    var left = of(a);
    var right = of(factor);
    var product = multiply(left, right);
    var add = of(addend);
    addInto(product, add); // below n^2 + 2^256, which fits 512 bits
    var out = encode(reduceWide(product));
    Arrays.fill(left, 0);
    Arrays.fill(right, 0);
    Arrays.fill(add, 0);
    return out;
  }

  /// n − `a`, for `a` from 1 to n − 1: as a · (n − 1).
  static byte[] negate(byte[] a) {
    var minusOne = Scalar.ONE.negate().encoded().toArray();
    return multiplyAdd(a, minusOne, new byte[32]);
  }

  private static long[] of(byte[] bytes) {
    int count = bytes.length / 8;
    var limbs = new long[count];
    for (int i = 0; i < count; i++) {
      limbs[i] = (long) BIG_ENDIAN.get(bytes, bytes.length - 8 * (i + 1));
    }
    return limbs;
  }

  private static byte[] encode(long[] limbs) {
    var out = new byte[32];
    for (int i = 0; i < 4; i++) {
      BIG_ENDIAN.set(out, 24 - 8 * i, limbs[i]);
    }
    Arrays.fill(limbs, 0);
    return out;
  }

  /// Takes 8 limbs, wipes them, and gives 4 below n.
  private static long[] reduceWide(long[] wide) {
    var rest = wide;
    while (rest.length > 4) { // 8, 7, 6, 5: the same for all values
      var high = Arrays.copyOfRange(rest, 4, rest.length);
      var folded = Arrays.copyOf(multiply(high, C), rest.length - 1);
      addInto(folded, Arrays.copyOf(rest, 4));
      Arrays.fill(rest, 0);
      Arrays.fill(high, 0);
      rest = folded;
    }
    var less = new long[4];
    long mask = -addC(rest, less); // all ones where rest >= n
    for (int i = 0; i < 4; i++) {
      rest[i] = rest[i] & ~mask | less[i] & mask;
    }
    Arrays.fill(less, 0);
    return rest;
  }

  /// Writes `x + c` modulo 2^256, which is `x − n`, and returns the carry: 1 where x is n or more.
  private static long addC(long[] x, long[] out) {
    long carry = 0;
    for (int i = 0; i < 4; i++) {
      long c = i < 3 ? C[i] : 0;
      long partial = x[i] + c;
      long sum = partial + carry;
      carry = carryOf(x[i], c, partial) | carryOf(partial, carry, sum);
      out[i] = sum;
    }
    return carry;
  }

  private static void addInto(long[] target, long[] addend) {
    long carry = 0;
    for (int i = 0; i < target.length; i++) {
      long b = i < addend.length ? addend[i] : 0;
      long partial = target[i] + b;
      long sum = partial + carry;
      carry = carryOf(target[i], b, partial) | carryOf(partial, carry, sum);
      target[i] = sum;
    }
  }

  private static long[] multiply(long[] a, long[] b) {
    var out = new long[a.length + b.length];
    for (int i = 0; i < a.length; i++) {
      long carry = 0;
      for (int j = 0; j < b.length; j++) {
        long low = a[i] * b[j];
        long high = Math.unsignedMultiplyHigh(a[i], b[j]);
        long partial = low + out[i + j];
        high += carryOf(low, out[i + j], partial);
        long sum = partial + carry;
        high += carryOf(partial, carry, sum);
        out[i + j] = sum;
        carry = high;
      }
      out[i + b.length] = carry;
    }
    return out;
  }

  private static long carryOf(long a, long b, long sum) {
    return (a & b | (a | b) & ~sum) >>> 63;
  }
}
