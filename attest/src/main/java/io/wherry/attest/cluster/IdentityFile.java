// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.MemberId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/// The private half of an [Identity] on disk: unencrypted PKCS#8 in PEM, as `openssl genpkey
/// -algorithm ed25519` writes it, readable by its owner alone (0600). The member number is not in
/// it: that is the configuration's.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8410#section-7">RFC 8410, section 7</a>
public final class IdentityFile {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /// PrivateKeyInfo of version 0 and algorithm 1.3.101.112 up to the 32 bytes of the key.
  private static final byte[] DER_PREFIX =
      HexFormat.of().parseHex("302e020100300506032b657004220420");

  private static final int SEED_BYTES = 32;
  private static final int FILE_BYTES_MAX = 1_024;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private IdentityFile() {}

  /// Reads the identity of `member`. Called once at start; a repeat reads again.
  ///
  /// @throws IdentityFileException saying which of the ways it is unusable
  public static Identity read(MemberId member, Path file) throws IdentityFileException {
    var content = content(file);
    var der = new byte[0];
    var seed = new byte[0];
    try {
      der = der(file, content);
      seed = Arrays.copyOfRange(der, DER_PREFIX.length, der.length);
      return Identity.ofSeed(member, seed);
    } finally {
      wipe(content, der, seed);
    }
  }

  /// Writes a new file: temporary file, force, rename, force of the directory, so that a crash
  /// leaves all of it or none. Called when a node is set up; a repeat is refused, because
  /// overwriting an identity loses it.
  ///
  /// @throws IdentityFileException when there is a file already, or the file system refuses
  public static void write(Identity identity, Path file) throws IdentityFileException {
    var target = file.toAbsolutePath();
    if (Files.exists(target)) {
      throw new IdentityFileException.Exists(file);
    }
    var seed = identity.seed();
    var pem = pem(seed);
    var temporary = target.resolveSibling(target.getFileName() + ".new");
    try {
      Files.deleteIfExists(temporary);
      try (var channel =
          FileChannel.open(
              temporary,
              EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
        var rest = ByteBuffer.wrap(pem);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      try (var directory = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException refused) {
      throw new IdentityFileException.Unusable(file, refused);
    } finally {
      wipe(seed, pem);
    }
  }

  private static byte[] content(Path file) throws IdentityFileException {
    try {
      var permissions = Files.getPosixFilePermissions(file);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw new IdentityFileException.Exposed(file, PosixFilePermissions.toString(permissions));
      }
      try (var in = Files.newInputStream(file)) {
        var content = in.readNBytes(FILE_BYTES_MAX + 1);
        if (content.length > FILE_BYTES_MAX) {
          throw new IdentityFileException.Malformed(
              file, "more than %d bytes".formatted(FILE_BYTES_MAX));
        }
        return content;
      }
    } catch (NoSuchFileException absent) {
      throw new IdentityFileException.Missing(file);
    } catch (IOException refused) {
      throw new IdentityFileException.Unusable(file, refused);
    }
  }

  private static byte[] der(Path file, byte[] content) throws IdentityFileException {
    var text = new String(content, StandardCharsets.US_ASCII).strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw new IdentityFileException.Malformed(file, "no such block");
    }
    var inner = text.substring(BEGIN.length(), text.length() - END.length()).strip();
    byte[] der;
    try {
      der = Base64.getDecoder().decode(inner.getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException notBase64) {
      // the cause would quote key material
      throw new IdentityFileException.Malformed(file, "a block that is not Base64");
    }
    if (der.length != DER_PREFIX.length + SEED_BYTES
        || !Arrays.equals(der, 0, DER_PREFIX.length, DER_PREFIX, 0, DER_PREFIX.length)) {
      wipe(der);
      throw new IdentityFileException.Malformed(file, "another kind of key");
    }
    return der;
  }

  private static byte[] pem(byte[] seed) {
    var der = Arrays.copyOf(DER_PREFIX, DER_PREFIX.length + SEED_BYTES);
    System.arraycopy(seed, 0, der, DER_PREFIX.length, SEED_BYTES);
    var out = new ByteArrayOutputStream();
    out.writeBytes((BEGIN + "\n").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(Base64.getEncoder().encode(der));
    out.writeBytes(("\n" + END + "\n").getBytes(StandardCharsets.US_ASCII));
    wipe(der);
    return out.toByteArray();
  }

  private static void wipe(byte[]... secrets) {
    for (var secret : secrets) {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
