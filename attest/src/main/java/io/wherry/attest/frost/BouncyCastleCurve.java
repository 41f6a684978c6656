// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/// secp256k1 in pure Java: the fallback where the native library does not load, and the other side
/// of the differential tests. Secrets meet the curve only in the fixed-base comb, whose table scan
/// is masked and whose number of steps is fixed, and never in the default multiplier (GLV), whose
/// time depends on the scalar. What remains are rare carries in the field reduction, and the copy
/// of the secret in a `BigInteger` that only garbage collection removes.
final class BouncyCastleCurve implements Curve {
  private static final org.bouncycastle.math.ec.ECCurve CURVE =
      CustomNamedCurves.getByName("secp256k1").getCurve();
  private static final ECPoint G = CustomNamedCurves.getByName("secp256k1").getG();

  @Override
  public String name() {
    return "BouncyCastle";
  }

  @Override
  public Point decode(Bytes encoded) {
    Encodings.checkCompressed(encoded);
    try {
      return point(CURVE.decodePoint(encoded.toArray()));
    } catch (IllegalArgumentException notOnCurve) {
      throw Encodings.notOnCurve(encoded, notOnCurve);
    }
  }

  @Override
  public Point publish(Secret secret) {
    var bytes = secret.export();
    try {
      return point(new FixedPointCombMultiplier().multiply(G, new BigInteger(1, bytes)));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public Optional<Point> sum(List<Term> terms) {
    var points = terms.stream().map(term -> ecPoint(term.point())).toArray(ECPoint[]::new);
    var factors = terms.stream().map(term -> term.factor().value()).toArray(BigInteger[]::new);
    if (points.length == 0) {
      return Optional.empty();
    }
    var sum = ECAlgorithms.sumOfMultiplies(points, factors);
    return sum.isInfinity() ? Optional.empty() : Optional.of(point(sum));
  }

  @Override
  public Secret multiplyAdd(Secret secret, Scalar factor, Secret addend) {
    var a = secret.export();
    var b = addend.export();
    var sum = Limbs.multiplyAdd(a, factor.encoded().toArray(), b);
    try {
      if (Limbs.isZero(sum)) {
        throw new ArithmeticException("secrets cancel out");
      }
      return Secret.copyOf(sum);
    } finally {
      Arrays.fill(a, (byte) 0);
      Arrays.fill(b, (byte) 0);
      Arrays.fill(sum, (byte) 0);
    }
  }

  @Override
  public Secret negate(Secret secret) {
    var a = secret.export();
    var negated = Limbs.negate(a);
    try {
      return Secret.copyOf(negated);
    } finally {
      Arrays.fill(a, (byte) 0);
      Arrays.fill(negated, (byte) 0);
    }
  }

  private static Point point(ECPoint point) {
    return new Point(point.normalize().getEncoded(false));
  }

  private static ECPoint ecPoint(Point point) {
    return CURVE.createPoint(
        new BigInteger(1, point.x().toArray()), new BigInteger(1, point.y().toArray()));
  }
}
