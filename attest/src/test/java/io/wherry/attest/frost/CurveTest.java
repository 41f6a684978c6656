// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The two backends against each other, from fixed seeds, and both against hostile encodings.
@NullMarked
class CurveTest {
  private static final Curve NATIVE = Backends.nativeCurve();
  private static final Curve PURE = Backends.pureJava();

  static Stream<Curve> backends() {
    return Backends.both();
  }

  @Test
  void backendsPublishTheSamePoints() {
    var random = new SplittableRandom(21);
    for (int i = 0; i < 200; i++) {
      var secret = Secret.random(random);
      assertThat(NATIVE.publish(secret)).isEqualTo(PURE.publish(secret));
    }
    for (var edge : List.of(BigInteger.ONE, Scalar.ORDER.subtract(BigInteger.ONE))) {
      var secret = Secret.copyOf(new Scalar(edge).encoded().toArray());
      assertThat(NATIVE.publish(secret)).isEqualTo(PURE.publish(secret));
    }
  }

  @Test
  void backendsAddTheSameTerms() {
    var random = new SplittableRandom(22);
    for (int i = 0; i < 100; i++) {
      var terms = new ArrayList<Curve.Term>();
      for (int j = random.nextInt(1, 8); j > 0; j--) {
        terms.add(new Curve.Term(scalar(random), NATIVE.publish(Secret.random(random))));
      }
      terms.add(new Curve.Term(scalar(random), Point.GENERATOR));
      terms.add(new Curve.Term(Scalar.ZERO, Point.GENERATOR));
      assertThat(NATIVE.sum(terms)).isPresent().isEqualTo(PURE.sum(terms));
    }
  }

  @Test
  void backendsComputeTheSameSecrets() {
    var random = new SplittableRandom(23);
    for (int i = 0; i < 500; i++) {
      var a = Secret.random(random);
      var b = Secret.random(random);
      var factor = i == 0 ? Scalar.ZERO : scalar(random);
      assertThat(NATIVE.multiplyAdd(a, factor, b).export())
          .isEqualTo(PURE.multiplyAdd(a, factor, b).export());
      assertThat(NATIVE.negate(a).export()).isEqualTo(PURE.negate(a).export());
    }
  }

  @Test
  void backendsAgreeOnWhichEncodingsArePoints() {
    var random = new SplittableRandom(24);
    int accepted = 0;
    for (int i = 0; i < 400; i++) {
      var encoded = new byte[33];
      random.nextBytes(encoded);
      encoded[0] = (byte) random.nextInt(1, 5);
      var byNative = tryDecode(NATIVE, Bytes.of(encoded));
      assertThat(byNative).isEqualTo(tryDecode(PURE, Bytes.of(encoded)));
      accepted += byNative.isPresent() ? 1 : 0;
    }
    assertThat(accepted).isBetween(50, 150); // half of the prefixes, half of the coordinates
  }

  @ParameterizedTest
  @MethodSource("backends")
  void decodesWhatItEncoded(Curve curve) {
    var random = new SplittableRandom(25);
    for (int i = 0; i < 50; i++) {
      var point = curve.publish(Secret.random(random));
      assertThat(curve.decode(point.encoded())).isEqualTo(point);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rejectsWhatIsNoCompressedPoint(Curve curve) {
    var x = Point.GENERATOR.x().toHex().substring(2);
    var field = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
    var hostile =
        List.of(
            "", // nothing
            "00", // the identity in SEC 1
            "00".repeat(33),
            "02" + "00".repeat(32), // x = 0 is not on the curve
            "02" + field, // x is the field's order
            "02" + "ff".repeat(32),
            "03" + "00".repeat(31) + "05", // not on the curve
            "04" + x,
            "06" + x,
            x, // the prefix is missing
            "02" + x + "00");
    for (var encoded : hostile) {
      assertThatThrownBy(() -> curve.decode(Bytes.fromHex(encoded)))
          .as(encoded)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("point");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void saysThatSumIsTheIdentityInsteadOfGivingIt(Curve curve) {
    var point = curve.publish(Secret.random(new SplittableRandom(26)));
    var minusOne = Scalar.ONE.negate();
    assertThat(curve.sum(List.of(Curve.Term.once(point), new Curve.Term(minusOne, point))))
        .isEmpty();
    assertThat(curve.sum(List.of())).isEmpty();
    assertThat(curve.sum(List.of(new Curve.Term(Scalar.ZERO, point)))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void refusesSecretsThatCancelOut(Curve curve) {
    var secret = Secret.random(new SplittableRandom(27));
    assertThatThrownBy(() -> curve.multiplyAdd(secret, Scalar.ONE.negate(), secret))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void loadsTheNativeLibraryWhereThereIsOne() {
    assertThat(Curves.load(new SplittableRandom(28)).name()).isEqualTo("libsecp256k1");
  }

  @Test
  void rejectsScalarsFromTheOrderOn() {
    var order = Bytes.fromHex(Scalar.ORDER.toString(16));
    assertThatThrownBy(() -> Scalar.parse(order)).hasMessageContaining("below the group's order");
    assertThatThrownBy(() -> Scalar.parse(order.slice(0, 31))).hasMessageContaining("32 bytes");
    assertThatThrownBy(() -> Secret.copyOf(order.toArray()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Secret.copyOf(new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secretIsGoneAfterCloseAndNeverShown() {
    var secret = Secret.copyOf(Scalar.ONE.negate().encoded().toArray());
    assertThat(secret.toString()).isEqualTo("Secret[hidden]");
    secret.close();
    secret.close();
    assertThatThrownBy(secret::export).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> NATIVE.publish(secret)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> PURE.publish(secret)).isInstanceOf(IllegalStateException.class);
  }

  private static Optional<Point> tryDecode(Curve curve, Bytes encoded) {
    try {
      return Optional.of(curve.decode(encoded));
    } catch (IllegalArgumentException rejected) {
      return Optional.empty();
    }
  }

  private static Scalar scalar(RandomGenerator random) {
    var bytes = new byte[32];
    random.nextBytes(bytes);
    return Scalar.reduce(bytes);
  }
}
