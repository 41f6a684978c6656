// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Bytes;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// A member's public identity key: an Ed25519 point of full order. Its text form, for
/// configuration, is `ed25519:` and 64 lower-case hexadecimal digits.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032</a>
public final class IdentityKey {
  private static final Pattern TEXT = Pattern.compile("ed25519:[0-9a-f]{64}");

  private final Bytes encoded;
  private final Ed25519.PublicPoint point;

  private IdentityKey(Bytes encoded, Ed25519.PublicPoint point) {
    this.encoded = encoded;
    this.point = point;
  }

  /// Takes the 32-byte encoding of RFC 8032.
  ///
  /// @throws IllegalArgumentException when it is not 32 bytes, not a point of the curve, or a point
  ///   of small order, for which anyone could sign
  public static IdentityKey of(Bytes encoded) {
    if (encoded.size() != Ed25519.PUBLIC_KEY_SIZE) {
      throw new IllegalArgumentException(
          "expected an Ed25519 public key of 32 bytes, got " + encoded.size());
    }
    var point = Ed25519.validatePublicKeyFullExport(encoded.toArray(), 0);
    if (point == null) {
      throw new IllegalArgumentException(
          "expected an Ed25519 public key of full order, got " + encoded);
    }
    return new IdentityKey(encoded, point);
  }

  /// Parses the text form.
  ///
  /// @throws IllegalArgumentException naming the text when it is not such, or not a usable key
  public static IdentityKey parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "expected a public key as 'ed25519:' and 64 lower-case hexadecimal digits, got '%s'"
              .formatted(text.length() > 100 ? text.substring(0, 100) + "…" : text));
    }
    return of(Bytes.of(HexFormat.of().parseHex(text, "ed25519:".length(), text.length())));
  }

  /// The 32 bytes of RFC 8032.
  public Bytes encoded() {
    return encoded;
  }

  /// Whether the 64 bytes of `signed` from `signatureAt` are this key's signature on the bytes of
  /// `signed` before `signatureAt`, with `tag` before them.
  boolean verifies(byte[] tag, byte[] signed, int signatureAt) {
    var message = tagged(tag, signed, signatureAt);
    return Ed25519.verify(signed, signatureAt, point, message, 0, message.length);
  }

  /// `tag` and then the first `length` bytes of `content`: what is signed and verified.
  static byte[] tagged(byte[] tag, byte[] content, int length) {
    var message = new byte[tag.length + length];
    System.arraycopy(tag, 0, message, 0, tag.length);
    System.arraycopy(content, 0, message, tag.length, length);
    return message;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdentityKey key && encoded.equals(key.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /// The text form.
  @Override
  public String toString() {
    return "ed25519:" + HexFormat.of().formatHex(encoded.toArray());
  }
}
