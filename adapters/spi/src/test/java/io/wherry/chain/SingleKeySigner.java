// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.format.BatchFormat;
import io.wherry.format.Keccak;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

/// A committee of one: signs in the scheme `secp256k1-evm` with a whole private key. For tests
/// only: it guards neither its key nor its time.
public final class SingleKeySigner {
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
  private static final BigInteger ORDER = CURVE.getN();

  private final BigInteger secret;
  private final Bytes publicX;

  /// @param seed any number; the key is made of it, with an even y
  public SingleKeySigner(long seed) {
    this(new BigInteger(1, Keccak.hash("signer " + seed).toArray()).mod(ORDER));
  }

  /// @param scalar 1 to the order - 1; negated where its point has an odd y
  SingleKeySigner(BigInteger scalar) {
    var point = CURVE.getG().multiply(scalar).normalize();
    boolean odd = point.getAffineYCoord().toBigInteger().testBit(0);
    secret = odd ? ORDER.subtract(scalar) : scalar;
    publicX = word(point.getAffineXCoord().toBigInteger());
  }

  /// The group key as the gateway holds it.
  public BigInteger publicX() {
    return new BigInteger(1, publicX.toArray());
  }

  /// Signs a batch's digest. The nonce is a hash, so the same batch has the same signature.
  public Attestation attest(Batch batch) {
    var signature = sign(BatchFormat.digest(batch));
    return new Attestation(batch, "secp256k1-evm", signature);
  }

  /// `addr(R) ‖ z` over `digest`.
  public Bytes sign(Hash32 digest) {
    var nonce =
        new BigInteger(1, Keccak.hash(Bytes.concat(word(secret), digest.bytes())).toArray())
            .mod(ORDER);
    return sign(digest, nonce);
  }

  Bytes sign(Hash32 digest, BigInteger nonce) {
    var commitment = address(CURVE.getG().multiply(nonce).normalize());
    var challenge = challenge(digest, commitment);
    var response = nonce.add(challenge.multiply(secret)).mod(ORDER);
    return Bytes.concat(commitment, word(response));
  }

  /// Whether `signature` is this key's over `digest`: z·G − e·P has the address that it names.
  public boolean verifies(Hash32 digest, Bytes signature) {
    if (signature.size() != 52) {
      return false;
    }
    var commitment = signature.slice(0, 20);
    var response = new BigInteger(1, signature.slice(20, 52).toArray());
    var challenge = challenge(digest, commitment);
    var point =
        CURVE
            .getG()
            .multiply(response)
            .subtract(CURVE.getG().multiply(secret).multiply(challenge))
            .normalize();
    return response.compareTo(ORDER) < 0
        && !point.isInfinity()
        && address(point).equals(commitment);
  }

  private BigInteger challenge(Hash32 digest, Bytes commitment) {
    var input = Bytes.concat(publicX, Bytes.of((byte) 0), digest.bytes(), commitment);
    return new BigInteger(1, Keccak.hash(input).toArray()).mod(ORDER);
  }

  private static Bytes address(ECPoint point) {
    var coordinates = Bytes.of(point.getEncoded(false)).slice(1, 65);
    return Keccak.hash(coordinates).bytes().slice(12, 32);
  }

  private static Bytes word(BigInteger value) {
    return Bytes.of(BigIntegers.asUnsignedByteArray(32, value));
  }
}
