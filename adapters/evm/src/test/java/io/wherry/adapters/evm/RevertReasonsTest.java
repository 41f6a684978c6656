// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.format.Keccak;
import io.wherry.model.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;

final class RevertReasonsTest {
  private static final RevertReasons REASONS = GatewayAbi.REASONS;

  @Test
  void namesTheGatewaysErrorsWithTheirValues() {
    var selector = Keccak.hash("PayloadTooLarge(uint256,uint256)").bytes().slice(0, 4);
    var data =
        Bytes.concat(selector, Web3Abi.encode(List.of(new Uint256(20_000), new Uint256(10_240))));

    assertThat(REASONS.describe(data))
        .isEqualTo("PayloadTooLarge(payloadBytes=20000, payloadBytesMax=10240)");
    assertThat(REASONS.name(data)).contains("PayloadTooLarge");
  }

  @Test
  void readsTextsAndPanics() {
    var text =
        Bytes.concat(
            Bytes.fromHex("08c379a0"),
            Web3Abi.encode(List.of(new Utf8String("closed\u0007 today"))));
    var panic = Bytes.concat(Bytes.fromHex("4e487b71"), Web3Abi.encode(List.of(new Uint256(17))));

    assertThat(REASONS.describe(text)).isEqualTo("Error(reason=closed  today)");
    assertThat(REASONS.describe(panic)).isEqualTo("Panic(code=17)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x01",
        "0x08c379a0",
        "0x08c379a0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0xdeadbeef0000",
      })
  void showsWhatItCannotReadAsBytes(String hex) {
    assertThat(REASONS.describe(Bytes.fromHex(hex))).isEqualTo("reverted with " + hex);
  }

  @Test
  void boundsWhatAHostileRecipientSays() {
    var huge =
        Bytes.concat(
            Bytes.fromHex("08c379a0"),
            Web3Abi.encode(List.of(new Utf8String("x".repeat(100_000)))));

    assertThat(REASONS.describe(huge)).hasSizeLessThan(400);
    assertThat(REASONS.describe(Bytes.of(new byte[100_000]))).hasSizeLessThan(400);
    assertThat(REASONS.describe(Bytes.EMPTY)).isEqualTo("reverted without a reason");
  }

  @Test
  void findsDataWhereNodesPutIt() {
    assertThat(RevertReasons.data("\"0xabcd\"")).contains(Bytes.fromHex("abcd"));
    assertThat(RevertReasons.data("{\"data\":\"0xabcd\"}")).contains(Bytes.fromHex("abcd"));
    assertThat(RevertReasons.data("\"execution reverted\"")).isEmpty();
    assertThat(RevertReasons.data("\"0xabc\"")).isEmpty();
    assertThat(RevertReasons.data("{")).isEmpty();
  }
}
