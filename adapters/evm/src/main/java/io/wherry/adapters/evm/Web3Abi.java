// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.FunctionReturnDecoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Type;

/// web3j's encoder and decoder, whose signatures use raw types, kept in one place.
@SuppressWarnings({"rawtypes", "unchecked"})
final class Web3Abi {
  private Web3Abi() {}

  static Bytes encode(List<? extends Type<?>> values) {
    return values.isEmpty()
        ? Bytes.EMPTY
        : Bytes.fromHex(FunctionEncoder.encodeConstructor(new ArrayList<Type>(values)));
  }

  /// Throws a [RuntimeException] of web3j's or the JDK's where the data does not fit the types.
  static List<Type<?>> decode(Bytes data, List<? extends TypeReference<?>> types) {
    var references = new ArrayList<TypeReference<Type>>();
    types.forEach(type -> references.add((TypeReference<Type>) (TypeReference) type));
    var values = new ArrayList<Type<?>>();
    FunctionReturnDecoder.decode(data.toHex(), references).forEach(values::add);
    if (values.size() != types.size()) {
      throw new IllegalArgumentException(
          "expected %d values, got %d".formatted(types.size(), values.size()));
    }
    return values;
  }
}
