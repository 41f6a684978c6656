// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.frost.Secret;
import io.wherry.attest.frost.SecretShare;
import io.wherry.attest.frost.Suite;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes a whole group key in one process and cuts it into shares (RFC 9591, appendix C).
///
/// **Unfit for production.** This process holds the whole key, so whoever controls it, its memory
/// or its random generator can sign alone for as long as the key lives. Every share says so in its
/// [Origin]. It is for demonstrations, tests, and nothing that has a value.
public final class TrustedDealer {
  private TrustedDealer() {}

  /// Deals one share to each of n members.
  ///
  /// @param threshold t, 1 to n
  /// @param members n, 1 to [GroupKey#MEMBERS_MAX]
  /// @param random a `SecureRandom`; a seeded generator in tests alone
  /// @return the shares of members 1 to n; the caller closes them
  public static List<KeyShare> deal(
      Curve curve,
      int threshold,
      int members,
      Suite suite,
      KeyEpoch epoch,
      RandomGenerator random) {
    if (members < 1 || members > GroupKey.MEMBERS_MAX || threshold < 1 || threshold > members) {
      throw new IllegalArgumentException(
          "expected 1 to %d members and a threshold of 1 to as many, got %d of %d"
              .formatted(GroupKey.MEMBERS_MAX, threshold, members));
    }
    var polynomial = polynomial(curve, threshold, suite, random);
    try {
      return cut(curve, polynomial, members, suite, epoch);
    } finally {
      polynomial.forEach(Secret::close);
    }
  }

  private static List<KeyShare> cut(
      Curve curve, List<Secret> polynomial, int members, Suite suite, KeyEpoch epoch) {
    var secrets = new ArrayList<SecretShare>();
    var points = new ArrayList<Point>();
    for (int i = 1; i <= members; i++) {
      var member = new MemberId(i);
      var share = evaluate(curve, polynomial, Scalar.of(member));
      secrets.add(new SecretShare(member, share));
      points.add(curve.publish(share));
    }
    var key = curve.publish(polynomial.getFirst());
    var group = new GroupKey(suite, polynomial.size(), key, points);
    return secrets.stream()
        .map(secret -> new KeyShare(epoch, group, secret, Origin.TRUSTED_DEALER))
        .toList();
  }

  /// t random coefficients, the key first, such that the suite admits the key: negated where that
  /// makes y even, made anew where x is out of range.
  private static List<Secret> polynomial(
      Curve curve, int threshold, Suite suite, RandomGenerator random) {
    while (true) {
      var coefficients = new ArrayList<Secret>();
      for (int i = 0; i < threshold; i++) {
        coefficients.add(Secret.random(random));
      }
      for (int attempt = 0; attempt < 2; attempt++) {
        if (suite.admitsKey(curve.publish(coefficients.getFirst()))) {
          return coefficients;
        }
        coefficients.replaceAll(coefficient -> negated(curve, coefficient));
      }
      coefficients.forEach(Secret::close);
    }
  }

  private static Secret negated(Curve curve, Secret secret) {
    try (secret) {
      return curve.negate(secret);
    }
  }

  private static Secret evaluate(Curve curve, List<Secret> polynomial, Scalar x) {
    var value = curve.multiplyAdd(polynomial.getLast(), Scalar.ZERO, polynomial.getLast());
    for (int i = polynomial.size() - 2; i >= 0; i--) {
      try (var before = value) {
        value = curve.multiplyAdd(before, x, polynomial.get(i));
      }
    }
    return value;
  }
}
