// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Receipt;
import io.wherry.chain.Scan;
import io.wherry.chain.Verdict;
import io.wherry.format.MessageFormat;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import io.wherry.model.Observation;
import java.util.ArrayList;
import java.util.Optional;

/// Reads a simulated chain through its endpoint.
final class SimulatedReader implements ChainReader {
  private final SimulatedChain chain;
  private final SimulatedEndpoint endpoint;

  SimulatedReader(SimulatedChain chain, SimulatedEndpoint endpoint) {
    this.chain = chain;
    this.endpoint = endpoint;
  }

  @Override
  public Checkpoint start(long height) throws ChainException {
    endpoint.before("start");
    if (height < 0) {
      throw new IllegalArgumentException("expected a height of at least 0, got " + height);
    }
    synchronized (chain) {
      long below = Math.max(0, height - 1);
      var block = visible(below);
      if (block.isEmpty()) {
        throw new ChainException.Transient(
            "expected to start at or below the chain's head %d, got %d"
                .formatted(endpoint.head(), height));
      }
      return endpoint.shown(block.get().at);
    }
  }

  @Override
  public Scan scan(Checkpoint cursor, int blocksMax) throws ChainException {
    endpoint.before("scan");
    if (blocksMax < 1) {
      throw new IllegalArgumentException("expected blocksMax of at least 1, got " + blocksMax);
    }
    // one lock over the whole look: a look is of one moment
    synchronized (chain) {
      long head = endpoint.head();
      if (head < cursor.height()) {
        return new Scan.Idle(head);
      }
      if (!stands(cursor)) {
        return new Scan.Reorganised(ancestor(cursor), head);
      }
      if (head == cursor.height()) {
        return new Scan.Idle(head);
      }
      var sent = new ArrayList<Observation>();
      var received = new ArrayList<Receipt>();
      var next = cursor;
      long to = Math.min(head, cursor.height() + blocksMax);
      while (next.height() < to) {
        var block = visible(next.height() + 1).orElseThrow();
        next = endpoint.shown(block.at);
        sent.addAll(endpoint.shown(block));
        for (var receipt : block.received) {
          received.add(new Receipt(receipt.id(), receipt.outcome(), next, receipt.transaction()));
        }
      }
      return new Scan.Found(sent, received, next, head);
    }
  }

  @Override
  public FinalityVerdict finality(Checkpoint block, FinalityPolicy policy) throws ChainException {
    endpoint.before("finality");
    synchronized (chain) {
      long head = endpoint.head();
      if (block.height() > head) {
        return new FinalityVerdict.Unknown(
            "the endpoint is at block %d, and has no block %d".formatted(head, block.height()));
      }
      if (!stands(block)) {
        return new FinalityVerdict.Orphaned();
      }
      int depth =
          switch (policy) {
            case FinalityPolicy.Confirmations(int wanted) -> wanted;
            case FinalityPolicy.Safe safe -> SimulatedChain.SAFE_DEPTH;
            case FinalityPolicy.Finalized finalized -> SimulatedChain.FINALIZED_DEPTH;
          };
      long missing = depth - (head - block.height());
      return missing <= 0
          ? new FinalityVerdict.Final("%d blocks at height %d".formatted(depth, head))
          : new FinalityVerdict.Pending(missing);
    }
  }

  @Override
  public Verdict delivered(Message message) throws ChainException {
    endpoint.before("delivered");
    if (!message.recipient().chain().equals(chain.id())) {
      throw new ChainException.Permanent(
          "expected a message to %s, got one to %s"
              .formatted(chain.id(), message.recipient().chain()));
    }
    if (endpoint.lags()) {
      return deliveredBelow(message, endpoint.head());
    }
    if (chain.isDelivered(message.slot())) {
      return new Verdict.Yes();
    }
    return new Verdict.No(
        chain.isFailed(MessageFormat.id(message))
            ? "its recipient refused it"
            : "not delivered as of block " + endpoint.head());
  }

  private Verdict deliveredBelow(Message message, long head) {
    var id = MessageFormat.id(message);
    boolean seen =
        chain.received().stream()
            .anyMatch(
                receipt ->
                    receipt.block().height() <= head
                        && receipt.id().equals(id)
                        && receipt.outcome() instanceof Receipt.Outcome.Delivered);
    return seen ? new Verdict.Yes() : new Verdict.No("not delivered as of block " + head);
  }

  private Optional<SimulatedChain.Block> visible(long height) {
    return height <= endpoint.head() ? chain.at(height) : Optional.empty();
  }

  private boolean stands(Checkpoint cursor) {
    return chain
        .at(cursor.height())
        .map(block -> endpoint.shown(block.at).equals(cursor))
        .orElse(false);
  }

  /// Follows the orphans' parents. A branch that this chain never had parts at its first block.
  private Checkpoint ancestor(Checkpoint cursor) {
    Hash32 hash = endpoint.shown(cursor).hash();
    long height = cursor.height();
    while (height > 0) {
      var orphan = chain.orphan(hash);
      if (orphan.isEmpty()) {
        break;
      }
      hash = orphan.get().parent;
      height--;
      var standing = chain.at(height).orElseThrow();
      if (standing.at.hash().equals(hash)) {
        return endpoint.shown(standing.at);
      }
    }
    return endpoint.shown(chain.at(0).orElseThrow().at);
  }
}
