// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.util.random.RandomGenerator;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;

/// The private key of a wallet that pays for deliveries. It prints as its address, never as itself.
public final class WalletKey {
  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private final Credentials credentials;

  private WalletKey(BigInteger secret) {
    if (secret.signum() <= 0 || secret.compareTo(ORDER) >= 0) {
      throw new IllegalArgumentException(
          "expected a wallet key of 1 to the secp256k1 order - 1 (not shown)");
    }
    credentials = Credentials.create(ECKeyPair.create(secret));
  }

  /// Parses 64 hexadecimal digits, optionally after `0x`.
  ///
  /// @throws IllegalArgumentException where they are not a private key; the text does not show them
  public static WalletKey parse(String hex) {
    var digits = hex.strip().startsWith("0x") ? hex.strip().substring(2) : hex.strip();
    if (!digits.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(
          "expected a wallet key of 64 hexadecimal digits, got %d characters (not shown)"
              .formatted(digits.length()));
    }
    return new WalletKey(new BigInteger(digits, 16));
  }

  /// A new key.
  ///
  /// @param random a cryptographically strong source for anything but tests
  public static WalletKey generate(RandomGenerator random) {
    while (true) {
      var candidate = new byte[32];
      random.nextBytes(candidate);
      var secret = new BigInteger(1, candidate);
      if (secret.signum() > 0 && secret.compareTo(ORDER) < 0) {
        return new WalletKey(secret);
      }
    }
  }

  /// The account's 20 bytes.
  public Bytes address() {
    return Bytes.fromHex(credentials.getAddress());
  }

  Credentials credentials() {
    return credentials;
  }

  @Override
  public String toString() {
    return "key of " + address();
  }
}
