// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static io.wherry.attest.cluster.Committee.id;
import static io.wherry.attest.cluster.Committee.identity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.Hash32;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RosterTest {
  private static final Roster.Member ONE = member(1, 1, "10.0.0.1:5701");
  private static final Roster.Member TWO = member(2, 2, "10.0.0.2:5701");

  private static Roster.Member member(int number, int key, String endpoint) {
    return new Roster.Member(id(number), identity(key).publicKey(), Endpoint.parse(endpoint));
  }

  /// The expected value was computed apart from this code, from the definition of [Roster#hash].
  @Test
  void hashIsPinned() {
    assertThat(new Roster("bridge", "main", 2, List.of(ONE, TWO)).hash())
        .isEqualTo(
            Hash32.fromHex("f2e64fe4413c44fd8a9568fa5c525f9f7809bbfb8225b5317ab4f9ab19d3dc81"));
  }

  @Test
  void hashNeitherDependsOnOrderNorOnEndpoints() {
    var hash = new Roster("bridge", "main", 2, List.of(ONE, TWO)).hash();
    assertThat(new Roster("bridge", "main", 2, List.of(TWO, ONE)).hash()).isEqualTo(hash);
    assertThat(new Roster("bridge", "main", 2, List.of(ONE, member(2, 2, "elsewhere:1"))).hash())
        .isEqualTo(hash);
  }

  @Test
  void hashDependsOnEverythingElse() {
    var rosters =
        List.of(
            new Roster("bridge", "main", 2, List.of(ONE, TWO)),
            new Roster("bridgem", "ain", 2, List.of(ONE, TWO)),
            new Roster("bridge2", "main", 2, List.of(ONE, TWO)),
            new Roster("bridge", "other", 2, List.of(ONE, TWO)),
            new Roster("bridge", "main", 1, List.of(ONE, TWO)),
            new Roster("bridge", "main", 1, List.of(ONE)),
            new Roster("bridge", "main", 2, List.of(ONE, member(3, 2, "h:1"))),
            new Roster("bridge", "main", 2, List.of(ONE, member(2, 3, "h:1"))));
    Set<Hash32> hashes = new HashSet<>();
    rosters.forEach(roster -> hashes.add(roster.hash()));
    assertThat(hashes).hasSameSizeAs(rosters);
  }

  @Test
  void refusesRepeatedNumbersAndKeys() {
    assertThatThrownBy(() -> new Roster("c", "g", 1, List.of(ONE, member(1, 2, "h:1"))))
        .hasMessageContaining("member-1 is listed twice");
    assertThatThrownBy(() -> new Roster("c", "g", 1, List.of(ONE, member(2, 1, "h:1"))))
        .hasMessageContaining("same key");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3})
  void refusesThresholdsThatCannotBeMet(int threshold) {
    assertThatThrownBy(() -> new Roster("c", "g", threshold, List.of(ONE, TWO)))
        .hasMessageContaining("threshold of 1 to 2");
  }

  @Test
  void refusesTheEmptyRoster() {
    assertThatThrownBy(() -> new Roster("c", "g", 1, List.of()))
        .hasMessageContaining("1 to 1000 members");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bridge", "a.b", "a b", "ä"})
  void refusesNamesThatWouldBeAmbiguous(String name) {
    assertThatThrownBy(() -> new Roster(name, "g", 1, List.of(ONE)))
        .hasMessageContaining("cluster name");
    assertThatThrownBy(() -> new Roster("c", name, 1, List.of(ONE)))
        .hasMessageContaining("key group name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":1", "host", "host:", "host:0", "host:65536", "host:-1", "a b:1", "host:1x"})
  void refusesTextsThatAreNoEndpoint(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void parsesEndpoints() {
    assertThat(Endpoint.parse("node-1.example:5701"))
        .isEqualTo(new Endpoint("node-1.example", 5701))
        .hasToString("node-1.example:5701");
  }
}
