// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.model.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.TypeDecoder;
import org.web3j.abi.datatypes.Type;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A compiled contract: its name, its ABI and the bytes that deploy it.
public final class ContractArtifact {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String name;
  private final JsonNode abi;
  private final Bytes bytecode;

  private ContractArtifact(String name, JsonNode abi, Bytes bytecode) {
    this.name = name;
    this.abi = abi;
    this.bytecode = bytecode;
  }

  /// One that is shipped with this adapter, such as `Gateway`, `MessageBoard` or
  /// `test/RevertingRecipient`.
  ///
  /// @throws IllegalArgumentException where there is none of that name
  public static ContractArtifact named(String name) {
    try (var file = ContractArtifact.class.getResourceAsStream("contracts/" + name + ".json")) {
      if (file == null) {
        throw new IllegalArgumentException("no contract named '%s' is shipped".formatted(name));
      }
      return read(file);
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  /// Reads an artifact: JSON with `contractName`, `abi` and `bytecode`.
  ///
  /// @throws IllegalArgumentException naming what is missing
  public static ContractArtifact read(InputStream json) {
    try {
      var root = JSON.readTree(json);
      if (!root.path("abi").isArray() || !root.path("bytecode").isString()) {
        throw new IllegalArgumentException(
            "expected a contract artifact with an 'abi' array and a 'bytecode' string");
      }
      return new ContractArtifact(
          root.path("contractName").asString(""),
          root.path("abi"),
          Bytes.fromHex(root.path("bytecode").asString()));
    } catch (JacksonException malformed) {
      throw new IllegalArgumentException("expected a contract artifact in JSON", malformed);
    }
  }

  /// The contract's name.
  public String name() {
    return name;
  }

  /// The bytes that deploy the contract with these constructor arguments. An argument is [Bytes]
  /// (for an address or bytes), a number, a boolean or a string, as its ABI type wants.
  ///
  /// @throws IllegalArgumentException naming the argument that does not fit
  public Bytes deployment(Object... arguments) {
    return Bytes.concat(bytecode, encode("constructor", "", arguments));
  }

  /// The bytes that call `function`, which must not be overloaded.
  ///
  /// @throws IllegalArgumentException where there is no such function, or an argument does not fit
  public Bytes call(String function, Object... arguments) {
    var types = new ArrayList<String>();
    inputs("function", function).forEach(input -> types.add(input.path("type").asString("")));
    var selector =
        io.wherry.format.Keccak.hash("%s(%s)".formatted(function, String.join(",", types)))
            .bytes()
            .slice(0, 4);
    return Bytes.concat(selector, encode("function", function, arguments));
  }

  JsonNode abi() {
    return abi;
  }

  private Bytes encode(String kind, String function, Object... arguments) {
    var inputs = inputs(kind, function);
    if (inputs.size() != arguments.length) {
      throw new IllegalArgumentException(
          "%s: expected %d arguments, got %d".formatted(name, inputs.size(), arguments.length));
    }
    var values = new ArrayList<Type<?>>();
    for (int i = 0; i < arguments.length; i++) {
      values.add(value(inputs.get(i), arguments[i]));
    }
    return Web3Abi.encode(values);
  }

  private Type<?> value(JsonNode input, Object argument) {
    var type = input.path("type").asString("");
    try {
      Object given = argument;
      if (argument instanceof Bytes bytes) {
        given = type.equals("address") ? bytes.toHex() : bytes.toArray();
      }
      return TypeDecoder.instantiateType(type, given);
    } catch (ReflectiveOperationException | RuntimeException misfit) {
      throw new IllegalArgumentException(
          "%s: argument '%s': expected %s, got %s"
              .formatted(name, input.path("name").asString(""), type, argument),
          misfit);
    }
  }

  private List<JsonNode> inputs(String kind, String function) {
    for (var entry : abi) {
      if (entry.path("type").asString("").equals(kind)
          && (kind.equals("constructor") || entry.path("name").asString("").equals(function))) {
        var inputs = new ArrayList<JsonNode>();
        entry.path("inputs").forEach(inputs::add);
        return inputs;
      }
    }
    if (kind.equals("constructor")) {
      return List.of();
    }
    throw new IllegalArgumentException("%s has no function '%s'".formatted(name, function));
  }
}
