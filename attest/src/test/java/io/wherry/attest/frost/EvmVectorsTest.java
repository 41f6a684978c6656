// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.wherry.model.Bytes;
import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Signatures that once were made must verify for ever: contracts that hold a key are out there.
@NullMarked
class EvmVectorsTest {
  static Stream<Curve> backends() {
    return Backends.both();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void acceptsEverySignatureOfTheFirstVersion(Curve curve) throws IOException {
    try (var stream = EvmVectorsTest.class.getResourceAsStream("/vectors/secp256k1-evm.json")) {
      var vectors = new ObjectMapper().readTree(Objects.requireNonNull(stream)).get("vectors");
      assertThat(vectors).hasSize(16);
      for (var vector : vectors) {
        var key =
            curve.decode(
                Bytes.concat(Bytes.of((byte) 2), Bytes.fromHex(vector.get("px").asText())));
        var signature =
            Bytes.concat(
                Bytes.fromHex(vector.get("commitment").asText()),
                Bytes.fromHex(vector.get("z").asText()));
        var digest = Bytes.fromHex(vector.get("digest").asText());
        assertThat(Suite.EVM.verify(curve, key, digest, signature)).isTrue();
      }
    }
  }
}
