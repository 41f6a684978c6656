// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wherry.chain.FinalityPolicy;
import io.wherry.model.ChainId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationReaderTest {
  private static final Path FILE = Path.of("/etc/wherry/node.yaml");

  @Test
  void readsTheExampleThatInitWrites() throws Exception {
    var read = ConfigurationReader.parse(FILE, example());
    assertThat(read.node().member().number()).isEqualTo(1);
    assertThat(read.node().dataDirectory()).isEqualTo(Path.of("/etc/wherry/data"));
    assertThat(read.committee().members()).hasSize(3);
    assertThat(read.committee().members().get(2).port()).isEqualTo(5703);
    var chain = read.chains().getFirst();
    assertThat(chain.id()).isEqualTo(ChainId.eip155(31337));
    assertThat(chain.finality()).isEqualTo(new FinalityPolicy.Finalized());
    assertThat(chain.poll()).isEqualTo(Duration.ofSeconds(1));
    assertThat(read.delivery().retryMax()).isEqualTo(Duration.ofMinutes(5));
  }

  @ParameterizedTest(name = "{0} → {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "member: 1                         # this|member: none # this|node.member|\"none\"|a member number from 1 to 65535",
        "member: 1                         # this|member: 9 # this|node.member|9|a member of the committee below",
        "threshold: 2|threshold: 4|committee.threshold|4|at most the number of members, 3",
        "threshold: 2|threshold: 1|committee.threshold|1|more than half of the 3 members",
        "retry-first: 2s|retry-first: 10m|delivery.retry-first||at most retry-max",
        "request-timeout: 10s|request-timeout: 11m|chains[0].request-timeout|PT11M|at most 10m",
        "rule: finalized|rule: final|chains[0].finality.rule|\"final\"|one of confirmations, safe, finalized",
        "rule: finalized|rule: confirmations|chains[0].finality||depth beside rule confirmations",
        "poll: 1s|poll: 1 second|chains[0].poll|\"1 second\"|a duration from 1ms to 24h",
        "poll: 1s|poll: 25h|chains[0].poll|25h|a duration of at most 24h",
        "port: 8480|port: 84800|api.port|84800|a port from 1 to 65535",
        "port: 8480|prot: 8480|api.prot||one of the fields host, port",
        "id: eip155:31337|id: eip155:zero|chains[0].id|\"eip155:zero\"|a CAIP-2 chain id",
        "endpoint: 127.0.0.1:5702|endpoint: 127.0.0.1:5701|committee.members[1].endpoint|\"127.0.0.1:5701\"|no other member",
        "name: my-bridge|nick: my-bridge|cluster.name||this field, it is missing",
        "takeover: 15s|takeover: 15|delivery.takeover|15|a duration",
      })
  void namesFieldValueAndWhatWasExpected(
      String text, String instead, String field, String value, String expected) throws IOException {
    var broken = example().replace(text, instead);
    assertThat(broken).isNotEqualTo(example());
    var line = example().substring(0, example().indexOf(text)).lines().count();
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationReader.parse(FILE, broken))
        .satisfies(
            refused ->
                assertThat(refused.problems())
                    .anySatisfy(
                        problem -> {
                          assertThat(problem.field()).isEqualTo(field);
                          assertThat(problem.value()).isEqualTo(value == null ? "" : value);
                          assertThat(problem.expected()).contains(expected);
                          assertThat((long) problem.line()).isBetween(line - 2, line);
                          assertThat(problem.toString()).startsWith(FILE + ":" + problem.line());
                        }));
  }

  @Test
  void refusesAFieldThatStandsTwice() throws IOException {
    var twice = example().replace("  threshold: 2", "  threshold: 2\n  threshold: 3");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationReader.parse(FILE, twice))
        .withMessageContaining("committee.threshold")
        .withMessageContaining("once");
  }

  @Test
  void saysWhereTextIsNoYaml() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationReader.parse(FILE, "node:\n  member: [1\n"))
        .withMessageContaining("/etc/wherry/node.yaml:3:1")
        .withMessageContaining("well-formed YAML");
  }

  @Test
  void neverShowsAnEndpointThatMayHoldAKey() throws IOException {
    var broken = example().replace("http://127.0.0.1:8545", "htp://user:hunter2@rpc.example");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> ConfigurationReader.parse(FILE, broken))
        .withMessageContaining("chains[0].endpoints[0]")
        .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
  }

  @Test
  void readsSecretsFromFilesAndTheEnvironment(@TempDir Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("secret"), "swordfish\n");
    assertThat(new Secret.InFile(file).read(Map.of())).isEqualTo("swordfish");
    assertThat(new Secret.InEnvironment("X").read(Map.of("X", "tuna"))).isEqualTo("tuna");
    assertThatExceptionOfType(Secret.SecretException.class)
        .isThrownBy(() -> new Secret.InEnvironment("X").read(Map.of()))
        .withMessage("environment variable X is not set");
    assertThatExceptionOfType(Secret.SecretException.class)
        .isThrownBy(() -> new Secret.InFile(folder.resolve("none")).read(Map.of()))
        .withMessageContaining("none");
  }

  private static String example() throws IOException {
    try (var in = ConfigurationReader.class.getResourceAsStream("example.yaml")) {
      return new String(
          java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
