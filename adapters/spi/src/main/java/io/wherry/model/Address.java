// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.math.BigInteger;

/// An interoperable address by ERC-7930, version 1: a chain and an account or contract on it. Its
/// binary form is `version u16 = 1 | chain type u16 | reference length u8 | reference | address
/// length u8 | address`, and stands in message ids, events and calls as it is.
///
/// Only the canonical form is admitted, so that one account has one form: for `eip155` (chain type
/// 0) a reference of 1 to 32 bytes without a leading zero byte, and an address of 20 bytes. These
/// are the addresses that a gateway accepts, neither more nor fewer: what it emits must be readable
/// here, or one odd recipient would stop a watcher.
///
/// @param encoded the whole binary form
/// @see <a href="https://eips.ethereum.org/EIPS/eip-7930">ERC-7930</a>
public record Address(Bytes encoded) {
  private static final int EIP155 = 0x0000;
  private static final int HEADER_BYTES = 5;

  public Address {
    check(encoded);
  }

  /// The account or contract `account` (20 bytes) on the EVM chain `chain`.
  public static Address eip155(ChainId chain, Bytes account) {
    if (!chain.namespace().equals("eip155")) {
      throw new IllegalArgumentException("expected an eip155 chain, got " + chain);
    }
    var reference = minimal(new BigInteger(chain.reference()));
    return new Address(
        Bytes.concat(
            Bytes.of((byte) 0, (byte) 1, (byte) 0, (byte) 0, (byte) reference.size()),
            reference,
            Bytes.of((byte) account.size()),
            account));
  }

  /// Parses the binary form.
  ///
  /// @throws IllegalArgumentException saying what is wrong where it is not a canonical version-1
  ///   address with chain and account
  public static Address parse(Bytes encoded) {
    return new Address(encoded);
  }

  /// The chain that the address is on. A chain type without a CAIP-2 mapping of ours, or an eip155
  /// number of 2^63 or more, is named `erc7930:<type>-<reference>` cut to CAIP-2's length, so that
  /// messages to chains that are not served have a lane of their own, too.
  public ChainId chain() {
    var reference = encoded.slice(HEADER_BYTES, HEADER_BYTES + encoded.at(4));
    var number = new BigInteger(1, reference.toArray());
    if (chainType() == EIP155 && number.bitLength() <= 63) {
      return ChainId.eip155(number.longValueExact());
    }
    var name = "%04x-%s".formatted(chainType(), reference.toHex().substring(2));
    return new ChainId("erc7930:" + name.substring(0, Math.min(32, name.length())));
  }

  /// The account or contract, as the chain itself writes it: 20 bytes on an EVM chain.
  public Bytes account() {
    return encoded.slice(HEADER_BYTES + encoded.at(4) + 1, encoded.size());
  }

  private int chainType() {
    return encoded.at(2) << 8 | encoded.at(3);
  }

  @Override
  public String toString() {
    return chain() + ":" + account().toHex();
  }

  private static void check(Bytes encoded) {
    if (encoded.size() < HEADER_BYTES + 1) {
      throw wrong(encoded, "at least 6 bytes");
    }
    if (encoded.at(0) != 0 || encoded.at(1) != 1) {
      throw wrong(encoded, "version 1");
    }
    int reference = encoded.at(4);
    if (encoded.size() < HEADER_BYTES + reference + 1) {
      throw wrong(encoded, "a chain reference of the stated length");
    }
    int account = encoded.at(HEADER_BYTES + reference);
    if (encoded.size() != HEADER_BYTES + reference + 1 + account) {
      throw wrong(encoded, "an address of the stated length and nothing behind it");
    }
    if (account == 0) {
      throw wrong(encoded, "an address that is not empty");
    }
    if (reference == 0) {
      throw wrong(encoded, "a chain reference that is not empty");
    }
    if ((encoded.at(2) << 8 | encoded.at(3)) == EIP155) {
      if (encoded.at(HEADER_BYTES) == 0) {
        throw wrong(encoded, "an eip155 chain reference without a leading zero byte");
      }
      if (reference > 32) {
        throw wrong(encoded, "an eip155 chain number below 2^256");
      }
      if (account != 20) {
        throw wrong(encoded, "an eip155 address of 20 bytes");
      }
    }
  }

  private static IllegalArgumentException wrong(Bytes encoded, String expected) {
    var shown = encoded.size() > 64 ? encoded.slice(0, 64) + "…" : encoded.toString();
    return new IllegalArgumentException(
        "expected an ERC-7930 address with %s, got %s".formatted(expected, shown));
  }

  private static Bytes minimal(BigInteger number) {
    var bytes = Bytes.of(number.toByteArray());
    return bytes.at(0) == 0 && bytes.size() > 1 ? bytes.slice(1, bytes.size()) : bytes;
  }
}
