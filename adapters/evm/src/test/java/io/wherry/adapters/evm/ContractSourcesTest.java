// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The checked-in artifacts come from the sources that stand beside them. Needs no Node.js: what
/// the sources import is held by the lock file, which is compared too.
final class ContractSourcesTest {
  private static final String MANIFEST =
      "adapters/evm/src/main/resources/io/wherry/adapters/evm/contracts/sources.sha256";

  private final Path root = Path.of(System.getProperty("wherry.root", "."));
  private final Path contracts = root.resolve("adapters/evm/contracts");

  @Test
  void artifactsAreBuiltFromTheSourcesThatStandHere() throws IOException, NoSuchAlgorithmException {
    assertThat(built())
        .as("sources changed after the artifacts were built; run: npm run build, in " + contracts)
        .isEqualTo(present());
  }

  /// Own files by the manifest: path to hash.
  private Map<String, String> built() throws IOException {
    var files = new TreeMap<String, String>();
    for (var line : Files.readAllLines(root.resolve(MANIFEST))) {
      assertThat(line).matches("[0-9a-f]{64}  \\S+");
      var path = line.substring(66);
      if (!path.startsWith("node_modules/")) {
        files.put(path, line.substring(0, 64));
      }
    }
    return files;
  }

  private Map<String, String> present() throws IOException, NoSuchAlgorithmException {
    var files = new TreeMap<String, String>();
    try (var sources = Files.walk(contracts.resolve("src"))) {
      for (var source : sources.filter(path -> path.toString().endsWith(".sol")).toList()) {
        add(files, source);
      }
    }
    add(files, contracts.resolve("build.mjs"));
    add(files, contracts.resolve("package-lock.json"));
    return files;
  }

  private void add(Map<String, String> files, Path file)
      throws IOException, NoSuchAlgorithmException {
    var hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    files.put(
        contracts.relativize(file).toString().replace('\\', '/'), HexFormat.of().formatHex(hash));
  }
}
