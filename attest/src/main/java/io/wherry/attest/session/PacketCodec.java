// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.session.Packet.Attested;
import io.wherry.attest.session.Packet.Commitments;
import io.wherry.attest.session.Packet.CommitmentsWanted;
import io.wherry.attest.session.Packet.Declined;
import io.wherry.attest.session.Packet.Offer;
import io.wherry.attest.session.Packet.Share;
import io.wherry.attest.session.Packet.SignRequest;
import io.wherry.attest.session.Packet.Signer;
import io.wherry.attest.session.PacketFormatException.Kind;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Packets as bytes: `version u8 = 1 | type u8 | fields`, big-endian, every list with its count
/// before it, points in 33 and scalars in 32 bytes. A packet has one encoding.
public final class PacketCodec {
  /// The format that is written and read.
  public static final int VERSION = 1;

  /// The longest packet: a request for a full batch by a full committee fits.
  public static final int PACKET_BYTES_MAX = 64 * 1024;

  private static final int COMMITMENTS_WANTED = 1;
  private static final int COMMITMENTS = 2;
  private static final int SIGN_REQUEST = 3;
  private static final int SHARE = 4;
  private static final int DECLINED = 5;
  private static final int ATTESTED = 6;
  private static final int ADDRESS_BYTES_MAX = 1024;
  private static final int TEXT_BYTES_MAX = Declined.REASON_CHARS_MAX;
  private static final int SIGNATURE_BYTES_MAX = 128;

  private final Curve curve;

  /// @param curve checks the points
  public PacketCodec(Curve curve) {
    this.curve = curve;
  }

  /// The bytes of `packet`, at most [#PACKET_BYTES_MAX].
  public Bytes encode(Packet packet) {
    var out = ByteBuffer.allocate(PACKET_BYTES_MAX).put((byte) VERSION);
    switch (packet) {
      case CommitmentsWanted(long bootEpoch, long firstIndex) ->
          out.put((byte) COMMITMENTS_WANTED).putLong(bootEpoch).putLong(firstIndex);
      case Commitments commitments -> {
        out.put((byte) COMMITMENTS);
        put(out, commitments);
      }
      case SignRequest(var session, var batch, var signers) -> {
        out.put((byte) SIGN_REQUEST).put(session.bytes().toArray());
        put(out, batch);
        out.putShort((short) signers.size());
        signers.forEach(signer -> put(out, signer));
      }
      case Share(var session, var z, var fresh) -> {
        out.put((byte) SHARE).put(session.bytes().toArray()).put(z.encoded().toArray());
        put(out, fresh);
      }
      case Declined(var session, var kind, var reason) -> {
        out.put((byte) DECLINED).put(session.bytes().toArray()).put((byte) code(kind));
        put(out, Bytes.of(reason.getBytes(StandardCharsets.US_ASCII)));
      }
      case Attested(var attestation) -> {
        out.put((byte) ATTESTED);
        put(out, attestation.batch());
        put(out, Bytes.of(attestation.scheme().getBytes(StandardCharsets.US_ASCII)));
        put(out, attestation.signature());
      }
    }
    return Bytes.of(Arrays.copyOf(out.array(), out.position()));
  }

  /// The packet in `encoded`, all of it.
  ///
  /// @throws PacketFormatException saying which field is wrong
  public Packet decode(Bytes encoded) throws PacketFormatException {
    if (encoded.size() > PACKET_BYTES_MAX) {
      throw new PacketFormatException(
          Kind.TOO_LONG,
          "expected at most %d bytes, got %d".formatted(PACKET_BYTES_MAX, encoded.size()));
    }
    var in = ByteBuffer.wrap(encoded.toArray());
    try {
      int version = Byte.toUnsignedInt(in.get());
      if (version != VERSION) {
        throw new PacketFormatException(
            Kind.VERSION, "expected packet version %d, got %d".formatted(VERSION, version));
      }
      var packet = body(Byte.toUnsignedInt(in.get()), in);
      if (in.hasRemaining()) {
        throw new PacketFormatException(
            Kind.TRAILING,
            "expected nothing behind the packet, got %d bytes".formatted(in.remaining()));
      }
      return packet;
    } catch (BufferUnderflowException cutOff) {
      throw new PacketFormatException(
          Kind.CUT_OFF, "a packet of %d bytes is cut off".formatted(encoded.size()));
    } catch (IllegalArgumentException wrong) {
      throw new PacketFormatException(Kind.VALUE, String.valueOf(wrong.getMessage()));
    }
  }

  private Packet body(int type, ByteBuffer in) throws PacketFormatException {
    return switch (type) {
      case COMMITMENTS_WANTED -> new CommitmentsWanted(in.getLong(), in.getLong());
      case COMMITMENTS -> commitments(in);
      case SIGN_REQUEST -> new SignRequest(session(in), batch(in), signers(in));
      case SHARE -> new Share(session(in), Scalar.parse(bytes(in, Scalar.BYTES)), commitments(in));
      case DECLINED -> new Declined(session(in), kind(in), text(in));
      case ATTESTED ->
          new Attested(new Attestation(batch(in), text(in), sized(in, SIGNATURE_BYTES_MAX)));
      default ->
          throw new PacketFormatException(
              Kind.TYPE, "expected a packet type of 1 to 6, got %d".formatted(type));
    };
  }

  private Commitments commitments(ByteBuffer in) {
    long bootEpoch = in.getLong();
    int count = count(in, "commitments", Packet.OFFERS_MAX);
    var offers = new ArrayList<Offer>(count);
    for (int i = 0; i < count; i++) {
      var offer = new Offer(in.getLong(), point(in), point(in));
      if (i > 0 && offer.index() <= offers.get(i - 1).index()) {
        throw new IllegalArgumentException(
            "expected ascending indices, got %d after %d"
                .formatted(offer.index(), offers.get(i - 1).index()));
      }
      offers.add(offer);
    }
    return new Commitments(bootEpoch, offers);
  }

  private List<Signer> signers(ByteBuffer in) {
    int count = count(in, "signers", GroupKey.MEMBERS_MAX);
    var signers = new ArrayList<Signer>(count);
    for (int i = 0; i < count; i++) {
      var member = new MemberId(Short.toUnsignedInt(in.getShort()));
      signers.add(new Signer(member, in.getLong(), in.getLong(), point(in), point(in)));
    }
    return signers;
  }

  private Point point(ByteBuffer in) {
    return curve.decode(bytes(in, Point.BYTES));
  }

  private static Batch batch(ByteBuffer in) {
    var destination = Address.parse(sized(in, ADDRESS_BYTES_MAX));
    var epoch = new KeyEpoch(Integer.toUnsignedLong(in.getInt()));
    int count = count(in, "messages", Batch.MESSAGES_MAX);
    var messages = new ArrayList<MessageId>(count);
    for (int i = 0; i < count; i++) {
      messages.add(new MessageId(new Hash32(bytes(in, 32))));
    }
    return new Batch(destination, epoch, messages);
  }

  private static SessionId session(ByteBuffer in) {
    return new SessionId(bytes(in, SessionId.BYTES));
  }

  private static String text(ByteBuffer in) {
    var content = sized(in, TEXT_BYTES_MAX);
    for (int i = 0; i < content.size(); i++) {
      if (content.at(i) < 0x20 || content.at(i) > 0x7e) {
        throw new IllegalArgumentException("expected printable ASCII, got byte " + content.at(i));
      }
    }
    return new String(content.toArray(), StandardCharsets.US_ASCII);
  }

  private static int code(Declined.Kind kind) {
    return switch (kind) {
      case NOT_YET -> 1;
      case REFUSED -> 2;
      case NONCE_UNKNOWN -> 3;
      case CONFLICT -> 4;
    };
  }

  private static Declined.Kind kind(ByteBuffer in) {
    int code = Byte.toUnsignedInt(in.get());
    return switch (code) {
      case 1 -> Declined.Kind.NOT_YET;
      case 2 -> Declined.Kind.REFUSED;
      case 3 -> Declined.Kind.NONCE_UNKNOWN;
      case 4 -> Declined.Kind.CONFLICT;
      default ->
          throw new IllegalArgumentException("expected a kind of 1 to 4, got %d".formatted(code));
    };
  }

  private static int count(ByteBuffer in, String what, int max) {
    int count = Short.toUnsignedInt(in.getShort());
    if (count > max) {
      throw new IllegalArgumentException(
          "expected at most %d %s, got %d".formatted(max, what, count));
    }
    return count;
  }

  private static Bytes sized(ByteBuffer in, int max) {
    return bytes(in, count(in, "bytes", max));
  }

  private static Bytes bytes(ByteBuffer in, int count) {
    var out = new byte[count];
    in.get(out);
    return Bytes.of(out);
  }

  private static void put(ByteBuffer out, Bytes sized) {
    out.putShort((short) sized.size()).put(sized.toArray());
  }

  private static void put(ByteBuffer out, Commitments commitments) {
    out.putLong(commitments.bootEpoch()).putShort((short) commitments.offers().size());
    for (var offer : commitments.offers()) {
      out.putLong(offer.index());
      put(out, offer.hiding(), offer.binding());
    }
  }

  private static void put(ByteBuffer out, Signer signer) {
    out.putShort((short) signer.member().number());
    out.putLong(signer.bootEpoch()).putLong(signer.index());
    put(out, signer.hiding(), signer.binding());
  }

  private static void put(ByteBuffer out, Point hiding, Point binding) {
    out.put(hiding.encoded().toArray()).put(binding.encoded().toArray());
  }

  private static void put(ByteBuffer out, Batch batch) {
    put(out, batch.destination().encoded());
    out.putInt((int) batch.keyEpoch().number()).putShort((short) batch.messages().size());
    batch.messages().forEach(message -> out.put(message.hash().toArray()));
  }
}
