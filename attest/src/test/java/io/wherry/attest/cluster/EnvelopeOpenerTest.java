// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.EPOCH;
import static io.wherry.attest.cluster.Committee.TTL;
import static io.wherry.attest.cluster.Committee.id;
import static io.wherry.attest.cluster.Committee.identity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeOpenerTest {
  private static final Bytes BODY = Bytes.fromHex("c0ffee");
  private static final Recipient TO_TWO = new Recipient.One(new MemberId(2));

  /// Where the fields of the encoding stand.
  private static final int EPOCH_AT = 33;

  private static final int KIND_AT = 37;
  private static final int FROM_AT = 38;
  private static final int TO_AT = 40;
  private static final int BOOT_AT = 42;
  private static final int SEQ_AT = 50;
  private static final int NOT_AFTER_AT = 58;
  private static final int SIZE_AT = 66;

  private final Committee committee = Committee.of(3);
  private final EnvelopeSealer one = committee.sealer(1, 5);
  private final EnvelopeOpener two = committee.opener(2);

  private byte[] sealed() {
    return one.seal(TO_TWO, BODY, TTL).toArray();
  }

  private static Opened.Dropped dropped(DropReason reason) {
    return new Opened.Dropped(reason);
  }

  private static byte[] changed(byte[] sealed, java.util.function.Consumer<ByteBuffer> change) {
    var copy = sealed.clone();
    change.accept(ByteBuffer.wrap(copy));
    return copy;
  }

  /// Signs whatever the bytes before the signature now are.
  private static byte[] resigned(Identity by, byte[] sealed) {
    var copy = sealed.clone();
    by.sign(Envelope.TAG, copy, copy.length - Envelope.SIGNATURE_BYTES);
    return copy;
  }

  /// The expected bytes were put together, and signed by OpenSSL, apart from this code.
  @Test
  void encodingIsPinned() {
    assertThat(Bytes.of(sealed()))
        .hasToString(
            "0x0104a78096aafc96e3dae5b7073751e5f26317c4f532078a342e8b1dc8c6660683"
                + "000000070100010002000000000000000500000000000000010000019b76db1d3000000003"
                + "c0ffee3e991990acd2133b0db87111a5703473569994709fd137f1ba769871bd"
                + "0989b84c3040b038961fd07bf349d3277f8162e022bd68ed249ef5ab5a0efc9fde3b05");
  }

  @Test
  void opensWhatWasSealedForItOnce() {
    var sealed = sealed();
    assertThat(two.open(sealed)).isEqualTo(new Opened.Accepted(id(1), 5, BODY));
    assertThat(two.open(sealed)).isEqualTo(dropped(DropReason.REPLAYED));
    assertThat(two.dropped()).containsEntry(DropReason.REPLAYED, 1L);
  }

  @Test
  void everyMemberOpensABroadcastOnce() {
    var sealed = one.seal(new Recipient.Everyone(), BODY, TTL).toArray();
    var three = committee.opener(3);
    for (var opener : List.of(two, three)) {
      assertThat(opener.open(sealed)).isEqualTo(new Opened.Accepted(id(1), 5, BODY));
      assertThat(opener.open(sealed)).isEqualTo(dropped(DropReason.REPLAYED));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, 65_536})
  void carriesBodiesOfManySizes(int size) {
    var body = new byte[size];
    new Random(size).nextBytes(body);
    assertThat(two.open(one.seal(TO_TWO, Bytes.of(body), TTL).toArray()))
        .isEqualTo(new Opened.Accepted(id(1), 5, Bytes.of(body)));
  }

  @Test
  void largestBodyPassesAndOneByteMoreIsRefusedOnBothSides() {
    int max = EnvelopeLimits.DEFAULT.bodyBytesMax();
    var sealed = one.seal(TO_TWO, Bytes.of(new byte[max]), TTL).toArray();
    assertThat(sealed).hasSize(EnvelopeLimits.DEFAULT.envelopeBytesMax());
    assertThat(two.open(sealed)).isInstanceOf(Opened.Accepted.class);

    assertThatThrownBy(() -> one.seal(TO_TWO, Bytes.of(new byte[max + 1]), TTL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most " + max);
    assertThat(two.open(Arrays.copyOf(sealed, sealed.length + 1)))
        .isEqualTo(dropped(DropReason.TOO_LARGE));
  }

  @Test
  void everyFlippedBitIsFoundAndLeavesNoTrace() {
    var sealed = sealed();
    for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
      var flipped = sealed.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThat(two.open(flipped)).as("bit %d", bit).isInstanceOf(Opened.Dropped.class);
    }
    assertThat(two.marks()).isEmpty();
    assertThat(two.open(sealed)).isInstanceOf(Opened.Accepted.class);
  }

  @Test
  void everyTruncationAndExtensionIsFound() {
    var sealed = sealed();
    for (int size = 0; size < sealed.length; size++) {
      assertThat(two.open(Arrays.copyOf(sealed, size)))
          .as("%d bytes", size)
          .isEqualTo(dropped(DropReason.MALFORMED));
    }
    for (int more = 1; more <= 200; more++) {
      assertThat(two.open(Arrays.copyOf(sealed, sealed.length + more)))
          .as("%d bytes more", more)
          .isEqualTo(dropped(DropReason.MALFORMED));
    }
    var shifted = new byte[sealed.length + 1];
    System.arraycopy(sealed, 0, shifted, 1, sealed.length);
    assertThat(two.open(shifted)).isInstanceOf(Opened.Dropped.class);
    assertThat(two.open(sealed)).isInstanceOf(Opened.Accepted.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noiseIsDropped(long seed) {
    var random = new Random(seed);
    var sealed = sealed();
    for (int i = 0; i < 5_000; i++) {
      byte[] noise;
      if (random.nextBoolean()) {
        noise = new byte[random.nextInt(400)];
        random.nextBytes(noise);
        if (noise.length > 0 && random.nextBoolean()) {
          noise[0] = Envelope.VERSION;
        }
      } else {
        // something close to an envelope
        noise = sealed.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
          int at = random.nextInt(noise.length);
          noise[at] = (byte) (noise[at] + 1 + random.nextInt(255));
        }
        if (Arrays.equals(noise, sealed)) {
          continue;
        }
      }
      assertThat(two.open(noise)).isInstanceOf(Opened.Dropped.class);
    }
    assertThat(two.open(sealed)).isInstanceOf(Opened.Accepted.class);
  }

  @ParameterizedTest
  @EnumSource(DropReason.class)
  void everyReasonIsGivenAndCounted(DropReason reason) {
    byte[] bad =
        switch (reason) {
          case TOO_LARGE -> new byte[EnvelopeLimits.DEFAULT.envelopeBytesMax() + 1];
          case MALFORMED -> new byte[0];
          case UNKNOWN_VERSION -> changed(sealed(), in -> in.put(0, (byte) 2));
          case FOREIGN_ROSTER -> Committee.of(4).sealer(1, 5).seal(TO_TWO, BODY, TTL).toArray();
          case FOREIGN_EPOCH ->
              new EnvelopeSealer(
                      identity(1),
                      committee.roster,
                      new KeyEpoch(EPOCH.number() + 1),
                      5,
                      EnvelopeLimits.DEFAULT,
                      committee.clock)
                  .seal(TO_TWO, BODY, TTL)
                  .toArray();
          case UNKNOWN_MEMBER ->
              resigned(identity(4), changed(sealed(), in -> in.putShort(FROM_AT, (short) 4)));
          case OWN -> committee.sealer(2, 5).seal(TO_TWO, BODY, TTL).toArray();
          case WRONG_RECIPIENT -> one.seal(new Recipient.One(id(3)), BODY, TTL).toArray();
          case EXPIRED -> {
            var late = sealed();
            committee.advance(
                TTL.plus(EnvelopeLimits.DEFAULT.clockSkewMax()).plus(Duration.ofMillis(1)));
            yield late;
          }
          case TOO_LONG_LIVED -> {
            var longLived =
                Committee.START
                    .plus(EnvelopeLimits.DEFAULT.ttlMax())
                    .plus(EnvelopeLimits.DEFAULT.clockSkewMax())
                    .plusMillis(1)
                    .toEpochMilli();
            yield resigned(
                identity(1), changed(sealed(), in -> in.putLong(NOT_AFTER_AT, longLived)));
          }
          case OLD_BOOT -> {
            assertThat(two.open(sealed())).isInstanceOf(Opened.Accepted.class);
            yield committee.sealer(1, 4).seal(TO_TWO, BODY, TTL).toArray();
          }
          case REPLAYED -> {
            var repeated = sealed();
            assertThat(two.open(repeated)).isInstanceOf(Opened.Accepted.class);
            yield repeated;
          }
          case BAD_SIGNATURE -> resigned(identity(3), sealed());
        };
    assertThat(two.open(bad)).isEqualTo(dropped(reason));
    for (var counted : DropReason.values()) {
      assertThat(two.dropped()).containsEntry(counted, counted == reason ? 1L : 0L);
    }
  }

  @Test
  void signedNonsenseIsMalformedAllTheSame() {
    var sealed = sealed();
    List<byte[]> nonsense =
        List.of(
            changed(sealed, in -> in.putInt(EPOCH_AT, 0)),
            changed(sealed, in -> in.put(KIND_AT, (byte) 0)),
            changed(sealed, in -> in.put(KIND_AT, (byte) 3)),
            // for everyone, and for one
            changed(sealed, in -> in.put(KIND_AT, (byte) 2)),
            // for one, but for whom
            changed(sealed, in -> in.putShort(TO_AT, (short) 0)),
            changed(sealed, in -> in.putShort(FROM_AT, (short) 0)),
            changed(sealed, in -> in.putLong(BOOT_AT, 0)),
            changed(sealed, in -> in.putLong(BOOT_AT, -1)),
            changed(sealed, in -> in.putLong(SEQ_AT, 0)),
            changed(sealed, in -> in.putLong(SEQ_AT, -1)),
            changed(sealed, in -> in.putLong(NOT_AFTER_AT, -1)),
            changed(sealed, in -> in.putInt(SIZE_AT, 2)),
            changed(sealed, in -> in.putInt(SIZE_AT, -1)),
            changed(sealed, in -> in.putInt(SIZE_AT, Integer.MAX_VALUE)));
    for (int i = 0; i < nonsense.size(); i++) {
      assertThat(two.open(resigned(identity(1), nonsense.get(i))))
          .as("case %d", i)
          .isEqualTo(dropped(DropReason.MALFORMED));
    }
  }

  @Test
  void signatureOfAnotherProtocolDoesNotPass() {
    var sealed = sealed();
    var other = sealed.clone();
    identity(1).sign(new byte[0], other, other.length - Envelope.SIGNATURE_BYTES);
    assertThat(two.open(other)).isEqualTo(dropped(DropReason.BAD_SIGNATURE));
  }

  @Test
  void acceptsUntilTheLastMillisecondOfTheSkew() {
    var first = sealed();
    var second = sealed();
    committee.advance(TTL.plus(EnvelopeLimits.DEFAULT.clockSkewMax()));
    assertThat(two.open(first)).isInstanceOf(Opened.Accepted.class);
    committee.advance(Duration.ofMillis(1));
    assertThat(two.open(second)).isEqualTo(dropped(DropReason.EXPIRED));
  }

  @Test
  void reorderedEnvelopesOfTheWindowAreAcceptedOnceEach() {
    var sealed = new byte[ReplayWindow.WIDTH + 1][];
    for (int i = 0; i < sealed.length; i++) {
      sealed[i] = sealed();
    }
    assertThat(two.open(sealed[ReplayWindow.WIDTH])).isInstanceOf(Opened.Accepted.class);
    for (int i = ReplayWindow.WIDTH - 1; i >= 1; i--) {
      assertThat(two.open(sealed[i])).as("envelope %d", i).isInstanceOf(Opened.Accepted.class);
      assertThat(two.open(sealed[i])).isEqualTo(dropped(DropReason.REPLAYED));
    }
    assertThat(two.open(sealed[0])).isEqualTo(dropped(DropReason.REPLAYED));
  }

  @Test
  void higherBootEpochStartsAfreshAndALowerOneNeverReturns() {
    var before = sealed();
    assertThat(two.open(sealed())).isInstanceOf(Opened.Accepted.class);
    var restarted = committee.sealer(1, 6);
    var afterwards = restarted.seal(TO_TWO, BODY, TTL).toArray();
    assertThat(two.open(afterwards)).isEqualTo(new Opened.Accepted(id(1), 6, BODY));
    assertThat(two.open(afterwards)).isEqualTo(dropped(DropReason.REPLAYED));
    assertThat(two.open(before)).isEqualTo(dropped(DropReason.OLD_BOOT));
    assertThat(two.open(restarted.seal(TO_TWO, BODY, TTL).toArray()))
        .isInstanceOf(Opened.Accepted.class);
  }

  @Test
  void forgedHigherBootEpochDoesNotLockTheMemberOut() {
    var forged =
        resigned(identity(3), changed(sealed(), in -> in.putLong(BOOT_AT, Long.MAX_VALUE)));
    assertThat(two.open(forged)).isEqualTo(dropped(DropReason.BAD_SIGNATURE));
    assertThat(two.open(sealed())).isInstanceOf(Opened.Accepted.class);
  }

  @Test
  void openerWithStoredMarksRefusesWhatItsFormerLifeSaw() {
    var first = sealed();
    var second = sealed();
    assertThat(two.open(first)).isInstanceOf(Opened.Accepted.class);
    assertThat(two.marks()).isEqualTo(Map.of(id(1), new ReplayMark(5, 1)));

    var forgetful = committee.opener(2);
    assertThat(forgetful.open(first)).isInstanceOf(Opened.Accepted.class);
    var restarted = committee.opener(2, two.marks());
    assertThat(restarted.open(first)).isEqualTo(dropped(DropReason.REPLAYED));
    assertThat(restarted.open(committee.sealer(1, 4).seal(TO_TWO, BODY, TTL).toArray()))
        .isEqualTo(dropped(DropReason.OLD_BOOT));
    assertThat(restarted.heard()).isEmpty();
    assertThat(restarted.open(second)).isInstanceOf(Opened.Accepted.class);
    assertThat(restarted.heard()).isEqualTo(Map.of(id(1), Committee.START));
  }

  @Test
  void ofTwoThreadsOneOpensAnEnvelope() throws Exception {
    var bothInside = new AtomicReference<>(new CountDownLatch(2));
    var opener =
        new EnvelopeOpener(
            committee.roster,
            id(2),
            Set.of(EPOCH),
            EnvelopeLimits.DEFAULT,
            () -> {
              // each asks for the time just before it looks whether the envelope is new
              bothInside.get().countDown();
              try {
                assertThat(bothInside.get().await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
              }
              return Committee.START;
            },
            Map.of());
    try (var pool = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 200; round++) {
        bothInside.set(new CountDownLatch(2));
        var sealed = sealed();
        Callable<Opened> race = () -> opener.open(sealed);
        int accepted = 0;
        for (var opened : pool.invokeAll(List.of(race, race))) {
          accepted += opened.get() instanceof Opened.Accepted ? 1 : 0;
        }
        assertThat(accepted).as("round %d", round).isEqualTo(1);
      }
    }
  }

  @Test
  void openerServesTwoKeyEpochsWhileTheyRotate() {
    var rotating =
        new EnvelopeOpener(
            committee.roster,
            id(2),
            Set.of(EPOCH, new KeyEpoch(8)),
            EnvelopeLimits.DEFAULT,
            committee.clock,
            Map.of());
    assertThat(rotating.open(sealed())).isInstanceOf(Opened.Accepted.class);
  }

  @Test
  void sealerRefusesAnIdentityThatTheRosterDoesNotList() {
    assertThatThrownBy(() -> committee.sealer(4, 1)).hasMessageContaining("not in the roster");
    var impostor = Identity.ofSeed(id(1), identity(9).seed());
    assertThatThrownBy(
            () ->
                new EnvelopeSealer(
                    impostor, committee.roster, EPOCH, 1, EnvelopeLimits.DEFAULT, committee.clock))
        .hasMessageContaining(impostor.publicKey().toString());
    assertThatThrownBy(() -> committee.sealer(1, 0)).hasMessageContaining("boot epoch from 1");
    assertThatThrownBy(() -> committee.opener(4)).hasMessageContaining("not in the roster");
  }

  @Test
  void sealerRefusesTimesToLiveOutOfBounds() {
    for (var ttl : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofMinutes(6))) {
      assertThatThrownBy(() -> one.seal(TO_TWO, BODY, ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("time to live");
    }
  }

  @Test
  void sequenceNumbersAreNeverGivenTwice() throws Exception {
    var seen = new HashSet<Hash32>();
    try (var pool = Executors.newFixedThreadPool(4)) {
      Callable<byte[]> sealing = this::sealed;
      for (var sealed : pool.invokeAll(java.util.Collections.nCopies(200, sealing))) {
        seen.add(
            Hash32.of(Arrays.copyOf(Arrays.copyOfRange(sealed.get(), SEQ_AT, SEQ_AT + 8), 32)));
      }
    }
    assertThat(seen).hasSize(200);
  }
}
