// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Secret;
import io.wherry.attest.frost.SecretShare;
import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The encrypted file of one member's key share: `"WHERRYKS" | format version u16 | header | nonce
/// 12 | AES-256-GCM(secret) 48 | SHA-256 of all before 32`. The key comes from the password by
/// Argon2id; everything before the nonce is associated data. The hash at the end tells a damaged
/// file from a wrong password; it protects nothing, the cipher does.
public final class ShareFile {
  /// The format that this version writes and reads.
  public static final int FORMAT_VERSION = 1;

  private static final byte[] MAGIC = "WHERRYKS".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int SEALED_BYTES = Secret.BYTES + TAG_BITS / 8;
  private static final int CHECKSUM_BYTES = 32;
  private static final int FILE_BYTES_MAX = ShareHeader.BYTES_MAX + 256;

  private ShareFile() {}

  /// A share that was read, and what the operator should be told about it.
  ///
  /// @param share the share; the caller closes it
  /// @param cautions what to log as warnings; empty where nothing is wrong
  public record Loaded(KeyShare share, Set<Caution> cautions) {
    public Loaded {
      cautions = Set.copyOf(cautions);
    }
  }

  /// What is wrong with a share that can be used all the same.
  public enum Caution {
    /// A trusted dealer made the key: unfit for production.
    TRUSTED_DEALER,
    /// The file's mode lets others than its owner read it.
    READABLE_BY_OTHERS
  }

  /// Writes a new file with mode 0600: first beside its place, forced to the disk, then moved into
  /// it, and the folder forced. After a crash there is the whole file or none.
  ///
  /// @param password not empty; the caller overwrites it
  /// @param random a `SecureRandom`
  /// @throws ShareFileException.AlreadyExists where there is a file; nothing is changed then
  /// @throws IOException where the disk fails
  public static void write(Path file, KeyShare share, char[] password, RandomGenerator random)
      throws IOException {
    write(file, share, password, random, Kdf.standard(random(random, Kdf.SALT_BYTES)));
  }

  static void write(Path file, KeyShare share, char[] password, RandomGenerator random, Kdf kdf)
      throws IOException {
    if (password.length == 0) {
      throw new IllegalArgumentException("expected a password that is not empty");
    }
    if (Files.exists(file)) {
      throw new ShareFileException.AlreadyExists(file);
    }
    var header = new ShareHeader(share.epoch(), share.member(), share.group(), share.origin(), kdf);
    var version = Bytes.of((byte) 0, (byte) FORMAT_VERSION);
    var open = Bytes.concat(Bytes.of(MAGIC), version, header.encoded());
    var nonce = random(random, NONCE_BYTES);
    var body = Bytes.concat(open, nonce, seal(share, kdf, password, nonce, open));
    store(file, Bytes.concat(body, checksum(body)));
  }

  /// Reads and opens the file of `expected`, and checks that the share belongs to the group key.
  ///
  /// @param password the caller overwrites it
  /// @throws ShareFileException by kind, where the file cannot be used
  /// @throws IOException where it cannot be read
  public static Loaded read(Path file, MemberId expected, char[] password, Curve curve)
      throws IOException {
    var content = load(file);
    var in = ByteBuffer.wrap(content.toArray());
    try {
      var header = readHeader(file, content, in, curve);
      if (!header.member().equals(expected)) {
        throw new ShareFileException.WrongMember(file, header.member(), expected);
      }
      var open = content.slice(0, in.position());
      if (in.remaining() != NONCE_BYTES + SEALED_BYTES + CHECKSUM_BYTES) {
        throw new ShareFileException.Damaged(file, "it has another length than its header says");
      }
      int nonceAt = in.position();
      var nonce = content.slice(nonceAt, nonceAt + NONCE_BYTES);
      var sealed = content.slice(nonceAt + NONCE_BYTES, content.size() - CHECKSUM_BYTES);
      var share = unseal(file, header, password, nonce, open, sealed);
      return new Loaded(checked(file, share, curve), cautions(file, share));
    } catch (BufferUnderflowException cutOff) {
      throw new ShareFileException.Damaged(file, "it is cut off");
    } catch (IllegalArgumentException malformed) {
      throw new ShareFileException.Damaged(file, String.valueOf(malformed.getMessage()));
    }
  }

  private static ShareHeader readHeader(Path file, Bytes content, ByteBuffer in, Curve curve)
      throws ShareFileException {
    var magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new ShareFileException.Damaged(file, "it does not start with WHERRYKS");
    }
    int version = Short.toUnsignedInt(in.getShort());
    if (version != FORMAT_VERSION) {
      throw new ShareFileException.UnknownVersion(file, version);
    }
    if (content.size() < in.position() + CHECKSUM_BYTES) {
      throw new ShareFileException.Damaged(file, "it is cut off");
    }
    int checksumAt = content.size() - CHECKSUM_BYTES;
    if (!checksum(content.slice(0, checksumAt)).equals(content.slice(checksumAt, content.size()))) {
      throw new ShareFileException.Damaged(file, "its checksum does not match");
    }
    return ShareHeader.decode(in, curve);
  }

  private static KeyShare checked(Path file, KeyShare share, Curve curve)
      throws ShareFileException {
    var published = curve.publish(share.secret().secret());
    if (!published.equals(share.group().publicShare(share.member()))) {
      share.close();
      throw new ShareFileException.Damaged(file, "the secret does not match its public share");
    }
    if (!share.group().isConsistent(curve)) {
      share.close();
      throw new ShareFileException.Damaged(file, "the public shares do not make the group key");
    }
    return share;
  }

  private static Set<Caution> cautions(Path file, KeyShare share) throws IOException {
    var cautions = EnumSet.noneOf(Caution.class);
    if (share.origin() == Origin.TRUSTED_DEALER) {
      cautions.add(Caution.TRUSTED_DEALER);
    }
    var owner = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    if (!owner.containsAll(Files.getPosixFilePermissions(file))) {
      cautions.add(Caution.READABLE_BY_OTHERS);
    }
    return cautions;
  }

  private static Bytes seal(KeyShare share, Kdf kdf, char[] password, Bytes nonce, Bytes open) {
    var key = kdf.derive(password);
    var secret = share.secret().secret().export();
    try {
      var cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, open);
      return Bytes.of(cipher.doFinal(secret));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-256-GCM does not encrypt", impossible);
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static KeyShare unseal(
      Path file, ShareHeader header, char[] password, Bytes nonce, Bytes open, Bytes sealed)
      throws ShareFileException {
    var key = header.kdf().derive(password);
    byte[] secret = {};
    try {
      secret = cipher(Cipher.DECRYPT_MODE, key, nonce, open).doFinal(sealed.toArray());
      var share = new SecretShare(header.member(), Secret.copyOf(secret));
      return new KeyShare(header.epoch(), header.group(), share, header.origin());
    } catch (AEADBadTagException wrongKey) {
      throw new ShareFileException.WrongPassword(file);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-256-GCM does not decrypt", impossible);
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static Cipher cipher(int mode, byte[] key, Bytes nonce, Bytes open)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce.toArray()));
    cipher.updateAAD(open.toArray());
    return cipher;
  }

  private static void store(Path file, Bytes content) throws IOException {
    var place = file.toAbsolutePath();
    var beside = place.resolveSibling(place.getFileName() + ".new");
    Files.deleteIfExists(beside); // what a crash has left
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (var channel = FileChannel.open(beside, options, owner)) {
      var buffer = ByteBuffer.wrap(content.toArray());
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
    var folder = place.getParent();
    if (folder != null) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static Bytes load(Path file) throws IOException {
    try (var stream = Files.newInputStream(file)) {
      var content = stream.readNBytes(FILE_BYTES_MAX + 1);
      if (content.length > FILE_BYTES_MAX) {
        throw new ShareFileException.Damaged(file, "it is longer than any share file");
      }
      return Bytes.of(content);
    }
  }

  private static Bytes checksum(Bytes content) {
    try {
      return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content.toArray()));
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  private static Bytes random(RandomGenerator random, int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }
}
