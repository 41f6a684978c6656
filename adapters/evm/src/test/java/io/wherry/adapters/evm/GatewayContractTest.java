// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.wherry.adapters.evm.anvil.AnvilNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contracts' own tests, which run on Node.js against real anvil processes.
@Tag("real")
final class GatewayContractTest {
  private static final long MINUTES_MAX = 10;
  private static final int SHOWN_CHARACTERS_MAX = 20_000;

  private final Path root = Path.of(System.getProperty("wherry.root", ".")).toAbsolutePath();
  private final Path contracts = root.resolve("adapters/evm/contracts");

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void needsItsTools() {
    assertThat(contracts.resolve("node_modules/solc"))
        .as("the contracts' tools are not installed; run: npm ci --ignore-scripts, in " + contracts)
        .isDirectory();
  }

  @Test
  void contractsPassTheirTests() throws IOException, InterruptedException {
    passes("npm", "test");
  }

  @Test
  void compilerMakesTheArtifactsThatAreCheckedIn() throws IOException, InterruptedException {
    passes("node", "build.mjs", "--check");
  }

  private void passes(String... command) throws IOException, InterruptedException {
    var output = folder.resolve("output");
    var builder =
        new ProcessBuilder(command)
            .directory(contracts.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("ANVIL", AnvilNode.binary(root).toString());
    var process = builder.start();
    boolean ended = false;
    try {
      ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    } finally {
      // a test runner that is stopped does not stop the chains that it started
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    var text = Files.readString(output);
    var shown = text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS_MAX));
    if (!ended) {
      fail("%s did not end within %d minutes:%n%s", String.join(" ", command), MINUTES_MAX, shown);
    }
    assertThat(process.exitValue())
        .withFailMessage("%s failed:%n%s", String.join(" ", command), shown)
        .isZero();
  }
}
