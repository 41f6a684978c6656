// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// Thirty-two bytes that identify something: a block, a transaction, a message, a root.
///
/// @param bytes exactly 32 bytes
public record Hash32(Bytes bytes) implements Comparable<Hash32> {
  /// All zero bytes: never the hash of anything.
  public static final Hash32 ZERO = new Hash32(Bytes.of(new byte[32]));

  public Hash32 {
    if (bytes.size() != 32) {
      throw new IllegalArgumentException("expected 32 bytes, got " + bytes.size());
    }
  }

  /// Takes a copy of 32 bytes.
  public static Hash32 of(byte[] bytes) {
    return new Hash32(Bytes.of(bytes));
  }

  /// Parses 64 hexadecimal digits, optionally after `0x`.
  public static Hash32 fromHex(String text) {
    return new Hash32(Bytes.fromHex(text));
  }

  /// The 32 bytes, copied.
  public byte[] toArray() {
    return bytes.toArray();
  }

  @Override
  public int compareTo(Hash32 other) {
    return java.util.Arrays.compareUnsigned(bytes.toArray(), other.bytes.toArray());
  }

  @Override
  public String toString() {
    return bytes.toHex();
  }
}
