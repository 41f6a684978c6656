// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.util.Optional;

/// What is read of a block.
///
/// @param at number and hash
/// @param parent the hash of the block before it
/// @param bloom the block's log filter, where it has one
/// @param baseFeePerGas in wei, where the chain has one (EIP-1559)
/// @param gasLimit of the whole block
record BlockHeader(
    Checkpoint at,
    Hash32 parent,
    Optional<Bytes> bloom,
    Optional<BigInteger> baseFeePerGas,
    BigInteger gasLimit) {
  static Rpc.Call byNumber(long number) {
    return Rpc.Call.of("eth_getBlockByNumber", "0x" + Long.toHexString(number), false);
  }

  static Rpc.Call byTag(String tag) {
    return Rpc.Call.of("eth_getBlockByNumber", tag, false);
  }

  static Rpc.Call byHash(Hash32 hash) {
    return Rpc.Call.of("eth_getBlockByHash", hash.toString(), false);
  }

  /// Empty where the endpoint does not have the block.
  static Optional<BlockHeader> parse(Json block) throws ChainException {
    if (block.isNull()) {
      return Optional.empty();
    }
    var baseFee = block.optional("baseFeePerGas");
    var bloom = block.optional("logsBloom");
    return Optional.of(
        new BlockHeader(
            new Checkpoint(block.field("number").quantity(), block.field("hash").hash()),
            block.field("parentHash").hash(),
            bloom.isPresent() ? Optional.of(bloom.get().data(LogsBloom.BYTES)) : Optional.empty(),
            baseFee.isPresent() ? Optional.of(baseFee.get().bigQuantity()) : Optional.empty(),
            block.field("gasLimit").bigQuantity()));
  }

  /// The block of number `number`, or an error where the endpoint lacks it or sends another.
  static BlockHeader parse(Json block, long number) throws ChainException {
    var header = parse(block);
    if (header.isEmpty() || header.get().at().height() != number) {
      throw block.unexpected("block " + number);
    }
    return header.get();
  }
}
