// SPDX-License-Identifier: Apache-2.0
package io.wherry.format;

import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The little of Solidity's `abi.encode` that the formats hash: words, `bytes` and `bytes[]`.
/// Adapters encode calls with their own chain's library; this is here because ids must be the same
/// bytes on chains that know no ABI.
///
/// @see <a href="https://docs.soliditylang.org/en/latest/abi-spec.html">Contract ABI
///   specification</a>
final class Abi {
  private static final int WORD = 32;

  private Abi() {}

  /// One argument: its place in the head, and what hangs in the tail.
  sealed interface Argument {}

  /// Thirty-two bytes in the head.
  record Word(Bytes bytes) implements Argument {}

  /// `bytes`: an offset in the head, length and padded content in the tail.
  record Dynamic(Bytes tail) implements Argument {}

  static Argument word(Bytes thirtyTwo) {
    return new Word(thirtyTwo);
  }

  static Argument number(BigInteger value) {
    return new Word(uint(value));
  }

  static Argument bytes(Bytes content) {
    return new Dynamic(tail(content));
  }

  static Argument bytesArray(List<Bytes> items) {
    var length = uint(BigInteger.valueOf(items.size()));
    var body = encode(items.stream().map(Abi::bytes).toArray(Argument[]::new));
    return new Dynamic(Bytes.concat(length, body));
  }

  static Bytes encode(Argument... arguments) {
    int tailAt = WORD * arguments.length;
    var parts = new ArrayList<Bytes>();
    var tails = new ArrayList<Bytes>();
    for (var argument : arguments) {
      switch (argument) {
        case Word(var bytes) -> parts.add(bytes);
        case Dynamic(var tail) -> {
          parts.add(uint(BigInteger.valueOf(tailAt)));
          tails.add(tail);
          tailAt += tail.size();
        }
      }
    }
    parts.addAll(tails);
    return Bytes.concat(parts.toArray(Bytes[]::new));
  }

  static Bytes uint(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 256) {
      throw new IllegalArgumentException("expected a number below 2^256, got " + value);
    }
    var minimal = value.toByteArray();
    int skip = minimal.length > WORD ? 1 : 0;
    var word = new byte[WORD];
    System.arraycopy(minimal, skip, word, WORD - minimal.length + skip, minimal.length - skip);
    return Bytes.of(word);
  }

  private static Bytes tail(Bytes content) {
    int padded = (content.size() + WORD - 1) / WORD * WORD;
    var out = ByteBuffer.allocate(WORD + padded);
    out.put(uint(BigInteger.valueOf(content.size())).toArray());
    out.put(Arrays.copyOf(content.toArray(), padded));
    return Bytes.of(out.array());
  }
}
