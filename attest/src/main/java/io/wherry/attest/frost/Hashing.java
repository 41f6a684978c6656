// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// SHA-256 with a domain, and `expand_message_xmd` of RFC 9380 (section 5.3.1) for the 48 bytes
/// that a nearly uniform scalar is reduced from. What passes through may be secret: every buffer
/// made here is overwritten but the one returned.
final class Hashing {
  private static final int BLOCK_BYTES = 64;
  private static final int WIDE_BYTES = 48;

  private Hashing() {}

  static byte[] sha256(byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// 48 bytes from `message` under the domain separation tag `tag` (at most 255 characters).
  static byte[] expand(String tag, byte[] message) {
    var domain = Arrays.copyOf(ascii(tag), tag.length() + 1);
    domain[tag.length()] = (byte) tag.length();
    var b0 =
        sha256(new byte[BLOCK_BYTES], message, new byte[] {0, WIDE_BYTES}, new byte[] {0}, domain);
    var b1 = sha256(b0, new byte[] {1}, domain);
    var mixed = new byte[b0.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (byte) (b0[i] ^ b1[i]);
    }
    var b2 = sha256(mixed, new byte[] {2}, domain);
    var out = Arrays.copyOf(b1, WIDE_BYTES);
    System.arraycopy(b2, 0, out, b1.length, WIDE_BYTES - b1.length);
    for (var buffer : new byte[][] {b0, b1, b2, mixed}) {
      Arrays.fill(buffer, (byte) 0);
    }
    return out;
  }
}
