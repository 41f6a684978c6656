// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.chain.ChainException;
import io.wherry.ops.cli.ExitCode;
import io.wherry.ops.cli.local.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What an operator gets wrong: the program says what, and what to do, and ends with its documented
/// exit code.
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String UNKNOWN_ID = "0x" + "ab".repeat(32);

  private Bridge bridge;

  @BeforeAll
  void prepare() throws IOException, ChainException {
    bridge = Bridge.prepare();
  }

  @AfterAll
  void close() {
    if (bridge != null) {
      bridge.close();
    }
  }

  @Test
  void refusesAMistypedFieldAndNamesFileLineAndField() throws IOException {
    var file = edited("typo", text -> text.replace("threshold: 2", "treshold: 2"));
    int line = 1 + Files.readAllLines(file).indexOf("  treshold: 2");
    refused(
        run(file),
        ExitCode.CONFIGURATION,
        file + ":" + line + ":",
        "committee.treshold",
        "threshold");
  }

  @Test
  void refusesTextThatIsNoYaml() throws IOException {
    var file = edited("broken", text -> text.replace("api:\n", "api: [\n"));
    refused(run(file), ExitCode.CONFIGURATION, file + ":", "well-formed YAML");
  }

  @Test
  void refusesAConfigurationThatIsNotThere() {
    var file = bridge.configuration(1).resolveSibling("absent.yaml");
    refused(run(file), ExitCode.CONFIGURATION, file.toString(), "wherry init");
  }

  @Test
  void refusesAnEndpointOfAnotherChain() throws IOException {
    var a = bridge.a().anvil().uri().toString();
    var b = bridge.b().anvil().uri().toString();
    var file = edited("wrong-chain", text -> text.replace(a, b));
    refused(
        run(file), ExitCode.CONFIGURATION, "serves eip155:31338, but eip155:31337 is configured");
  }

  @Test
  void refusesAGatewayAddressWithoutAContract() throws IOException {
    var nowhere = "0x" + "00".repeat(19) + "77";
    var gateway = bridge.a().gateway().toHex();
    var file = edited("no-gateway", text -> text.replace(gateway, nowhere));
    refused(
        run(file), ExitCode.CONFIGURATION, "no gateway contract at", nowhere, "check the address");
  }

  @Test
  void refusesAPasswordThatDoesNotOpenTheShare() throws IOException {
    Files.writeString(bridge.configuration(1).resolveSibling("wrong-password"), "wrong");
    var file =
        edited(
            "wrong-password", text -> text.replace("file: share-password", "file: wrong-password"));
    var outcome = run(file);
    refused(outcome, ExitCode.PERMISSION, "password", "share", "key-share.password");
  }

  @Test
  void refusesTheIdentityOfAnotherMember() throws IOException {
    var file =
        edited(
            "other-identity",
            text -> text.replace("identity: identity", "identity: ../node-2/identity"));
    refused(
        run(file), ExitCode.PERMISSION, "node-2/identity", "the committee lists", "name the right");
  }

  @Test
  void refusesAClusterPortThatIsTaken() throws IOException {
    int port = bridge.committee().clusterPort(0);
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      refused(
          run(edited("cluster-port", UnaryOperator.identity())),
          ExitCode.INPUT_OUTPUT,
          "cluster port " + port,
          "is in use",
          "configure another");
    }
  }

  @Test
  void refusesAnApiPortThatIsTaken() throws IOException {
    int port = bridge.committee().apiPort(0);
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      refused(
          run(edited("api-port", UnaryOperator.identity())),
          ExitCode.INPUT_OUTPUT,
          "127.0.0.1:" + port,
          "choose another api.port");
    }
  }

  @Test
  void startsWithoutAChainSaysSoAndRecoversAndKeepsItsDataToItself() throws IOException {
    int port = Ports.free(1).getFirst();
    var chain = bridge.b().anvil().uri();
    var file =
        edited("no-chain", text -> text.replace(chain.toString(), "http://127.0.0.1:" + port));
    try (var node = Program.start(Map.of(), "run", "--config", file.toString())) {
      awaitWatcher(node, "degraded");
      assertThat(node.err()).contains("eip155:31338 does not answer now; trying again");

      // meanwhile nobody else gets its data
      refused(
          run(file),
          ExitCode.INPUT_OUTPUT,
          "data directory",
          "is in use by member-1, process " + node.pid(),
          "end that process, or choose another directory");

      try (var _ = new Forwarder(port, chain.getPort())) {
        awaitWatcher(node, "healthy");
      }
      awaitWatcher(node, "degraded");
      try (var _ = new Forwarder(port, chain.getPort())) {
        awaitWatcher(node, "healthy");
      }
      assertThat(node.isAlive()).isTrue();
    }
  }

  /// Waits until the watcher of chain B is in this condition, and, where that is `healthy`, all
  /// other duties too. A deliverer without work does not notice a dead endpoint.
  private void awaitWatcher(Program.Running node, String condition) {
    Await.until(
        "the watcher of chain B is " + condition,
        () -> {
          if (!node.isAlive()) {
            throw new AssertionError("the node ended\n" + node.err());
          }
          var status = bridge.get(1, "/v1/status");
          if (status.isEmpty()) {
            return false;
          }
          boolean all = true;
          for (var duty : status.get().path("duties")) {
            var found = duty.path("condition").asString();
            assertThat(found).as(duty.toString()).isNotEqualTo("halted");
            if (condition.equals("healthy")
                || duty.path("name").asString().equals("watch " + bridge.b().id())) {
              all &= found.equals(condition);
            }
          }
          return all;
        },
        () -> bridge.get(1, "/v1/status") + "\n" + node.err());
  }

  @Test
  void refusesAnUnknownOption() {
    refused(Program.run("status", "--nonsense"), ExitCode.USAGE, "--nonsense", "status --help");
  }

  @Test
  void saysThatNoNodeAnswers() {
    var api = "http://127.0.0.1:" + Ports.free(1).getFirst();
    refused(
        Program.run("status", "--api", api),
        ExitCode.UNAVAILABLE,
        "no node answers at " + api,
        "--api");
  }

  @Test
  void refusesAMalformedMessageId() {
    refused(
        Program.run("messages", "show", "0x12"), ExitCode.USAGE, "'0x12'", "64 hexadecimal digits");
  }

  @Test
  void answersNoForAnUnknownMessage() {
    bridge.startNodes(List.of(3));
    Await.until("a node answers", () -> bridge.get(3, "/health/live").isPresent(), bridge::report);
    refused(
        Program.run("messages", "show", UNKNOWN_ID, "--api", bridge.api(3).toString()),
        ExitCode.FAILED,
        "has not seen message " + UNKNOWN_ID);
    bridge.kill(List.of(3));
  }

  @Test
  void failsWhereItsAnswerCannotBeWritten() {
    var shell = "exec \"$@\" >/dev/full";
    var command = new ArrayList<>(List.of("sh", "-c", shell, "sh"));
    command.addAll(Program.wherry().with("help"));
    try (var cut = Program.start(Map.of(), command)) {
      refused(cut.awaitEnd(), ExitCode.INPUT_OUTPUT, "could not be written to standard output");
    }
  }

  /// The configuration of member 1 with a change, in a file beside it.
  private Path edited(String name, UnaryOperator<String> change) throws IOException {
    var original = bridge.configuration(1);
    var text = Files.readString(original);
    // each its own data, so that no two tests meet there
    var changed =
        change.apply(text).replace("data-directory: data", "data-directory: data-" + name);
    if (changed.equals(text)) {
      throw new IllegalStateException("the change changes nothing: " + name);
    }
    return Files.writeString(original.resolveSibling(name + ".yaml"), changed);
  }

  private static Program.Outcome run(Path configuration) {
    return Program.run("run", "--config", configuration.toString());
  }

  private static void refused(Program.Outcome outcome, ExitCode code, String... said) {
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(code.code());
    assertThat(outcome.err()).contains("wherry: ").contains(said);
    assertThat(outcome.err()).doesNotContain("\tat ", "this is a bug");
    assertThat(outcome.out()).isEmpty();
  }
}
