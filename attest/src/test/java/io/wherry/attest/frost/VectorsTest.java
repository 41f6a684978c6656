// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every value of the published vectors, on each backend.
@NullMarked
class VectorsTest {
  private static final String RFC = "rfc9591/frost-secp256k1-sha256.json";
  private static final String ZF = "zf-frost/frost-secp256k1/vectors.json";

  static Stream<Arguments> vectorsAndBackends() {
    return Stream.of(RFC, ZF)
        .flatMap(file -> Backends.both().map(curve -> Arguments.of(file, curve)));
  }

  static Stream<Curve> backends() {
    return Backends.both();
  }

  @ParameterizedTest
  @MethodSource("vectorsAndBackends")
  void reproducesEveryIntermediateValue(String file, Curve curve) throws IOException {
    var vector = read(file);
    var inputs = vector.get("inputs");
    var message = hex(inputs.get("message"));
    var secrets = shares(inputs);
    var group = group(curve, vector, secrets);
    assertThat(group.isConsistent(curve)).isTrue();
    assertThat(polynomialShares(curve, inputs)).isEqualTo(exported(secrets));
    try (var whole = Secret.copyOf(hex(inputs.get("group_secret_key")).toArray())) {
      assertThat(curve.publish(whole)).isEqualTo(group.key());
    }

    var nonces = new LinkedHashMap<MemberId, Nonce>();
    for (var output : vector.at("/round_one_outputs/outputs")) {
      var member = member(output);
      var share = Objects.requireNonNull(secrets.get(member));
      assertRoundOneNonces(output, share);
      var nonce =
          Nonce.commit(
              curve,
              Suite.RFC9591,
              share,
              recorded(
                  hex(output.get("hiding_nonce_randomness")),
                  hex(output.get("binding_nonce_randomness"))));
      assertThat(nonce.commitment().hiding().encoded())
          .isEqualTo(hex(output.get("hiding_nonce_commitment")));
      assertThat(nonce.commitment().binding().encoded())
          .isEqualTo(hex(output.get("binding_nonce_commitment")));
      nonces.put(member, nonce);
    }

    var commitments =
        CommitmentList.of(group, nonces.values().stream().map(Nonce::commitment).toList());
    var signing = SigningPackage.of(curve, group, commitments, message);
    for (var output : vector.at("/round_one_outputs/outputs")) {
      var member = member(output);
      assertThat(SigningPackage.bindingFactorInput(group, commitments, message, member))
          .isEqualTo(hex(output.get("binding_factor_input")));
      assertThat(signing.bindingFactor(member).encoded())
          .isEqualTo(hex(output.get("binding_factor")));
    }

    var made = new ArrayList<SignatureShare>();
    for (var output : vector.at("/round_two_outputs/outputs")) {
      var member = member(output);
      var share =
          signing.sign(
              Objects.requireNonNull(secrets.get(member)),
              Objects.requireNonNull(nonces.get(member)));
      assertThat(share.z().encoded()).isEqualTo(hex(output.get("sig_share")));
      assertThat(signing.verifies(share)).isTrue();
      made.add(share);
    }

    var signature = hex(vector.at("/final_output/sig"));
    assertThat(signing.aggregate(made)).isEqualTo(new Aggregate.Signed(signature));
    assertThat(Suite.RFC9591.verify(curve, group.key(), message, signature)).isTrue();
    assertThat(Suite.RFC9591.verify(curve, group.key(), Bytes.fromHex("00"), signature)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rejectsEveryInvalidElement(Curve curve) throws IOException {
    var elements = read("zf-frost/frost-secp256k1/elements.json").get("elements");
    assertThat(elements).isNotEmpty();
    for (var element : elements) {
      assertThatThrownBy(() -> curve.decode(hex(element)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("point");
    }
  }

  private static void assertRoundOneNonces(JsonNode output, SecretShare share) {
    for (var kind : List.of("hiding", "binding")) {
      try (var nonce =
          Suite.RFC9591.nonce(
              hex(output.get(kind + "_nonce_randomness")).toArray(), share.secret())) {
        assertThat(nonce.export()).isEqualTo(hex(output.get(kind + "_nonce")).toArray());
      }
    }
  }

  private static GroupKey group(Curve curve, JsonNode vector, Map<MemberId, SecretShare> secrets) {
    var inputs = vector.get("inputs");
    var key =
        inputs.has("group_public_key")
            ? inputs.get("group_public_key")
            : inputs.get("verifying_key_key");
    return new GroupKey(
        Suite.RFC9591,
        Integer.parseInt(vector.at("/config/MIN_PARTICIPANTS").asText()),
        curve.decode(hex(key)),
        secrets.values().stream().map(share -> curve.publish(share.secret())).toList());
  }

  private static Map<MemberId, SecretShare> shares(JsonNode inputs) {
    var shares = new LinkedHashMap<MemberId, SecretShare>();
    for (var share : inputs.get("participant_shares")) {
      var secret = Secret.copyOf(hex(share.get("participant_share")).toArray());
      shares.put(member(share), new SecretShare(member(share), secret));
    }
    return shares;
  }

  private static List<Bytes> polynomialShares(Curve curve, JsonNode inputs) {
    var slope = Secret.copyOf(hex(inputs.get("share_polynomial_coefficients").get(0)).toArray());
    var constant = Secret.copyOf(hex(inputs.get("group_secret_key")).toArray());
    return Stream.of(1, 2, 3)
        .map(i -> curve.multiplyAdd(slope, Scalar.of(new MemberId(i)), constant))
        .map(secret -> Bytes.of(secret.export()))
        .toList();
  }

  private static List<Bytes> exported(Map<MemberId, SecretShare> secrets) {
    return secrets.values().stream().map(share -> Bytes.of(share.secret().export())).toList();
  }

  /// A generator that gives the recorded randomness, each string at one call.
  private static RandomGenerator recorded(Bytes... strings) {
    var rest = new ArrayList<>(List.of(strings));
    return new RandomGenerator() {
      @Override
      public void nextBytes(byte[] bytes) {
        System.arraycopy(rest.removeFirst().toArray(), 0, bytes, 0, bytes.length);
      }

      @Override
      public long nextLong() {
        throw new AssertionError("nonces are made from bytes");
      }
    };
  }

  private static MemberId member(JsonNode node) {
    return new MemberId(node.get("identifier").asInt());
  }

  private static Bytes hex(JsonNode node) {
    return Bytes.fromHex(node.asText());
  }

  private static JsonNode read(String file) throws IOException {
    try (var stream = VectorsTest.class.getResourceAsStream("/vectors/" + file)) {
      return new ObjectMapper().readTree(Objects.requireNonNull(stream, file));
    }
  }
}
