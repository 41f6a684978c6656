// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.math.BigInteger;
import java.util.OptionalLong;

/// The unique place of a message in its source gateway. A slot holds one message for ever: two
/// different messages for one slot mean that somebody lies, or that the chain was rewritten past
/// its finality.
///
/// @param gateway the source gateway
/// @param sendId on a chain where a contract counts: the outbox's sequence number, from 1 and
///   without gaps; on a UTXO chain `sha256(txid ‖ vout)`
public record Slot(Address gateway, Hash32 sendId) {
  private static final BigInteger SEQUENCE_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  /// The slot of sequence number `sequence` (at least 1) of a counting gateway.
  public static Slot ofSequence(Address gateway, long sequence) {
    if (sequence < 1) {
      throw new IllegalArgumentException(
          "expected a sequence number of at least 1, got " + sequence);
    }
    var sendId = new byte[32];
    java.nio.ByteBuffer.wrap(sendId).putLong(24, sequence);
    return new Slot(gateway, Hash32.of(sendId));
  }

  /// The sequence number, where the slot has one.
  public OptionalLong sequence() {
    var number = new BigInteger(1, sendId.toArray());
    return number.signum() > 0 && number.compareTo(SEQUENCE_MAX) <= 0
        ? OptionalLong.of(number.longValueExact())
        : OptionalLong.empty();
  }
}
