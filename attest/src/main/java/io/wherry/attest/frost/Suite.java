// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.format.Keccak;
import io.wherry.model.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A ciphersuite: what is hashed how, and what the signature's bytes are. Both suites sign `z = k +
/// e·x` with a binding factor per signer; they differ in the context that separates their hashes
/// and in the challenge e.
public enum Suite {
  /// FROST(secp256k1, SHA-256), RFC 9591 section 6.5. A signature is `R(33) ‖ z(32)`. Any message.
  RFC9591("secp256k1-rfc9591", "FROST-secp256k1-SHA256-v1"),

  /// For verification on an EVM by the `ecrecover` identity: e = keccak256(Px(32) ‖ 0(1) ‖
  /// digest(32) ‖ addr(R)(20)) mod n. The group key has an even y (so the parity byte is 0) and 0 <
  /// Px < n. A message is a digest of 32 bytes that carries its own domain, because the challenge
  /// has none. A signature is `addr(R)(20) ‖ z(32)`, 52 bytes.
  EVM("secp256k1-evm", "WHERRY-FROST-secp256k1-evm-v1");

  private static final int ADDRESS_BYTES = 20;

  private final String id;
  private final String context;

  Suite(String id, String context) {
    this.id = id;
    this.context = context;
  }

  /// The scheme's name in attestations, configuration and files, such as `secp256k1-evm`.
  public String id() {
    return id;
  }

  /// The suite named `id`.
  ///
  /// @throws IllegalArgumentException naming the known ones
  public static Suite parse(String id) {
    return Arrays.stream(values())
        .filter(suite -> suite.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a suite of %s, got '%s'"
                        .formatted(
                            Arrays.stream(values()).map(Suite::id).toList(),
                            id.length() > 64 ? id.substring(0, 64) : id)));
  }

  /// Whether `key` can be a group key here: always for RFC 9591; even y and Px < n for the EVM.
  public boolean admitsKey(Point key) {
    return switch (this) {
      case RFC9591 -> true;
      case EVM -> key.evenY() && key.xBelowOrder();
    };
  }

  /// Checks a signature as its verifier does.
  ///
  /// @param key the group key
  /// @param message what was signed: a digest of 32 bytes for the EVM
  /// @param signature the suite's bytes; anything else is answered with false
  public boolean verify(Curve curve, Point key, Bytes message, Bytes signature) {
    return switch (this) {
      case RFC9591 -> verifyRfc9591(curve, key, message, signature);
      case EVM -> verifyEvm(curve, key, message, signature);
    };
  }

  /// H1 of RFC 9591: the binding factor.
  Scalar bindingFactor(Bytes input) {
    return Scalar.reduce(Hashing.expand(context + "rho", input.toArray()));
  }

  /// H2 of RFC 9591: the challenge.
  Scalar challenge(Point commitment, Point key, Bytes message) {
    return switch (this) {
      case RFC9591 ->
          Scalar.reduce(
              Hashing.expand(
                  context + "chal",
                  Bytes.concat(commitment.encoded(), key.encoded(), message).toArray()));
      case EVM -> challengeEvm(address(commitment), key, message);
    };
  }

  /// H3 of RFC 9591 over fresh randomness and the key share: a nonce that is safe as long as one of
  /// the two is unknown (section 4.1).
  Secret nonce(byte[] random, Secret share) {
    var input = Arrays.copyOf(random, random.length + Secret.BYTES);
    var secret = share.export();
    System.arraycopy(secret, 0, input, random.length, Secret.BYTES);
    var wide = Hashing.expand(context + "nonce", input);
    var reduced = Limbs.reduce(wide);
    try {
      return Secret.copyOf(reduced);
    } finally {
      for (var buffer : List.of(input, secret, wide, reduced)) {
        Arrays.fill(buffer, (byte) 0);
      }
    }
  }

  /// H4 of RFC 9591: the message.
  Bytes hashMessage(Bytes message) {
    return Bytes.of(
        Hashing.sha256(Hashing.ascii(context), Hashing.ascii("msg"), message.toArray()));
  }

  /// H5 of RFC 9591: the commitment list.
  Bytes hashCommitments(Bytes list) {
    return Bytes.of(Hashing.sha256(Hashing.ascii(context), Hashing.ascii("com"), list.toArray()));
  }

  /// Whether `message` can be signed here.
  boolean admitsMessage(Bytes message) {
    return switch (this) {
      case RFC9591 -> true;
      case EVM -> message.size() == 32;
    };
  }

  /// The signature's bytes.
  Bytes encode(Point commitment, Scalar z) {
    return switch (this) {
      case RFC9591 -> Bytes.concat(commitment.encoded(), z.encoded());
      case EVM -> Bytes.concat(address(commitment), z.encoded());
    };
  }

  private boolean verifyRfc9591(Curve curve, Point key, Bytes message, Bytes signature) {
    if (signature.size() != Point.BYTES + Scalar.BYTES) {
      return false;
    }
    try {
      var commitment = curve.decode(signature.slice(0, Point.BYTES));
      var z = Scalar.parse(signature.slice(Point.BYTES, signature.size()));
      var e = challenge(commitment, key, message);
      return commitmentOf(curve, key, e, z).filter(commitment::equals).isPresent();
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /// The contract recovers `R = z·G − e·P` through `ecrecover(n − z·px, 27, px, n − e·px)` and
  /// compares addresses. What the precompile cannot take (z or e zero, an address of zero, a key
  /// out of range) is refused here as it is there.
  private boolean verifyEvm(Curve curve, Point key, Bytes message, Bytes signature) {
    if (signature.size() != ADDRESS_BYTES + Scalar.BYTES
        || !admitsMessage(message)
        || !admitsKey(key)) {
      return false;
    }
    var address = signature.slice(0, ADDRESS_BYTES);
    try {
      var z = Scalar.parse(signature.slice(ADDRESS_BYTES, signature.size()));
      var e = challengeEvm(address, key, message);
      return !z.isZero()
          && !e.isZero()
          && !address.equals(Bytes.of(new byte[ADDRESS_BYTES]))
          && commitmentOf(curve, key, e, z).map(Suite::address).filter(address::equals).isPresent();
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static Optional<Point> commitmentOf(Curve curve, Point key, Scalar e, Scalar z) {
    return curve.sum(List.of(new Curve.Term(z, Point.GENERATOR), new Curve.Term(e.negate(), key)));
  }

  private static Scalar challengeEvm(Bytes address, Point key, Bytes digest) {
    return Scalar.reduce(
        Keccak.hash(Bytes.concat(key.x(), Bytes.of((byte) 0), digest, address)).toArray());
  }

  /// The EVM address of a point: the last 20 bytes of keccak256(x ‖ y).
  static Bytes address(Point point) {
    return Keccak.hash(Bytes.concat(point.x(), point.y())).bytes().slice(12, 32);
  }
}
