// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.attest.frost.Backends;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.frost.Secret;
import io.wherry.attest.session.Packet.Declined;
import io.wherry.attest.session.PacketFormatException.Kind;
import io.wherry.format.Keccak;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
class PacketCodecTest {
  private static final Curve CURVE = Backends.nativeCurve();
  private static final PacketCodec CODEC = new PacketCodec(CURVE);
  private static final SplittableRandom RANDOM = new SplittableRandom(81);
  private static final SessionId SESSION = new SessionId(Bytes.of(new byte[16]));

  static Stream<Packet> packets() {
    return Stream.of(
        new Packet.CommitmentsWanted(3, 17),
        new Packet.Commitments(1, List.of()),
        offers(64),
        request(3, 5),
        request(1, 1),
        new Packet.Share(SESSION, Scalar.ONE.negate(), offers(1)),
        new Declined(SESSION, Declined.Kind.NOT_YET, "12 of 20 confirmations"),
        new Declined(SESSION, Declined.Kind.CONFLICT, ""),
        new Packet.Attested(new Attestation(batch(4), "secp256k1-evm", Bytes.of(new byte[52]))));
  }

  @ParameterizedTest
  @MethodSource("packets")
  void readsWhatItWrote(Packet packet) throws PacketFormatException {
    assertThat(CODEC.decode(CODEC.encode(packet))).isEqualTo(packet);
  }

  @ParameterizedTest
  @MethodSource("packets")
  void rejectsEveryCutAndEverythingBehind(Packet packet) {
    var encoded = CODEC.encode(packet);
    for (int length = 0; length < encoded.size(); length++) {
      assertRejected(encoded.slice(0, length), Kind.CUT_OFF);
    }
    assertRejected(Bytes.concat(encoded, Bytes.of((byte) 0)), Kind.TRAILING);
  }

  @ParameterizedTest
  @MethodSource("packets")
  void neverFailsInAnotherWayThanItsOwn(Packet packet) {
    var encoded = CODEC.encode(packet).toArray();
    int rejected = 0;
    for (int i = 0; i < 400; i++) {
      var changed = encoded.clone();
      for (int flips = RANDOM.nextInt(1, 4); flips > 0; flips--) {
        changed[RANDOM.nextInt(changed.length)] = (byte) RANDOM.nextInt();
      }
      try {
        var decoded = CODEC.decode(Bytes.of(changed));
        // one packet, one encoding
        assertThat(CODEC.encode(decoded)).isEqualTo(Bytes.of(changed));
      } catch (PacketFormatException expected) {
        rejected++;
      }
    }
    assertThat(rejected).isPositive();
  }

  @Test
  void largestRequestFits() throws PacketFormatException {
    var largest = request(255, Batch.MESSAGES_MAX);
    var encoded = CODEC.encode(largest);
    assertThat(encoded.size()).isLessThanOrEqualTo(PacketCodec.PACKET_BYTES_MAX);
    assertThat(CODEC.decode(encoded)).isEqualTo(largest);
  }

  @Test
  void rejectsOtherVersionsTypesAndLengths() {
    var encoded = CODEC.encode(new Packet.CommitmentsWanted(0, 0)).toArray();
    var version = encoded.clone();
    version[0] = 2;
    assertRejected(Bytes.of(version), Kind.VERSION);
    var type = encoded.clone();
    type[1] = 9;
    assertRejected(Bytes.of(type), Kind.TYPE);
    var negative = encoded.clone();
    negative[2] = (byte) 0x80;
    assertRejected(Bytes.of(negative), Kind.VALUE);
    assertRejected(Bytes.of(new byte[PacketCodec.PACKET_BYTES_MAX + 1]), Kind.TOO_LONG);
    assertRejected(Bytes.EMPTY, Kind.CUT_OFF);
  }

  @Test
  void rejectsPointsAndScalarsOutOfRange() {
    var share = CODEC.encode(new Packet.Share(SESSION, Scalar.ONE, offers(1))).toArray();
    var scalar = share.clone();
    java.util.Arrays.fill(scalar, 18, 50, (byte) 0xff);
    assertRejected(Bytes.of(scalar), Kind.VALUE);
    var point = share.clone();
    point[50 + 8 + 2 + 8] = 4;
    assertRejected(Bytes.of(point), Kind.VALUE);
  }

  @Test
  void rejectsTooManyAndUnsortedCommitments() {
    var full = CODEC.encode(offers(64)).toArray();
    full[11] = 65;
    assertRejected(Bytes.of(full), Kind.VALUE);
    var two = offers(2);
    var swapped = new Packet.Commitments(1, List.of(two.offers().get(1), two.offers().get(0)));
    assertRejected(CODEC.encode(swapped), Kind.VALUE);
    assertThatThrownBy(() -> new Packet.Commitments(1, many(65)))
        .hasMessageContaining("at most 64");
  }

  @Test
  void makesReasonsShortAndPrintable() {
    var declined =
        new Declined(SESSION, Declined.Kind.REFUSED, "line\nbreak \u001b[31m ✓" + "x".repeat(500));
    assertThat(declined.reason()).startsWith("line?break ?[31m ?x").hasSize(200);
  }

  private static void assertRejected(Bytes encoded, Kind kind) {
    assertThatThrownBy(() -> CODEC.decode(encoded))
        .isInstanceOfSatisfying(
            PacketFormatException.class, found -> assertThat(found.kind()).isEqualTo(kind));
  }

  private static Packet.SignRequest request(int signers, int messages) {
    var list =
        IntStream.rangeClosed(1, signers)
            .mapToObj(i -> new Packet.Signer(new MemberId(i), i, 100 + i, point(), point()))
            .toList();
    return new Packet.SignRequest(SESSION, batch(messages), list);
  }

  private static Packet.Commitments offers(int count) {
    return new Packet.Commitments(9, many(count));
  }

  private static List<Packet.Offer> many(int count) {
    var offers = new ArrayList<Packet.Offer>();
    for (int i = 0; i < count; i++) {
      offers.add(new Packet.Offer(i * 3L, point(), point()));
    }
    return offers;
  }

  private static Point point() {
    return CURVE.publish(Secret.random(RANDOM));
  }

  private static Batch batch(int count) {
    var gateway = Address.eip155(ChainId.eip155(31337), Bytes.of(new byte[20]));
    var messages =
        IntStream.range(0, count).mapToObj(i -> new MessageId(Keccak.hash("m" + i))).toList();
    return new Batch(gateway, new KeyEpoch(0xffff_ffffL), messages);
  }
}
