// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm.anvil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An anvil process on the loopback interface: a real EVM chain for the demo and for tests, with
/// controls to mine and to rewrite blocks. Its accounts and keys are publicly known: never for
/// anything of worth.
public final class AnvilNode implements AutoCloseable {
  /// Where the binary is, when it is not in its usual place below the project's root.
  public static final String BINARY_PROPERTY = "wherry.anvil";

  /// The private key of the first of the ten accounts that hold 10,000 ether each.
  public static final String FIRST_KEY =
      "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

  /// The private key of the second account.
  public static final String SECOND_KEY =
      "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

  private static final String INSTALLED =
      ".wherry/tools/node_modules/@foundry-rs/anvil-%s-%s/bin/anvil"
          .formatted(
              System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux",
              System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");
  private static final int READY_POLLS_MAX = 300;
  private static final long POLL_MILLIS = 50;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Process process;
  private final URI uri;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicLong ids = new AtomicLong();
  private final Thread orphanGuard = new Thread(this::kill, "anvil-orphan-guard");

  private AnvilNode(Process process, URI uri) {
    this.process = process;
    this.uri = uri;
    try {
      Runtime.getRuntime().addShutdownHook(orphanGuard);
    } catch (IllegalStateException goingDown) {
      kill();
      throw goingDown;
    }
  }

  /// Whether a block is made for each transaction, at intervals, or on demand only.
  public sealed interface Mining {
    /// A block for each transaction.
    record PerTransaction() implements Mining {}

    /// A block every so many seconds, at least 1.
    record EverySeconds(int seconds) implements Mining {}

    /// A block when [AnvilNode#mine] is called.
    record OnDemand() implements Mining {}
  }

  /// Finds the binary: the system property `wherry.anvil`, the environment variable `WHERRY_ANVIL`,
  /// or the place where `npm install --prefix .wherry/tools @foundry-rs/anvil@1.7.1` puts it below
  /// `root`.
  ///
  /// @throws IllegalStateException naming that command where there is none
  public static Path binary(Path root) {
    var configured = System.getProperty(BINARY_PROPERTY, System.getenv("WHERRY_ANVIL"));
    var path = configured == null ? root.resolve(INSTALLED) : Path.of(configured);
    if (!Files.isExecutable(path)) {
      throw new IllegalStateException(
          "no anvil at %s; install it with: npm install --prefix .wherry/tools"
                  .formatted(path.toAbsolutePath())
              + " @foundry-rs/anvil@1.7.1 (in the project's root), or name one by -D"
              + BINARY_PROPERTY);
    }
    return path;
  }

  /// Starts a node on a free port and waits until it answers. `safe` is one block behind the head
  /// and `finalized` two.
  ///
  /// @param binary anvil itself
  /// @param chainNumber the chain's EIP-155 number
  /// @throws IllegalStateException where it does not answer in time
  public static AnvilNode start(Path binary, long chainNumber, Mining mining) {
    return start(binary, chainNumber, mining, freePort(), List.of());
  }

  /// Starts a node on `port` with more arguments, such as `--state FILE`.
  ///
  /// @throws IllegalStateException where it does not answer in time
  public static AnvilNode start(
      Path binary, long chainNumber, Mining mining, int port, List<String> more) {
    var command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--chain-id",
                Long.toString(chainNumber),
                "--slots-in-an-epoch",
                "1",
                "--silent"));
    switch (mining) {
      case Mining.PerTransaction perTransaction -> {}
      case Mining.EverySeconds(int seconds) ->
          command.addAll(List.of("--block-time", Integer.toString(seconds)));
      case Mining.OnDemand onDemand -> command.add("--no-mining");
    }
    command.addAll(more);
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      var node = new AnvilNode(process, URI.create("http://127.0.0.1:" + port));
      try {
        node.awaitReady();
      } catch (IllegalStateException silent) {
        node.close();
        throw silent;
      }
      return node;
    } catch (IOException failed) {
      throw new UncheckedIOException("could not start " + binary, failed);
    }
  }

  /// Where it answers JSON-RPC.
  public URI uri() {
    return uri;
  }

  /// The process id.
  public long pid() {
    return process.pid();
  }

  /// Makes `blocks` blocks.
  public void mine(int blocks) {
    rpc("anvil_mine", "0x" + Integer.toHexString(blocks));
  }

  /// Replaces the newest `depth` blocks by as many empty ones. Their transactions are gone.
  public void reorg(int depth) {
    // another beneficiary: an empty block in the place of an empty one would have the same hash
    rpc("anvil_setCoinbase", "0x%040x".formatted(0xc0ffee00L + ids.get()));
    rpc("anvil_reorg", depth, List.of());
  }

  /// Takes the newest `depth` blocks away.
  public void rollback(int depth) {
    rpc("anvil_rollback", depth);
  }

  /// Makes a block every `seconds` seconds from now on; none with 0.
  public void setIntervalMining(int seconds) {
    rpc("evm_setIntervalMining", seconds);
  }

  /// Whether each transaction gets a block at once from now on.
  public void setAutomine(boolean on) {
    rpc("evm_setAutomine", on);
  }

  /// Calls any method and answers its result as JSON text.
  ///
  /// @throws IllegalStateException where the node answers an error
  public String rpc(String method, Object... params) {
    return call(method, params).toString();
  }

  /// Ends the process, at once. A second call does nothing.
  @Override
  public void close() {
    http.shutdownNow();
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(orphanGuard);
    } catch (IllegalStateException goingDown) {
      // the guard runs already, and does the same
    }
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill() {
    process.destroyForcibly();
  }

  private JsonNode call(String method, Object... params) {
    var body =
        JSON.createObjectNode()
            .put("jsonrpc", "2.0")
            .put("id", ids.incrementAndGet())
            .put("method", method);
    body.set("params", JSON.valueToTree(params));
    var request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      var answer = JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
      if (answer.hasNonNull("error")) {
        throw new IllegalStateException("%s: %s".formatted(method, answer.get("error")));
      }
      return answer.path("result");
    } catch (IOException failed) {
      throw new UncheckedIOException(method + " failed", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + method, interrupted);
    }
  }

  private void awaitReady() {
    for (int poll = 0; poll < READY_POLLS_MAX; poll++) {
      try {
        call("eth_chainId");
        return;
      } catch (UncheckedIOException notYet) {
        try {
          if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                "anvil ended at once with exit code %d; is port %d taken?"
                    .formatted(process.exitValue(), uri.getPort()));
          }
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while anvil started", interrupted);
        }
      }
    }
    throw new IllegalStateException(
        "anvil did not answer at %s within %d ms".formatted(uri, READY_POLLS_MAX * POLL_MILLIS));
  }

  private static int freePort() {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException("no free port", failed);
    }
  }
}
