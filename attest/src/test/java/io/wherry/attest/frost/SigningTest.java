// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.format.Keccak;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
class SigningTest {
  private static final Curve CURVE = Backends.nativeCurve();
  private static final Bytes DIGEST = Keccak.hash("a digest").bytes();
  private static final RandomGenerator NONCES = new SplittableRandom(30);

  static Stream<Arguments> committees() {
    return Backends.both()
        .flatMap(
            curve ->
                Stream.of(Suite.values())
                    .flatMap(
                        suite ->
                            Stream.of(
                                Arguments.of(curve, suite, 1, 1),
                                Arguments.of(curve, suite, 2, 3),
                                Arguments.of(curve, suite, 3, 5))));
  }

  static Stream<Arguments> evmCommittees() {
    return Backends.both()
        .flatMap(curve -> Stream.of(Arguments.of(curve, 2, 3), Arguments.of(curve, 3, 5)));
  }

  @ParameterizedTest
  @MethodSource("committees")
  void anyThresholdOfMembersSigns(Curve curve, Suite suite, int threshold, int members) {
    var random = new SplittableRandom(31);
    for (int i = 0; i < 6; i++) {
      var shares = TrustedDealer.deal(curve, threshold, members, suite, new KeyEpoch(1), random);
      var group = shares.getFirst().group();
      assertThat(group.isConsistent(curve)).isTrue();
      var signers = choose(shares, random.nextInt(threshold, members + 1), random);
      var signature = sign(curve, signers, DIGEST, random);
      assertThat(suite.verify(curve, group.key(), DIGEST, signature)).isTrue();
      assertThat(suite.verify(Backends.pureJava(), group.key(), DIGEST, signature)).isTrue();
      assertThat(suite.verify(curve, group.key(), Keccak.hash("another").bytes(), signature))
          .isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("evmCommittees")
  void contractRecoversTheSigner(Curve curve, int threshold, int members) {
    var random = new SplittableRandom(32);
    for (int i = 0; i < 20; i++) {
      var shares =
          TrustedDealer.deal(curve, threshold, members, Suite.EVM, new KeyEpoch(1), random);
      var key = shares.getFirst().group().key();
      var digestBytes = new byte[32];
      random.nextBytes(digestBytes);
      var digest = Bytes.of(digestBytes);
      var signature = sign(curve, choose(shares, threshold, random), digest, random);
      assertThat(signature.size()).isEqualTo(52);
      assertThat(contractAccepts(key.x(), digest, signature)).isTrue();
      assertThat(contractAccepts(key.x(), Keccak.hash(digest).bytes(), signature)).isFalse();
      for (int at : List.of(0, 19, 20, 51)) {
        var flipped = signature.toArray();
        flipped[at] ^= 1;
        assertThat(contractAccepts(key.x(), digest, Bytes.of(flipped))).isFalse();
        assertThat(Suite.EVM.verify(curve, key, digest, Bytes.of(flipped))).isFalse();
      }
    }
  }

  @Test
  void rejectsSignaturesInAnotherForm() {
    var random = new SplittableRandom(33);
    var shares = TrustedDealer.deal(CURVE, 2, 3, Suite.EVM, new KeyEpoch(1), random);
    var key = shares.getFirst().group().key();
    var signature = sign(CURVE, shares.subList(0, 2), DIGEST, random);
    var address = signature.slice(0, 20);
    var z = new BigInteger(1, signature.slice(20, 52).toArray());
    var malleable = z.add(Scalar.ORDER);
    var rejected = new ArrayList<Bytes>();
    rejected.add(Bytes.EMPTY);
    rejected.add(signature.slice(0, 51));
    rejected.add(Bytes.concat(signature, Bytes.of((byte) 0)));
    rejected.add(Bytes.concat(address, Bytes.of(new byte[32])));
    rejected.add(Bytes.concat(Bytes.of(new byte[20]), signature.slice(20, 52)));
    if (malleable.bitLength() <= 256) {
      rejected.add(Bytes.concat(address, Bytes.fromHex("%064x".formatted(malleable))));
    }
    rejected.add(Bytes.concat(address, Bytes.fromHex("%064x".formatted(Scalar.ORDER.subtract(z)))));
    for (var other : rejected) {
      assertThat(Suite.EVM.verify(CURVE, key, DIGEST, other)).as("%s", other).isFalse();
    }
    assertThat(Suite.EVM.verify(CURVE, key, DIGEST.slice(0, 31), signature)).isFalse();
  }

  @Test
  void evmKeyHasEvenY() {
    var random = new SplittableRandom(34);
    for (int i = 0; i < 20; i++) {
      var shares = TrustedDealer.deal(CURVE, 2, 3, Suite.EVM, new KeyEpoch(1), random);
      assertThat(shares.getFirst().group().key().evenY()).isTrue();
    }
    var group = dealt(2, 3).getFirst().group();
    var odd = CURVE.sum(List.of(new Curve.Term(Scalar.ONE.negate(), group.key()))).orElseThrow();
    assertThatThrownBy(() -> new GroupKey(Suite.EVM, 2, odd, group.publicShares()))
        .hasMessageContaining("even y");
  }

  @Test
  void usedNonceCannotSignAgain() {
    var shares = dealt(2, 3);
    var nonces = commit(shares.subList(0, 2));
    var signing = signing(shares, nonces, DIGEST);
    var own = shares.getFirst().secret();
    var nonce = nonces.getFirst();
    assertThat(signing.verifies(signing.sign(own, nonce))).isTrue();
    assertThatThrownBy(() -> signing.sign(own, nonce)).isInstanceOf(NonceUsedException.class);
    var another = signing(shares, nonces, Keccak.hash("another").bytes());
    assertThatThrownBy(() -> another.sign(own, nonce)).isInstanceOf(NonceUsedException.class);
  }

  @Test
  void wipedNonceCannotSign() {
    var shares = dealt(2, 3);
    var nonces = commit(shares.subList(0, 2));
    nonces.getFirst().close();
    var signing = signing(shares, nonces, DIGEST);
    assertThatThrownBy(() -> signing.sign(shares.getFirst().secret(), nonces.getFirst()))
        .isInstanceOf(NonceUsedException.class);
  }

  @Test
  void refusesListWithoutOwnCommitmentAndKeepsTheNonce() {
    var shares = dealt(2, 3);
    var nonces = commit(shares);
    var own = shares.get(0).secret();
    var others = signing(shares, nonces.subList(1, 3), DIGEST);
    assertThatThrownBy(() -> others.sign(own, nonces.get(0)))
        .hasMessageContaining("own commitment of member-1");
    var replaced = commit(shares.subList(0, 2));
    var wrong = signing(shares, replaced, DIGEST);
    assertThatThrownBy(() -> wrong.sign(own, nonces.get(0)))
        .hasMessageContaining("own commitment of member-1");
    var right = signing(shares, nonces.subList(0, 2), DIGEST);
    assertThat(right.verifies(right.sign(own, nonces.get(0)))).isTrue();
  }

  @Test
  void refusesListsThatAreNotCanonical() {
    var shares = dealt(2, 3);
    var group = shares.getFirst().group();
    var list = commit(shares).stream().map(Nonce::commitment).toList();
    var stranger = new Commitment(new MemberId(4), list.get(0).hiding(), list.get(0).binding());
    assertThatThrownBy(() -> CommitmentList.of(group, List.of(list.get(1), list.get(0))))
        .hasMessageContaining("ascending");
    assertThatThrownBy(() -> CommitmentList.of(group, List.of(list.get(1), list.get(1))))
        .hasMessageContaining("each once");
    assertThatThrownBy(() -> CommitmentList.of(group, List.of(list.get(1), stranger)))
        .hasMessageContaining("members of 1 to 3");
    assertThatThrownBy(() -> CommitmentList.of(group, List.of(list.get(1))))
        .hasMessageContaining("expected 2 to 3 commitments, got 1");
  }

  @Test
  void refusesMessageThatIsNoDigest() {
    var shares = dealt(2, 3);
    var nonces = commit(shares.subList(0, 2));
    assertThatThrownBy(() -> signing(shares, nonces, DIGEST.slice(0, 31)))
        .hasMessageContaining("digest of 32 bytes");
  }

  @Test
  void namesEveryAuthorOfBadShares() {
    var shares = dealt(3, 5);
    var nonces = commit(shares.subList(0, 4));
    var signing = signing(shares, nonces, DIGEST);
    var made = new ArrayList<SignatureShare>();
    for (int i = 0; i < 4; i++) {
      made.add(signing.sign(shares.get(i).secret(), nonces.get(i)));
    }
    assertThat(signing.aggregate(made)).isInstanceOf(Aggregate.Signed.class);
    var bad = new ArrayList<>(made);
    bad.set(1, new SignatureShare(made.get(1).member(), made.get(1).z().add(Scalar.ONE)));
    bad.set(3, new SignatureShare(made.get(3).member(), Scalar.ZERO));
    assertThat(signing.aggregate(bad))
        .isEqualTo(new Aggregate.Culprits(List.of(new MemberId(2), new MemberId(4))));
    assertThatThrownBy(() -> signing.aggregate(made.subList(0, 3)))
        .hasMessageContaining("one share of each");
  }

  @Test
  void wrongOwnKeyShareNeverLeaves() {
    var shares = dealt(2, 3);
    var nonces = commit(shares.subList(0, 2));
    var signing = signing(shares, nonces, DIGEST);
    var damaged = new SecretShare(new MemberId(1), Secret.random(new SplittableRandom(35)));
    assertThatThrownBy(() -> signing.sign(damaged, nonces.getFirst()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not verify");
    assertThatThrownBy(() -> signing.sign(shares.getFirst().secret(), nonces.getFirst()))
        .isInstanceOf(NonceUsedException.class);
  }

  @Test
  void damagedGroupKeyIsNotConsistent() {
    var group = dealt(3, 5).getFirst().group();
    var swapped = new ArrayList<>(group.publicShares());
    swapped.set(4, group.publicShares().get(3));
    assertThat(group.isConsistent(CURVE)).isTrue();
    assertThat(new GroupKey(group.suite(), 3, group.key(), swapped).isConsistent(CURVE)).isFalse();
    assertThat(
            new GroupKey(group.suite(), 2, group.key(), group.publicShares()).isConsistent(CURVE))
        .isFalse();
  }

  private static List<KeyShare> dealt(int threshold, int members) {
    return TrustedDealer.deal(
        CURVE, threshold, members, Suite.EVM, new KeyEpoch(1), new SplittableRandom(36));
  }

  private static List<Nonce> commit(List<KeyShare> shares) {
    return shares.stream()
        .map(share -> Nonce.commit(CURVE, share.group().suite(), share.secret(), NONCES))
        .toList();
  }

  private static SigningPackage signing(List<KeyShare> shares, List<Nonce> nonces, Bytes digest) {
    var group = shares.getFirst().group();
    var list = CommitmentList.of(group, nonces.stream().map(Nonce::commitment).toList());
    return SigningPackage.of(CURVE, group, list, digest);
  }

  private static Bytes sign(
      Curve curve, List<KeyShare> signers, Bytes message, RandomGenerator random) {
    var group = signers.getFirst().group();
    var nonces =
        signers.stream()
            .map(share -> Nonce.commit(curve, group.suite(), share.secret(), random))
            .toList();
    var list = CommitmentList.of(group, nonces.stream().map(Nonce::commitment).toList());
    var signing = SigningPackage.of(curve, group, list, message);
    var made = new ArrayList<SignatureShare>();
    for (int i = 0; i < signers.size(); i++) {
      made.add(signing.sign(signers.get(i).secret(), nonces.get(i)));
    }
    return ((Aggregate.Signed) signing.aggregate(made)).signature();
  }

  private static List<KeyShare> choose(List<KeyShare> shares, int count, RandomGenerator random) {
    var left = new ArrayList<>(shares);
    while (left.size() > count) {
      left.remove(random.nextInt(left.size()));
    }
    left.sort(Comparator.comparing(KeyShare::member));
    return left;
  }

  // What the gateway's verifier does, written on its own: nothing below uses the code under test.

  private static boolean contractAccepts(Bytes px, Bytes digest, Bytes signature) {
    var n = SECNamedCurves.getByName("secp256k1").getN();
    var x = new BigInteger(1, px.toArray());
    var claimed = signature.slice(0, 20);
    var z = new BigInteger(1, signature.slice(20, 52).toArray());
    var packed = Bytes.concat(px, Bytes.of((byte) 0), digest, claimed);
    var e = new BigInteger(1, Keccak.hash(packed).toArray()).mod(n);
    if (z.signum() == 0 || z.compareTo(n) >= 0 || e.signum() == 0) {
      return false;
    }
    var h = n.subtract(z.multiply(x).mod(n));
    var s = n.subtract(e.multiply(x).mod(n));
    return ecrecover(h, 27, x, s).equals(claimed);
  }

  /// The EVM precompile: Q = r⁻¹ (s·R − h·G), as an address.
  private static Bytes ecrecover(BigInteger h, int v, BigInteger r, BigInteger s) {
    var parameters = SECNamedCurves.getByName("secp256k1");
    var n = parameters.getN();
    var prefix = Bytes.of((byte) (v - 25));
    ECPoint point =
        parameters
            .getCurve()
            .decodePoint(Bytes.concat(prefix, Bytes.fromHex("%064x".formatted(r))).toArray());
    var inverse = r.modInverse(n);
    var recovered =
        point
            .multiply(s.multiply(inverse).mod(n))
            .add(parameters.getG().multiply(h.negate().multiply(inverse).mod(n)))
            .normalize();
    var encoded = Bytes.of(recovered.getEncoded(false));
    return Keccak.hash(encoded.slice(1, 65)).bytes().slice(12, 32);
  }
}
