// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
  private static final String ACCOUNT = "00112233445566778899aabbccddeeff00112233";

  @Test
  void readsWhatItWrites() {
    var address = Address.eip155(ChainId.eip155(31_337), Bytes.fromHex(ACCOUNT));

    assertThat(address.encoded()).isEqualTo(Bytes.fromHex("000100000" + "27a6914" + ACCOUNT));
    assertThat(Address.parse(address.encoded())).isEqualTo(address);
    assertThat(address.chain()).isEqualTo(ChainId.eip155(31_337));
    assertThat(address.account()).isEqualTo(Bytes.fromHex(ACCOUNT));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 20, 32})
  void readsChainNumbersThatTheGatewayAcceptsThoughNoChainHasThem(int bytes) {
    var encoded =
        Bytes.fromHex("00010000" + "%02x".formatted(bytes) + "ff".repeat(bytes) + "14" + ACCOUNT);

    var address = Address.parse(encoded);

    assertThat(address.chain().value()).startsWith("erc7930:0000-ffffffff");
    assertThat(address.account()).isEqualTo(Bytes.fromHex(ACCOUNT));
  }

  @Test
  void namesTheHighestChainNumberOf63Bits() {
    var address = Address.parse(Bytes.fromHex("00010000087fffffffffffffff14" + ACCOUNT));

    assertThat(address.chain()).isEqualTo(ChainId.eip155(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "000100000101",
        "00020000010114" + ACCOUNT,
        "00010000020001" + "14" + ACCOUNT,
        "0001000000" + "14" + ACCOUNT,
        "00010000010113" + ACCOUNT,
        "00010000010114" + ACCOUNT + "00",
        "000100000101" + "00",
        "0001000021ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff14" + ACCOUNT,
        "0001000001011300112233445566778899aabbccddeeff001122",
      })
  void refusesWhatIsNotCanonical(String hex) {
    assertThatThrownBy(() -> Address.parse(Bytes.fromHex(hex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ERC-7930");
  }
}
