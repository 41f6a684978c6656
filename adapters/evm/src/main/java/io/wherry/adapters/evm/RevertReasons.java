// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.format.Keccak;
import io.wherry.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.abi.TypeReference;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Says in words what the data of a revert means: `Error(string)`, `Panic(uint256)`, an error of
/// the gateway by name, or else the bytes. The data may come from a hostile recipient.
final class RevertReasons {
  static final String ALREADY_DELIVERED = "AlreadyDelivered";
  static final String PAUSED = "GatewayPaused";
  static final String INVALID_ATTESTATION = "InvalidAttestation";
  static final String KEY_NOT_VALID = "KeyNotValid";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int TEXT_MAX = 256;
  private static final int SHOWN_BYTES_MAX = 68;
  private static final Bytes ERROR = Bytes.fromHex("0x08c379a0");
  private static final Bytes PANIC = Bytes.fromHex("0x4e487b71");

  private final Map<Bytes, ErrorAbi> bySelector = new HashMap<>();

  /// @param abi a contract's ABI, an array
  RevertReasons(JsonNode abi) {
    for (var entry : abi) {
      if (entry.path("type").asString("").equals("error")) {
        var error = ErrorAbi.of(entry);
        bySelector.put(error.selector(), error);
      }
    }
    var text = new ErrorAbi("Error", List.of("reason"), List.of("string"));
    bySelector.put(ERROR, text);
    bySelector.put(PANIC, new ErrorAbi("Panic", List.of("code"), List.of("uint256")));
  }

  /// The name of the error, where it is a known one.
  Optional<String> name(Bytes data) {
    return data.size() < 4
        ? Optional.empty()
        : Optional.ofNullable(bySelector.get(data.slice(0, 4))).map(ErrorAbi::name);
  }

  /// The error in words.
  String describe(Bytes data) {
    if (data.size() == 0) {
      return "reverted without a reason";
    }
    if (data.size() >= 4) {
      var error = bySelector.get(data.slice(0, 4));
      if (error != null) {
        return error.describe(data.slice(4, data.size())).orElseGet(() -> raw(data));
      }
    }
    return raw(data);
  }

  /// The bytes in a JSON-RPC error's `data`, which clients write as a string, or as an object that
  /// has one.
  static Optional<Bytes> data(String json) {
    if (json == null) {
      return Optional.empty();
    }
    try {
      var node = JSON.readTree(json);
      var text = node.isObject() ? node.path("data") : node;
      return text.isString() && text.asString().matches("0x([0-9a-fA-F]{2})*")
          ? Optional.of(Bytes.fromHex(text.asString()))
          : Optional.empty();
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  private static String raw(Bytes data) {
    return data.size() <= SHOWN_BYTES_MAX
        ? "reverted with " + data
        : "reverted with %s… (%d bytes)".formatted(data.slice(0, SHOWN_BYTES_MAX), data.size());
  }

  private record ErrorAbi(String name, List<String> fields, List<String> types) {
    static ErrorAbi of(JsonNode entry) {
      var fields = new ArrayList<String>();
      var types = new ArrayList<String>();
      for (var input : entry.path("inputs")) {
        fields.add(input.path("name").asString(""));
        types.add(input.path("type").asString(""));
      }
      return new ErrorAbi(entry.path("name").asString(""), fields, types);
    }

    Bytes selector() {
      return Keccak.hash("%s(%s)".formatted(name, String.join(",", types))).bytes().slice(0, 4);
    }

    Optional<String> describe(Bytes arguments) {
      try {
        var references = new ArrayList<TypeReference<?>>();
        for (var type : types) {
          references.add(TypeReference.makeTypeReference(type));
        }
        var values = Web3Abi.decode(arguments, references);
        var shown = new ArrayList<String>();
        for (int i = 0; i < values.size(); i++) {
          shown.add(fields.get(i) + "=" + shown(values.get(i).getValue()));
        }
        return Optional.of("%s(%s)".formatted(name, String.join(", ", shown)));
      } catch (ClassNotFoundException | RuntimeException undecodable) {
        // the data is the recipient's: cut or malformed it is shown as bytes
        return Optional.empty();
      }
    }

    private static String shown(Object value) {
      var text = value instanceof byte[] bytes ? Bytes.of(bytes).toHex() : value.toString();
      var clean =
          new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
              .replaceAll("\\p{Cntrl}+", " ");
      return clean.length() > TEXT_MAX ? clean.substring(0, TEXT_MAX) + "…" : clean;
    }
  }
}
