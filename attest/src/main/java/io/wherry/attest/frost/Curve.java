// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import java.util.List;
import java.util.Optional;

/// The group operations that FROST needs, over secp256k1. Operations on [Secret] are as free of
/// timing leaks as the backend can make them; operations on [Scalar] take variable time. Every
/// implementation gives the same results and is safe for use by several threads.
public sealed interface Curve permits NativeCurve, BouncyCastleCurve {
  /// The backend's name, for logs.
  String name();

  /// Parses a compressed point of 33 bytes.
  ///
  /// @throws IllegalArgumentException for every other length or prefix, a coordinate that is not
  ///   below the field's order, and an x that is not on the curve (so also for the identity)
  Point decode(Bytes encoded);

  /// The public point of a secret: `secret · G`.
  Point publish(Secret secret);

  /// The sum of `factor · point` over all terms; empty where it is the identity.
  Optional<Point> sum(List<Term> terms);

  /// `secret · factor + addend` as a new secret.
  ///
  /// @throws ArithmeticException where the sum is zero, which happens with probability 2^-256 for
  ///   values that nobody has chosen
  Secret multiplyAdd(Secret secret, Scalar factor, Secret addend);

  /// n − `secret` as a new secret.
  Secret negate(Secret secret);

  /// A public factor and the point that it multiplies.
  ///
  /// @param factor any scalar
  /// @param point any point
  record Term(Scalar factor, Point point) {
    /// The point itself.
    public static Term once(Point point) {
      return new Term(Scalar.ONE, point);
    }
  }
}
