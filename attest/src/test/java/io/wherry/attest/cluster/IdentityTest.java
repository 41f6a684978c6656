// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.id;
import static io.wherry.attest.cluster.Committee.identity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  /// RFC 8410, section 10.3: a private key and its public key (section 10.1).
  private static final String RFC_8410_PEM =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
      -----END PRIVATE KEY-----
      """;

  private static final String RFC_8410_PUBLIC =
      "ed25519:19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

  @TempDir Path directory;

  private Path file(String content, String permissions) throws IOException {
    var file = directory.resolve("identity.pem");
    Files.writeString(file, content, StandardCharsets.US_ASCII);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void readsTheKeyOfRfc8410() throws Exception {
    var read = IdentityFile.read(id(3), file(RFC_8410_PEM, "rw-------"));
    assertThat(read.publicKey()).hasToString(RFC_8410_PUBLIC);
    assertThat(read.member()).isEqualTo(id(3));
    assertThat(IdentityKey.parse(RFC_8410_PUBLIC)).isEqualTo(read.publicKey());
  }

  @Test
  void writesWhatItReadsForItsOwnerAlone() throws Exception {
    var file = directory.resolve("new.pem");
    var made = Identity.generate(id(1), new SecureRandom());
    IdentityFile.write(made, file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(IdentityFile.read(id(1), file).publicKey()).isEqualTo(made.publicKey());
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void neverOverwritesAnIdentity() throws Exception {
    var file = file(RFC_8410_PEM, "rw-------");
    assertThatThrownBy(() -> IdentityFile.write(identity(1), file))
        .isInstanceOf(IdentityFileException.Exists.class);
    assertThat(Files.readString(file)).isEqualTo(RFC_8410_PEM);
  }

  @Test
  void namesTheMissingFile() {
    assertThatThrownBy(() -> IdentityFile.read(id(1), directory.resolve("none.pem")))
        .isInstanceOf(IdentityFileException.Missing.class)
        .hasMessageContaining("none.pem");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rwx------", "rw--w----"})
  void refusesFilesThatOthersMayUse(String permissions) throws Exception {
    var file = file(RFC_8410_PEM, permissions);
    assertThatThrownBy(() -> IdentityFile.read(id(1), file))
        .isInstanceOf(IdentityFileException.Exposed.class)
        .hasMessageContaining(permissions)
        .hasMessageContaining("chmod 600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
        // one byte short
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVg=\n-----END PRIVATE KEY-----\n",
        // X25519 instead of Ed25519
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"
      })
  void refusesOtherContentWithoutQuotingIt(String content) throws Exception {
    var file = file(content, "rw-------");
    assertThatThrownBy(() -> IdentityFile.read(id(1), file))
        .isInstanceOf(IdentityFileException.Malformed.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("MC4CAQ")
        .hasNoCause();
  }

  @Test
  void refusesFilesOverTheSizeOfAnyKey() throws Exception {
    var file = file(RFC_8410_PEM + " ".repeat(1_024), "rw-------");
    assertThatThrownBy(() -> IdentityFile.read(id(1), file))
        .isInstanceOf(IdentityFileException.Malformed.class)
        .hasMessageContaining("more than 1024 bytes");
  }

  @Test
  void textShowsNoPrivateKey() {
    var identity = identity(1);
    assertThat(identity.toString())
        .isEqualTo("member-1 " + identity.publicKey())
        .doesNotContain(HexFormat.of().formatHex(identity.seed()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
        "ed25519:19BF44096984CDFE8541BAC167DC3B96C85086AA30B6B6CB0C5C38AD703166E1",
        "ed25519:19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166",
        "ed25519:19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1 ",
        // no point of the curve
        "ed25519:0200000000000000000000000000000000000000000000000000000000000000",
        // the neutral element, a point of order 4, a point of order 8
        "ed25519:0100000000000000000000000000000000000000000000000000000000000000",
        "ed25519:0000000000000000000000000000000000000000000000000000000000000000",
        "ed25519:c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // the neutral element, not in canonical form
        "ed25519:eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void refusesTextsThatAreNoUsableKey(String text) {
    assertThatThrownBy(() -> IdentityKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void refusesKeysOfOtherSizes() {
    assertThatThrownBy(() -> IdentityKey.of(Bytes.of(new byte[31])))
        .hasMessageContaining("32 bytes");
  }
}
