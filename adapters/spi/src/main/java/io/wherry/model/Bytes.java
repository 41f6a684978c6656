// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.util.Arrays;
import java.util.HexFormat;

/// An immutable sequence of bytes, compared by content. Its text form is `0x` and lower-case
/// hexadecimal digits, the notation of the EVM's JSON-RPC.
public final class Bytes {
  /// No bytes at all.
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /// Takes a copy of `content`.
  public static Bytes of(byte... content) {
    return content.length == 0 ? EMPTY : new Bytes(content.clone());
  }

  /// Joins `parts` in their order.
  public static Bytes concat(Bytes... parts) {
    var joined = new byte[Arrays.stream(parts).mapToInt(Bytes::size).sum()];
    int at = 0;
    for (var part : parts) {
      System.arraycopy(part.content, 0, joined, at, part.size());
      at += part.size();
    }
    return new Bytes(joined);
  }

  /// Parses `0x`-prefixed (or bare) hexadecimal of an even number of digits.
  ///
  /// @throws IllegalArgumentException naming the text when it is not such
  public static Bytes fromHex(String text) {
    var digits = text.startsWith("0x") ? text.substring(2) : text;
    try {
      return of(HexFormat.of().parseHex(digits));
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "expected an even number of hexadecimal digits, optionally after 0x, got '%s'"
              .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text),
          malformed);
    }
  }

  /// How many bytes there are.
  public int size() {
    return content.length;
  }

  /// The byte at `index`, as 0 to 255.
  public int at(int index) {
    return Byte.toUnsignedInt(content[index]);
  }

  /// The bytes from `from` (inclusive) to `to` (exclusive).
  public Bytes slice(int from, int to) {
    if (from < 0 || to < from || to > content.length) {
      throw new IndexOutOfBoundsException(
          "slice [%d, %d) of %d bytes".formatted(from, to, content.length));
    }
    return of(Arrays.copyOfRange(content, from, to));
  }

  /// A copy of the content.
  public byte[] toArray() {
    return content.clone();
  }

  /// The content as `0x…`.
  public String toHex() {
    return "0x" + HexFormat.of().formatHex(content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return toHex();
  }
}
