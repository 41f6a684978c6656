// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
  private static final URI ENDPOINT =
      URI.create("https://user:hunter2@rpc.example.org/v3/0123456789abcdef?key=opensesame");

  @Test
  void showsAnEndpointByHostAndPortOnly() {
    assertThat(new RpcEndpoint(ENDPOINT)).hasToString("https://rpc.example.org:443");
  }

  @Test
  void cutsItsOwnSecretsFromWhatAnEndpointSays() {
    var said = "no project\n0123 at /v3/0123456789abcdef?key=opensesame for user:hunter2";

    assertThat(new RpcEndpoint(ENDPOINT).shown(said)).isEqualTo("no project 0123 at …?… for …");
  }

  @Test
  void showsSettingsWithoutKeys() {
    var settings =
        EvmSettings.of(
            ChainId.eip155(1),
            List.of(ENDPOINT),
            Bytes.of(new byte[20]),
            WalletKey.parse(AnvilNode.FIRST_KEY));

    assertThat(settings.toString())
        .contains("https://rpc.example.org:443", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
        .doesNotContain("hunter2", "0123456789abcdef", "opensesame", "ac0974be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0xac0974bec39a17e36ba4a6b4d238ff94",
        "0xzz0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "0x0000000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
      })
  void refusesWhatIsNoKeyWithoutShowingIt(String text) {
    assertThatThrownBy(() -> WalletKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not shown")
        .hasMessageNotContaining("ac0974be")
        .hasMessageNotContaining("ebaaedce6af");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host/", "host:8545", "http:///path", "ws://host:1"})
  void refusesWhatIsNoEndpoint(String uri) {
    assertThatThrownBy(() -> new RpcEndpoint(URI.create(uri)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://host:port");
  }
}
