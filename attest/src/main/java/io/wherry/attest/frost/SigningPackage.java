// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Round 2 of RFC 9591: a message together with the commitments of those who sign it, and what
/// follows from both for everyone: binding factors, the group commitment R and the challenge.
/// Signers make their shares from it, the coordinator aggregates them with it. Immutable.
public final class SigningPackage {
  private final Curve curve;
  private final GroupKey group;
  private final Bytes message;
  private final CommitmentList commitments;
  private final Map<MemberId, Scalar> bindingFactors;
  private final Point commitment;
  private final Scalar challenge;

  private SigningPackage(
      Curve curve,
      GroupKey group,
      Bytes message,
      CommitmentList commitments,
      Map<MemberId, Scalar> bindingFactors,
      Point commitment) {
    this.curve = curve;
    this.group = group;
    this.message = message;
    this.commitments = commitments;
    this.bindingFactors = bindingFactors;
    this.commitment = commitment;
    this.challenge = group.suite().challenge(commitment, group.key(), message);
  }

  /// Computes what follows from the commitments and the message.
  ///
  /// @throws IllegalArgumentException where the suite cannot sign `message`, or the commitments
  ///   cancel out to the identity, which only a malicious list does
  public static SigningPackage of(
      Curve curve, GroupKey group, CommitmentList commitments, Bytes message) {
    if (!group.suite().admitsMessage(message)) {
      throw new IllegalArgumentException(
          "expected a digest of 32 bytes for %s, got %d"
              .formatted(group.suite().id(), message.size()));
    }
    var factors = bindingFactors(group, commitments, message);
    var terms = new ArrayList<Curve.Term>();
    for (var entry : commitments.entries()) {
      terms.add(Curve.Term.once(entry.hiding()));
      terms.add(new Curve.Term(factors.getOrDefault(entry.member(), Scalar.ZERO), entry.binding()));
    }
    var sum =
        curve
            .sum(terms)
            .orElseThrow(
                () -> new IllegalArgumentException("expected commitments that do not cancel out"));
    return new SigningPackage(curve, group, message, commitments, factors, sum);
  }

  /// Round 2 on a member's side: makes its share, and checks it before it may leave, because a
  /// share computed by a faulty machine can give the key away. Consumes the nonce.
  ///
  /// @throws IllegalArgumentException where the list does not hold exactly this nonce's commitment
  ///   for this member; the nonce is not consumed then
  /// @throws NonceUsedException where the nonce was used before
  /// @throws IllegalStateException where the share made here does not verify
  public SignatureShare sign(SecretShare share, Nonce nonce) {
    var member = share.member();
    if (!commitments.of(member).equals(Optional.of(nonce.commitment()))) {
      throw new IllegalArgumentException(
          "expected the list to hold the own commitment of %s, got %s"
              .formatted(
                  member, commitments.of(member).map(Commitment::toString).orElse("no entry")));
    }
    var factor = bindingFactor(member);
    var weight = weight(member);
    var z =
        nonce.consume(
            (hiding, binding) -> {
              try (var k = curve.multiplyAdd(binding, factor, hiding)) {
                return curve.multiplyAdd(share.secret(), weight, k).release();
              }
            });
    var made = new SignatureShare(member, z);
    if (!verifies(made)) {
      throw new IllegalStateException(
          "the own share of %s does not verify: the machine or the key share is faulty"
              .formatted(member));
    }
    return made;
  }

  /// Whether a share is what its author's public share and commitment demand: RFC 9591 section 5.4,
  /// `z·G = D + ρ·E + λ·c·X`. False for one who does not sign here.
  public boolean verifies(SignatureShare share) {
    var member = share.member();
    return commitments
        .of(member)
        .flatMap(
            own ->
                curve
                    .sum(
                        List.of(
                            new Curve.Term(share.z(), Point.GENERATOR),
                            new Curve.Term(bindingFactor(member).negate(), own.binding()),
                            new Curve.Term(weight(member).negate(), group.publicShare(member))))
                    .filter(own.hiding()::equals))
        .isPresent();
  }

  /// Round 2 on the coordinator's side: adds the shares up and verifies the sum; looks at single
  /// shares only where that fails.
  ///
  /// @param shares one of every signer in the list, in any order
  /// @throws IllegalArgumentException where one is missing, foreign or there twice
  /// @throws IllegalStateException where all shares verify and their sum does not, which no input
  ///   can cause
  public Aggregate aggregate(Collection<SignatureShare> shares) {
    var members = shares.stream().map(SignatureShare::member).sorted().toList();
    if (!members.equals(commitments.members())) {
      throw new IllegalArgumentException(
          "expected one share of each of %s, got %s".formatted(commitments.members(), members));
    }
    var z = shares.stream().map(SignatureShare::z).reduce(Scalar.ZERO, Scalar::add);
    var signature = group.suite().encode(commitment, z);
    if (group.suite().verify(curve, group.key(), message, signature)) {
      return new Aggregate.Signed(signature);
    }
    var culprits =
        shares.stream()
            .filter(share -> !verifies(share))
            .map(SignatureShare::member)
            .sorted()
            .toList();
    if (culprits.isEmpty()) {
      throw new IllegalStateException("every share verifies, but the signature does not");
    }
    return new Aggregate.Culprits(culprits);
  }

  /// The binding factor ρ of a signer.
  Scalar bindingFactor(MemberId member) {
    var factor = bindingFactors.get(member);
    if (factor == null) {
      throw new IllegalArgumentException("expected a signer of this session, got " + member);
    }
    return factor;
  }

  /// The input that ρ of `member` is hashed from: for the vectors.
  static Bytes bindingFactorInput(
      GroupKey group, CommitmentList commitments, Bytes message, MemberId member) {
    return Bytes.concat(bindingPrefix(group, commitments, message), Scalar.of(member).encoded());
  }

  private Scalar weight(MemberId member) {
    return GroupKey.coefficient(member, commitments.members(), Scalar.ZERO).multiply(challenge);
  }

  private static Map<MemberId, Scalar> bindingFactors(
      GroupKey group, CommitmentList commitments, Bytes message) {
    var prefix = bindingPrefix(group, commitments, message);
    var factors = new TreeMap<MemberId, Scalar>();
    for (var member : commitments.members()) {
      factors.put(
          member, group.suite().bindingFactor(Bytes.concat(prefix, Scalar.of(member).encoded())));
    }
    return factors;
  }

  private static Bytes bindingPrefix(GroupKey group, CommitmentList commitments, Bytes message) {
    return Bytes.concat(
        group.key().encoded(),
        group.suite().hashMessage(message),
        group.suite().hashCommitments(commitments.encoded()));
  }
}
