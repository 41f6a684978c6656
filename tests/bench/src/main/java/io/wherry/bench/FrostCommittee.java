// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import io.wherry.attest.frost.Aggregate;
import io.wherry.attest.frost.CommitmentList;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Curves;
import io.wherry.attest.frost.Nonce;
import io.wherry.attest.frost.SignatureShare;
import io.wherry.attest.frost.SigningPackage;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.format.BatchFormat;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// A 2-of-3 committee in one process that signs by FROST, as members of a cluster do, but without
/// one. Its key is made from a seed: for measuring alone.
final class FrostCommittee implements AutoCloseable {
  static final KeyEpoch EPOCH = new KeyEpoch(1);
  private static final int THRESHOLD = 2;
  private static final int MEMBERS = 3;

  private final Curve curve;
  private final RandomGenerator random;
  private final List<KeyShare> shares;
  private int turn;

  FrostCommittee(RandomGenerator random) {
    this.random = random;
    curve = Curves.load(random);
    shares = TrustedDealer.deal(curve, THRESHOLD, MEMBERS, Suite.EVM, EPOCH, random);
  }

  /// The x coordinate that the gateway is deployed with.
  BigInteger groupKey() {
    return new BigInteger(1, shares.getFirst().group().key().x().toArray());
  }

  /// Signs a batch. The signers change from call to call, so that every pair has its turn.
  Attestation attest(Batch batch) {
    var signers = new ArrayList<>(shares);
    signers.remove(turn++ % MEMBERS);
    var signature = sign(signers, BatchFormat.digest(batch).bytes());
    return new Attestation(batch, Suite.EVM.id(), signature);
  }

  private Bytes sign(List<KeyShare> signers, Bytes digest) {
    var group = signers.getFirst().group();
    var nonces =
        signers.stream()
            .map(signer -> Nonce.commit(curve, Suite.EVM, signer.secret(), random))
            .toList();
    var commitments = CommitmentList.of(group, nonces.stream().map(Nonce::commitment).toList());
    var signing = SigningPackage.of(curve, group, commitments, digest);
    var parts = new ArrayList<SignatureShare>();
    for (int i = 0; i < signers.size(); i++) {
      parts.add(signing.sign(signers.get(i).secret(), nonces.get(i)));
    }
    return switch (signing.aggregate(parts)) {
      case Aggregate.Signed(var signature) -> signature;
      case Aggregate.Culprits(var members) ->
          throw new IllegalStateException("shares of %s do not verify".formatted(members));
    };
  }

  @Override
  public void close() {
    shares.forEach(KeyShare::close);
  }
}
