// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a member signs and sends. One envelope has one encoding; all numbers are big-endian:
///
/// | bytes | field |
/// |---|---|
/// | 1 | version, 1 |
/// | 32 | roster hash |
/// | 4 | key epoch, unsigned |
/// | 1 | kind: 1 for one member, 2 for everyone |
/// | 2 | from, unsigned |
/// | 2 | to, unsigned; 0 for everyone |
/// | 8 | boot epoch |
/// | 8 | sequence number |
/// | 8 | not after, milliseconds since 1970 |
/// | 4 | size of the body |
/// | … | body |
/// | 64 | Ed25519 signature over a domain tag and all bytes before it |
///
/// @param rosterHash the roster it belongs to
/// @param keyEpoch the key epoch it belongs to
/// @param from its writer
/// @param to its recipient
/// @param bootEpoch which life of the writer's process, from 1
/// @param seq counts the writer's envelopes within its boot epoch, from 1
/// @param notAfterMillis when it ends, in milliseconds since 1970, from 0
/// @param body what it carries
record Envelope(
    Hash32 rosterHash,
    KeyEpoch keyEpoch,
    MemberId from,
    Recipient to,
    long bootEpoch,
    long seq,
    long notAfterMillis,
    Bytes body) {
  /// The version written and read.
  static final int VERSION = 1;

  /// What the signature is over, before the envelope's bytes.
  static final byte[] TAG = "wherry.envelope.v1\0".getBytes(StandardCharsets.US_ASCII);

  private static final int FROM_AT = 1 + 32 + 4 + 1;

  static final int SIGNATURE_BYTES = 64;
  static final int HEADER_BYTES = 1 + 32 + 4 + 1 + 2 + 2 + 8 + 8 + 8 + 4;

  /// What an envelope adds to its body.
  static final int OVERHEAD_BYTES = HEADER_BYTES + SIGNATURE_BYTES;

  private static final byte KIND_ONE = 1;
  private static final byte KIND_EVERYONE = 2;

  Envelope {
    if (bootEpoch < 1 || seq < 1 || notAfterMillis < 0) {
      throw new IllegalArgumentException(
          "expected bootEpoch and seq from 1 and notAfterMillis from 0, got %d, %d and %d"
              .formatted(bootEpoch, seq, notAfterMillis));
    }
  }

  /// The encoding, with 64 zero bytes where the signature belongs.
  byte[] encodeUnsigned() {
    var out = ByteBuffer.allocate(OVERHEAD_BYTES + body.size());
    out.put((byte) VERSION).put(rosterHash.toArray()).putInt((int) keyEpoch.number());
    switch (to) {
      case Recipient.One(var member) ->
          out.put(KIND_ONE).putShort((short) from.number()).putShort((short) member.number());
      case Recipient.Everyone() ->
          out.put(KIND_EVERYONE).putShort((short) from.number()).putShort((short) 0);
    }
    out.putLong(bootEpoch).putLong(seq).putLong(notAfterMillis);
    out.putInt(body.size()).put(body.toArray());
    return out.array();
  }

  /// Reads a sealed envelope of the known version, whose signature the caller checks. Empty when
  /// the bytes are not the canonical encoding of any envelope.
  static Optional<Envelope> decode(byte[] sealed) {
    if (sealed.length < OVERHEAD_BYTES || sealed[0] != VERSION) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(sealed, 1, sealed.length - 1 - SIGNATURE_BYTES);
    var rosterHash = Hash32.of(take(in, 32));
    long keyEpoch = Integer.toUnsignedLong(in.getInt());
    byte kind = in.get();
    int from = Short.toUnsignedInt(in.getShort());
    int to = Short.toUnsignedInt(in.getShort());
    long bootEpoch = in.getLong();
    long seq = in.getLong();
    long notAfterMillis = in.getLong();
    int bodyBytes = in.getInt();
    boolean addressed =
        switch (kind) {
          case KIND_ONE -> to != 0;
          case KIND_EVERYONE -> to == 0;
          default -> false;
        };
    if (!addressed
        || bodyBytes != in.remaining()
        || keyEpoch < 1
        || from < 1
        || bootEpoch < 1
        || seq < 1
        || notAfterMillis < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Envelope(
            rosterHash,
            new KeyEpoch(keyEpoch),
            new MemberId(from),
            to == 0 ? new Recipient.Everyone() : new Recipient.One(new MemberId(to)),
            bootEpoch,
            seq,
            notAfterMillis,
            Bytes.of(take(in, bodyBytes))));
  }

  /// The sender that some bytes name, for sorting them before they are judged; proves nothing.
  static Optional<MemberId> claimedSender(byte[] sealed) {
    if (sealed.length < OVERHEAD_BYTES || sealed[0] != VERSION) {
      return Optional.empty();
    }
    int from = Short.toUnsignedInt(ByteBuffer.wrap(sealed).getShort(FROM_AT));
    return from == 0 ? Optional.empty() : Optional.of(new MemberId(from));
  }

  private static byte[] take(ByteBuffer in, int size) {
    var taken = new byte[size];
    in.get(taken);
    return taken;
  }
}
