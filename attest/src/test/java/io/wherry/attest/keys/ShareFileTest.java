// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.attest.frost.Backends;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.Secret;
import io.wherry.attest.frost.SecretShare;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.ShareFile.Caution;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class ShareFileTest {
  private static final Curve CURVE = Backends.nativeCurve();
  private static final MemberId SECOND = new MemberId(2);
  private static final Kdf QUICK = new Kdf(1, 64, 1, Bytes.of(new byte[Kdf.SALT_BYTES]));

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = folder.resolve("share.key");
  }

  @Test
  void readsWhatItWrote() throws IOException {
    var share = dealt();
    ShareFile.write(file, share, password(), new SplittableRandom(41)); // the real parameters
    var loaded = ShareFile.read(file, SECOND, password(), CURVE);
    assertThat(loaded.share().epoch()).isEqualTo(new KeyEpoch(7));
    assertThat(loaded.share().group()).isEqualTo(share.group());
    assertThat(loaded.share().member()).isEqualTo(SECOND);
    assertThat(loaded.share().secret().secret().export())
        .isEqualTo(share.secret().secret().export());
    assertThat(loaded.cautions()).containsExactly(Caution.TRUSTED_DEALER);
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void saysInTheOpenThatDealerMadeIt() throws IOException {
    written();
    var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    assertThat(text).contains("trusted-dealer: unfit for production").contains("secp256k1-evm");
    var secret = dealt().secret().secret().export();
    assertThat(text).doesNotContain(new String(secret, StandardCharsets.ISO_8859_1));
  }

  @Test
  void tellsEachKindOfFailureApart() throws IOException {
    var whole = written();
    assertThatThrownBy(() -> ShareFile.read(file, SECOND, "wrong".toCharArray(), CURVE))
        .isInstanceOf(ShareFileException.WrongPassword.class);
    assertThatThrownBy(() -> ShareFile.read(file, new MemberId(3), password(), CURVE))
        .isInstanceOf(ShareFileException.WrongMember.class)
        .hasMessageContaining("member-2, expected member-3");
    var another = whole.clone();
    another[9] = 2;
    assertDamagedAs(another, ShareFileException.UnknownVersion.class, "version 2, expected 1");
    assertDamagedAs(new byte[0], ShareFileException.Damaged.class, "cut off");
    assertDamagedAs(
        "not a share at all".getBytes(StandardCharsets.UTF_8),
        ShareFileException.Damaged.class,
        "WHERRYKS");
    assertDamagedAs(new byte[100_000], ShareFileException.Damaged.class, "longer");
  }

  @Test
  void noticesEveryFlippedBitAndEveryLength() throws IOException {
    var whole = written();
    for (int at = 10; at < whole.length; at++) {
      var flipped = whole.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      assertDamagedAs(flipped, ShareFileException.Damaged.class, "");
    }
    for (int length = 0; length < whole.length; length++) {
      assertDamagedAs(Arrays.copyOf(whole, length), ShareFileException.Damaged.class, "");
    }
    assertDamagedAs(Arrays.copyOf(whole, whole.length + 1), ShareFileException.Damaged.class, "");
  }

  @Test
  void headerCannotBeChangedEvenWithItsChecksum() throws IOException {
    var whole = written();
    int epochAt = 10 + 1 + Suite.EVM.id().length() + 3;
    assertThat(whole[epochAt]).isEqualTo((byte) 7);
    whole[epochAt] = 8;
    assertDamagedAs(sealed(whole), ShareFileException.WrongPassword.class, "");
  }

  @Test
  void boundsTheParametersOfForeignFile() throws IOException {
    var whole = written();
    int kdfAt = whole.length - 32 - 48 - 12 - 16 - 12;
    whole[kdfAt + 4] = 0x7f; // memory
    assertDamagedAs(sealed(whole), ShareFileException.Damaged.class, "memory in KiB");
  }

  @Test
  void refusesSecretThatIsNotTheMembers() throws IOException {
    var share = dealt();
    var foreign = new SecretShare(SECOND, Secret.random(new SplittableRandom(44)));
    ShareFile.write(
        file,
        new KeyShare(share.epoch(), share.group(), foreign, share.origin()),
        password(),
        new SplittableRandom(45),
        QUICK);
    assertThatThrownBy(() -> ShareFile.read(file, SECOND, password(), CURVE))
        .isInstanceOf(ShareFileException.Damaged.class)
        .hasMessageContaining("does not match its public share");
  }

  @Test
  void refusesGroupKeyThatIsNotTheMembers() throws IOException {
    var share = dealt();
    var group = share.group();
    var lowered = new GroupKey(group.suite(), 1, group.key(), group.publicShares());
    ShareFile.write(
        file,
        new KeyShare(share.epoch(), lowered, share.secret(), Origin.DISTRIBUTED),
        password(),
        new SplittableRandom(46),
        QUICK);
    assertThatThrownBy(() -> ShareFile.read(file, SECOND, password(), CURVE))
        .isInstanceOf(ShareFileException.Damaged.class)
        .hasMessageContaining("do not make the group key");
  }

  @Test
  void neverOverwrites() throws IOException {
    var whole = written();
    assertThatThrownBy(
            () -> ShareFile.write(file, dealt(), password(), new SplittableRandom(47), QUICK))
        .isInstanceOf(ShareFileException.AlreadyExists.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  @Test
  void warnsOfFileThatOthersCanRead() throws IOException {
    written();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(ShareFile.read(file, SECOND, password(), CURVE).cautions())
        .containsExactlyInAnyOrder(Caution.TRUSTED_DEALER, Caution.READABLE_BY_OTHERS);
  }

  @Test
  void showsNoSecretAsText() {
    var share = dealt();
    var hex = Bytes.of(share.secret().secret().export()).toHex().substring(2);
    assertThat(share.toString()).contains("member-2", "hidden").doesNotContain(hex);
  }

  private byte[] written() throws IOException {
    ShareFile.write(file, dealt(), password(), new SplittableRandom(42), QUICK);
    return Files.readAllBytes(file);
  }

  private void assertDamagedAs(
      byte[] content, Class<? extends ShareFileException> kind, String message) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> ShareFile.read(file, SECOND, password(), CURVE))
        .isInstanceOf(kind)
        .hasMessageContaining(message);
  }

  /// The content with a checksum that matches it: what an attacker would write.
  private static byte[] sealed(byte[] content) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, content.length - 32);
      System.arraycopy(digest.digest(), 0, content, content.length - 32, 32);
      return content;
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  private static KeyShare dealt() {
    List<KeyShare> shares =
        TrustedDealer.deal(CURVE, 2, 3, Suite.EVM, new KeyEpoch(7), new SplittableRandom(43));
    return shares.get(1);
  }

  private static char[] password() {
    return "correct horse".toCharArray();
  }
}
