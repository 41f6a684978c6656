// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// What everyone may know of a committee's key: the group key, and each member's public share.
///
/// @param suite what it signs with
/// @param threshold t: how many members it takes, 1 to n
/// @param key the group key
/// @param publicShares the share of member i at index i − 1; n of them, 1 to [#MEMBERS_MAX]
public record GroupKey(Suite suite, int threshold, Point key, List<Point> publicShares) {
  /// The largest committee.
  public static final int MEMBERS_MAX = 255;

  public GroupKey {
    publicShares = List.copyOf(publicShares);
    if (publicShares.isEmpty() || publicShares.size() > MEMBERS_MAX) {
      throw new IllegalArgumentException(
          "expected 1 to %d members, got %d".formatted(MEMBERS_MAX, publicShares.size()));
    }
    if (threshold < 1 || threshold > publicShares.size()) {
      throw new IllegalArgumentException(
          "expected a threshold of 1 to %d, got %d".formatted(publicShares.size(), threshold));
    }
    if (!suite.admitsKey(key)) {
      throw new IllegalArgumentException(
          "expected a group key with even y and x below the order for %s, got %s"
              .formatted(suite.id(), key));
    }
  }

  /// n: how many members there are.
  public int members() {
    return publicShares.size();
  }

  /// Members 1 to n.
  public List<MemberId> memberIds() {
    return IntStream.rangeClosed(1, members()).mapToObj(MemberId::new).toList();
  }

  /// Whether `member` is one of the n.
  public boolean has(MemberId member) {
    return member.number() <= members();
  }

  /// The public share of `member`.
  ///
  /// @throws IllegalArgumentException where the committee has no such member
  public Point publicShare(MemberId member) {
    if (!has(member)) {
      throw new IllegalArgumentException(
          "expected a member of 1 to %d, got %s".formatted(members(), member));
    }
    return publicShares.get(member.number() - 1);
  }

  /// Whether all public shares and the group key lie on one polynomial of degree t − 1: whether any
  /// t members hold this key. A key that was damaged or made up is not consistent.
  public boolean isConsistent(Curve curve) {
    var ids = memberIds();
    var base = ids.subList(0, threshold);
    if (!interpolates(curve, base, Scalar.ZERO, key)) {
      return false;
    }
    return ids.subList(threshold, members()).stream()
        .allMatch(id -> interpolates(curve, base, Scalar.of(id), publicShare(id)));
  }

  /// The Lagrange coefficient of `member` at `x` over `among`, each of which is in it once.
  static Scalar coefficient(MemberId member, List<MemberId> among, Scalar x) {
    var numerator = Scalar.ONE;
    var denominator = Scalar.ONE;
    for (var other : among) {
      if (!other.equals(member)) {
        numerator = numerator.multiply(x.subtract(Scalar.of(other)));
        denominator = denominator.multiply(Scalar.of(member).subtract(Scalar.of(other)));
      }
    }
    return numerator.multiply(denominator.invert());
  }

  private boolean interpolates(Curve curve, List<MemberId> base, Scalar x, Point expected) {
    var terms = new ArrayList<Curve.Term>();
    for (var member : base) {
      terms.add(new Curve.Term(coefficient(member, base, x), publicShare(member)));
    }
    return curve.sum(terms).filter(expected::equals).isPresent();
  }
}
