// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.wherry.format.BatchFormat;
import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The formats against the vectors that the gateway contract's tests check as well.
final class FormatVectorsTest {
  private static final JsonNode VECTORS = vectors();

  private static JsonNode vectors() {
    var file =
        Path.of(
            System.getProperty("wherry.root", "../.."),
            "adapters/evm/contracts/vectors/message-v1.json");
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  static Stream<Arguments> messages() {
    return VECTORS
        .get("messages")
        .valueStream()
        .map(vector -> Arguments.of(vector.get("name").asText(), vector));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void namesMessagesAsTheContractDoes(String name, JsonNode vector) {
    var attributes = new ArrayList<Bytes>();
    vector.get("attributes").forEach(attribute -> attributes.add(bytes(attribute)));
    var message =
        new Message(
            new Slot(Address.parse(bytes(vector.get("sourceGateway"))), hash(vector.get("sendId"))),
            Address.parse(bytes(vector.get("sender"))),
            Address.parse(bytes(vector.get("recipientInteroperable"))),
            bytes(vector.get("payload")),
            attributes);

    assertThat(MessageFormat.id(message).hash()).isEqualTo(hash(vector.get("messageId")));
    assertThat(BatchFormat.root(List.of(MessageFormat.id(message))).hash())
        .isEqualTo(hash(vector.get("leaf")));
    assertThat(message.recipient())
        .isEqualTo(
            Address.eip155(
                new ChainId("eip155:" + vector.get("destinationChainId").asText()),
                bytes(vector.get("recipient"))));
  }

  static Stream<Arguments> batches() {
    return VECTORS
        .get("batches")
        .valueStream()
        .map(vector -> Arguments.of(vector.get("messageIds").size(), vector));
  }

  @ParameterizedTest(name = "{0} messages")
  @MethodSource("batches")
  void hashesBatchesAsTheContractDoes(int size, JsonNode vector) {
    var ids = new ArrayList<MessageId>();
    vector.get("messageIds").forEach(id -> ids.add(new MessageId(hash(id))));
    var gateway =
        Address.eip155(
            new ChainId("eip155:" + VECTORS.get("destinationChainId").asText()),
            bytes(VECTORS.get("destinationGateway")));
    var batch = new Batch(gateway, new KeyEpoch(vector.get("keyEpoch").asLong()), ids);

    assertThat(BatchFormat.root(ids).hash()).isEqualTo(hash(vector.get("root")));
    assertThat(BatchFormat.digest(batch)).isEqualTo(hash(vector.get("digest")));
    for (int i = 0; i < size; i++) {
      var proof = new ArrayList<Hash32>();
      vector.get("proofs").get(i).forEach(sibling -> proof.add(hash(sibling)));
      assertThat(BatchFormat.proof(ids, i)).isEqualTo(proof);
    }
  }

  static Stream<Arguments> signatures() {
    return VECTORS
        .get("signatures")
        .valueStream()
        .map(vector -> Arguments.of(vector.get("px").asText(), vector));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("signatures")
  void signsAsTheContractVerifies(String px, JsonNode vector) {
    var signer = new SingleKeySigner(number(vector.get("secret")));
    var expected =
        Bytes.concat(bytes(vector.get("commitment")), hash(vector.get("response")).bytes());
    var digest = hash(vector.get("digest"));

    var signature = signer.sign(digest, number(vector.get("nonce")));

    assertThat(signer.publicX()).isEqualTo(number(vector.get("px")));
    assertThat(signature).isEqualTo(expected);
    assertThat(signer.verifies(digest, signature)).isTrue();
    assertThat(signer.verifies(Keccak.hash("another digest"), signature)).isFalse();
  }

  private static Bytes bytes(JsonNode text) {
    return Bytes.fromHex(text.asText());
  }

  private static Hash32 hash(JsonNode text) {
    return Hash32.fromHex(text.asText());
  }

  private static BigInteger number(JsonNode text) {
    return new BigInteger(1, bytes(text).toArray());
  }
}
