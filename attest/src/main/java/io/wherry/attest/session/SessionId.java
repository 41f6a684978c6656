// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.model.Bytes;

/// The name that a coordinator gives one attempt to sign: random, so that replies find it.
///
/// @param bytes 16 bytes
public record SessionId(Bytes bytes) {
  /// How many bytes there are.
  public static final int BYTES = 16;

  public SessionId {
    if (bytes.size() != BYTES) {
      throw new IllegalArgumentException("expected a session id of 16 bytes, got " + bytes.size());
    }
  }

  @Override
  public String toString() {
    return bytes.toHex();
  }
}
