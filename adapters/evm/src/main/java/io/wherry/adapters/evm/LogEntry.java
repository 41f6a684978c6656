// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.util.ArrayList;
import java.util.List;

/// A log, as an endpoint answered it. Two answers about the same log must be equal.
///
/// @param emitter the contract, 20 bytes
/// @param topics at most 4
/// @param data what stands behind the topics
/// @param block the block that holds it
/// @param transaction the transaction that emitted it
/// @param index its place in the block, from 0
record LogEntry(
    Bytes emitter,
    List<Hash32> topics,
    Bytes data,
    Checkpoint block,
    Hash32 transaction,
    int index) {
  LogEntry {
    topics = List.copyOf(topics);
  }

  static LogEntry parse(Json log) throws ChainException {
    var topics = new ArrayList<Hash32>();
    for (var topic : log.field("topics").items()) {
      topics.add(topic.hash());
    }
    var removed = log.optional("removed");
    if (removed.isPresent()
        && !removed.get().node().equals(tools.jackson.databind.node.BooleanNode.FALSE)) {
      throw removed.get().unexpected("false");
    }
    return new LogEntry(
        log.field("address").data(20),
        topics,
        log.field("data").data(),
        new Checkpoint(log.field("blockNumber").quantity(), log.field("blockHash").hash()),
        log.field("transactionHash").hash(),
        log.field("logIndex").intQuantity());
  }
}
