// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.relayer.config.ConfigurationReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person at a shell sees: texts, and exit codes that scripts rely on.
@NullMarked
@Timeout(60)
final class CommandLineTest {
  private static final String GATEWAY = "0x" + "11".repeat(20);
  private static final String GROUP_KEY = "0x" + "22".repeat(32);

  @TempDir Path folder = Path.of("");

  private static Shell run(String line, String... more) {
    return Shell.run(
        Stream.concat(Arrays.stream(line.split(" ")), Arrays.stream(more)).toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "help", "-h"})
  void helpListsEveryCommand(String asked) {
    var shell = Shell.run(asked);

    assertThat(shell.code()).isZero();
    assertThat(shell.out())
        .contains("demo", "init", "run", "status", "messages", "send", "contracts", "help")
        .contains("Exit codes: 0 done");
    Main.commandLine()
        .getSubcommands()
        .forEach((name, _) -> assertThat(shell.out()).contains("\n  " + name + " "));
  }

  @Test
  void everyCommandHasHelp() {
    for (var name : Main.commandLine().getSubcommands().keySet()) {
      var shell = Shell.run("help", name);

      assertThat(shell.code()).as(name).isZero();
      assertThat(shell.out()).as(name).contains("Usage: wherry");
    }
  }

  @Test
  void saysItsVersion() {
    assertThat(Shell.run("--version").out()).startsWith("wherry ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fly                      | Unmatched argument at index 0: 'fly'
          run                      | Missing required option: '--config=FILE'
          status --api             | Missing required parameter for option '--api' (URL)
          messages list --limit=x  | Invalid value for option '--limit': 'x' is not an int
          messages show            | Missing required parameter: 'ID'
          send --rpc http://x      | Missing required
          contracts deploy         | Missing required
          """)
  void explainsWrongUsage(String line, String text) {
    var shell = run(line);

    assertThat(shell.code()).isEqualTo(64);
    assertThat(shell.err()).startsWith("wherry: ").contains(text, "See wherry");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void initWritesAnExampleThatIsValid() throws Exception {
    var file = folder.resolve("wherry.yaml");

    var shell = Shell.run("init", file.toString());

    assertThat(shell.code()).isZero();
    assertThat(shell.out()).contains("Wrote " + file, "wherry run --config " + file);
    assertThat(ConfigurationReader.read(file).committee().threshold()).isEqualTo(2);
  }

  @Test
  void initLeavesAFileAloneThatIsThere() throws IOException {
    var file = Files.writeString(folder.resolve("mine.yaml"), "mine");

    var shell = Shell.run("init", file.toString());

    assertThat(shell.code()).isEqualTo(74);
    assertThat(shell.err()).contains(file + " is there already: name another file, or remove it");
    assertThat(file).hasContent("mine");
  }

  @Test
  void initSaysWhereItCannotWrite() {
    var shell = Shell.run("init", folder.resolve("missing/wherry.yaml").toString());

    assertThat(shell.code()).isEqualTo(74);
    assertThat(shell.err()).contains("cannot write");
  }

  @Test
  void runNamesEverythingThatIsWrongWithItsConfiguration() throws IOException {
    var file = Files.writeString(folder.resolve("wherry.yaml"), "node:\n  member: zero\n");

    var shell = Shell.run("run", "--config", file.toString());

    assertThat(shell.code()).isEqualTo(78);
    assertThat(shell.err())
        .contains("the configuration cannot be used", file + ":2:", "node.member", "chains");
  }

  @Test
  void runSaysHowToGetAConfigurationWhereThereIsNone() {
    var shell = Shell.run("run", "--config", folder.resolve("none.yaml").toString());

    assertThat(shell.code()).isEqualTo(78);
    assertThat(shell.err()).contains("`wherry init` writes an example");
  }

  private static final String STATUS =
      """
      {"member":1,"startedAt":"2026-01-01T00:00:00Z","bootEpoch":3,
       "committee":{"threshold":2,"keyEpoch":4,"groupKey":"0xabcd","members":[
         {"member":1,"endpoint":"10.0.0.1:5701","present":true,"self":true},
         {"member":2,"endpoint":"10.0.0.2:5701","present":true,"self":false},
         {"member":3,"endpoint":"10.0.0.3:5701","present":false,"self":false}]},
       "duties":[
         {"name":"watch eip155:1","condition":"degraded","detail":"no answer","since":"x"},
         {"name":"attest","condition":"healthy","detail":""}],
       "deliveries":{"Settled":12,"DeadLetter":1},"warnings":["unfit for production"]}""";

  @Test
  void statusShowsCommitteeDutiesAndDeliveries() throws IOException {
    try (var api = new FakeApi().answering("/v1/status", 200, STATUS)) {
      var shell = Shell.run("status", "--api", api.url());

      assertThat(shell.code()).isZero();
      assertThat(shell.out())
          .isEqualToNormalizingNewlines(
              """
              member 1 of 3, threshold 2, key epoch 4, up since 2026-01-01T00:00:00Z
              group key 0xabcd
              WARNING  unfit for production

                member-1    self     10.0.0.1:5701
                member-2    present  10.0.0.2:5701
                member-3    absent   10.0.0.3:5701

                watch eip155:1               degraded  no answer
                attest                       healthy\s\s\s

                deliveries: Settled 12, DeadLetter 1
              """);
    }
  }

  @Test
  void statusPrintsTheAnswerAsItIs() throws IOException {
    try (var api = new FakeApi().answering("/v1/status", 200, "{\"member\":1}")) {
      assertThat(Shell.run("status", "--json", "--api", api.url()).out().strip())
          .isEqualTo("{\"member\":1}");
    }
  }

  @Test
  void messagesListShowsWhereEachIsAndWhy() throws IOException {
    var answer =
        """
        {"messages":[{"id":"0x01","source":"eip155:1","destination":"eip155:2","state":"Waiting","reason":"FUNDS"},
         {"id":"0x02","source":"eip155:2","destination":"eip155:1","state":"Settled"}]}""";
    try (var api =
        new FakeApi()
            .answering("/v1/messages?limit=7&state=A%26limit%3D9", 200, answer)
            .answering("/v1/messages?limit=50", 200, "{\"messages\":[]}")) {
      var shell =
          Shell.run("messages", "list", "--limit", "7", "--state", "A&limit=9", "--api", api.url());

      assertThat(shell.code()).isZero();
      assertThat(shell.out())
          .isEqualToNormalizingNewlines(
              """
              0x01  eip155:1 → eip155:2                  Waiting    FUNDS
              0x02  eip155:2 → eip155:1                  Settled   \s
              """);
      assertThat(Shell.run("messages", "list", "--api", api.url()).out().strip())
          .isEqualTo("no messages");
    }
  }

  @Test
  void messagesListPassesOnWhatTheNodeRefuses() throws IOException {
    try (var api =
        new FakeApi()
            .answering("/v1/messages?limit=9999", 400, "{\"error\":\"limit: expected less\"}")) {
      var shell = Shell.run("messages", "list", "--limit", "9999", "--api", api.url());

      assertThat(shell.code()).isEqualTo(64);
      assertThat(shell.err()).isEqualToIgnoringNewLines("wherry: limit: expected less");
    }
  }

  @Test
  void messagesShowTellsTheWholeStory() throws IOException {
    var id = "0x" + "ab".repeat(32);
    var answer =
        """
        {"id":"%s","source":"eip155:1","destination":"eip155:2","state":"Waiting","reason":"FUNDS",
         "error":"holds 0","nextAttemptAt":"2026-01-01T00:00:30Z",
         "timeline":[{"at":"2026-01-01T00:00:00Z","state":"Observed","detail":"in block 7"}]}"""
            .formatted(id);
    try (var api = new FakeApi().answering("/v1/messages/" + id, 200, answer)) {
      var shell = Shell.run("messages", "show", id, "--api", api.url());

      assertThat(shell.code()).isZero();
      assertThat(shell.out())
          .isEqualToNormalizingNewlines(
              """
              id             %s
              source         eip155:1
              destination    eip155:2
              state          Waiting
              reason         FUNDS
              error          holds 0
              nextAttemptAt  2026-01-01T00:00:30Z

                2026-01-01T00:00:00Z         Observed   in block 7
              """
                  .formatted(id));
    }
  }

  @Test
  void messagesShowAnswersNoForAMessageThatTheNodeHasNotSeen() throws IOException {
    var id = "0x" + "cd".repeat(32);
    try (var api = new FakeApi()) {
      var shell = Shell.run("messages", "show", id, "--api", api.url());

      assertThat(shell.code()).isEqualTo(1);
      assertThat(shell.err()).contains("this node has not seen message %s (yet)".formatted(id));
    }
  }

  @Test
  void messagesShowAsksForNothingWithAMalformedId() throws IOException {
    try (var api = new FakeApi()) {
      var shell = Shell.run("messages", "show", "../status", "--api", api.url());

      assertThat(shell.code()).isEqualTo(64);
      assertThat(shell.err())
          .contains("'../status' is no message id: expected 0x and 64 hexadecimal digits");
      assertThat(api.asked).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "messages list"})
  void saysThatNoNodeAnswers(String command) throws IOException {
    String gone;
    try (var api = new FakeApi()) {
      gone = api.url();
    }

    var shell = run(command, "--api", gone);

    assertThat(shell.code()).isEqualTo(69);
    assertThat(shell.err()).contains("no node answers at " + gone, "See --api.");
  }

  @ParameterizedTest
  @CsvSource({"200,<html>", "500,<html>", "404,''"})
  void saysThatItIsNoNodeThatAnswers(int code, String body) throws IOException {
    try (var api = new FakeApi().answering("/v1/status", code, body)) {
      assertThat(Shell.run("status", "--api", api.url()).code()).isEqualTo(69);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "ftp://localhost", "http:///v1", "/v1", "http://a b"})
  void refusesAnAddressThatIsNone(String url) {
    var shell = Shell.run("status", "--api", url);

    assertThat(shell.code()).isEqualTo(64);
    assertThat(shell.err()).contains("--api");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --gateway 0x12 --to eip155:2:0x1111111111111111111111111111111111111111 --text hi | --gateway: expected 20 bytes, got 1
          --gateway nonsense --to eip155:2:0x1111111111111111111111111111111111111111 --text hi | --gateway:
          --gateway 0x1111111111111111111111111111111111111111 --to 0x12 --text hi | --to: expected CHAIN:ADDRESS such as eip155:31338:0x…, got '0x12'
          --gateway 0x1111111111111111111111111111111111111111 --to eip155:0:0x1111111111111111111111111111111111111111 --text hi | --to: expected CHAIN:ADDRESS
          --gateway 0x1111111111111111111111111111111111111111 --to eip155:2:0x1111111111111111111111111111111111111111 --hex 0x1 | --hex:
          """)
  void sendNamesTheWrongArgument(String arguments, String text) {
    var shell = run("send --rpc http://127.0.0.1:1 --demo-key " + arguments);

    assertThat(shell.code()).isEqualTo(64);
    assertThat(shell.err()).contains(text);
  }

  @Test
  void sendTakesOnePayloadAndOneKey() {
    var to = "eip155:2:" + GATEWAY;

    var two =
        run(
            "send --rpc http://127.0.0.1:1 --demo-key --text a --hex 0x00 --gateway " + GATEWAY,
            "--to",
            to);
    var keys =
        run(
            "send --rpc http://127.0.0.1:1 --demo-key --key-env X --text a --gateway " + GATEWAY,
            "--to",
            to);

    assertThat(two.code()).isEqualTo(64);
    assertThat(two.err()).contains("mutually exclusive");
    assertThat(keys.code()).isEqualTo(64);
    assertThat(keys.err()).contains("mutually exclusive");
  }

  @Test
  void sendNeverShowsAKeyThatDoesNotFit() throws IOException {
    var file = Files.writeString(folder.resolve("key"), "0xsecret", StandardCharsets.UTF_8);

    var shell =
        run(
            "send --rpc http://127.0.0.1:1 --text a --key-file %s --gateway %s --to eip155:2:%s"
                .formatted(file, GATEWAY, GATEWAY));

    assertThat(shell.code()).isEqualTo(77);
    assertThat(shell.err()).contains("the account's key: ").doesNotContain("secret");
  }

  @Test
  void sendSaysThatNoChainAnswers() {
    var shell =
        run(
            "send --rpc http://127.0.0.1:1 --text a --demo-key --gateway %s --to eip155:2:%s"
                .formatted(GATEWAY, GATEWAY));

    assertThat(shell.code()).isEqualTo(69);
    assertThat(shell.err()).startsWith("wherry: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --group-key 0x12 | --group-key: expected 0x and 64 hexadecimal digits, got '0x12'
          --group-key 0x0000000000000000000000000000000000000000000000000000000000000000 | --group-key: expected
          --group-key 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff | --group-key: expected
          """)
  void deployNamesTheWrongKey(String arguments, String text) {
    var shell = run("contracts deploy --rpc http://127.0.0.1:1 --demo-key " + arguments);

    assertThat(shell.code()).isEqualTo(64);
    assertThat(shell.err()).contains(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--owner", "--guardian"})
  void deployNamesTheWrongAddressBeforeItAsksTheChain(String option) {
    var shell =
        run(
            "contracts deploy --rpc http://127.0.0.1:1 --demo-key --group-key " + GROUP_KEY,
            option,
            "0x12");

    assertThat(shell.code()).isEqualTo(64);
    assertThat(shell.err())
        .contains(option + ": expected 0x and 40 hexadecimal digits, got '0x12'");
  }
}
