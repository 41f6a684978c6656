// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.ChainException;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How one adapter sees its chain: truly at first, and worse on command. Lies are consistent, as a
/// capable liar's would be: only other endpoints give them away.
public final class SimulatedEndpoint {
  private final SimulatedChain chain;
  private final Set<MessageId> hidden = new HashSet<>();
  private final List<Observation> forged = new ArrayList<>();
  private int lagBlocks;
  private boolean wrongHashes;
  private boolean failing;

  SimulatedEndpoint(SimulatedChain chain) {
    this.chain = chain;
  }

  /// Keeps a message from the reader, without a word.
  public synchronized void hide(MessageId message) {
    hidden.add(message);
  }

  /// Shows a message that was never sent, in the block that it names.
  public synchronized void forge(Observation observation) {
    forged.add(observation);
  }

  /// Shows the chain as it was `blocks` blocks ago; 0 for now.
  public synchronized void lag(int blocks) {
    lagBlocks = blocks;
  }

  /// Gives every block another hash than its own, as a made-up branch would have.
  public synchronized void wrongHashes(boolean wrong) {
    wrongHashes = wrong;
  }

  /// Fails at every call.
  public synchronized void fail(boolean fails) {
    failing = fails;
  }

  synchronized long head() {
    return Math.max(0, chain.head().height() - lagBlocks);
  }

  synchronized boolean lags() {
    return lagBlocks > 0;
  }

  synchronized Checkpoint shown(Checkpoint block) {
    if (!wrongHashes) {
      return block;
    }
    var hash = block.hash().toArray();
    hash[0] ^= 1;
    return new Checkpoint(block.height(), Hash32.of(hash));
  }

  synchronized List<Observation> shown(SimulatedChain.Block block) {
    var shown = new ArrayList<Observation>();
    for (var seen : block.sent) {
      if (!hidden.contains(seen.id())) {
        shown.add(at(shown(block.at), seen));
      }
    }
    for (var lie : forged) {
      if (lie.block().equals(block.at)) {
        shown.add(at(shown(block.at), lie));
      }
    }
    return shown;
  }

  /// Fails on command or by chance before a call is made.
  void before(String call) throws ChainException {
    boolean commanded;
    synchronized (this) {
      commanded = failing;
    }
    if (commanded || chain.endpointFails() && chain.coin()) {
      throw failure(call);
    }
  }

  /// Fails by chance after a call was made: it was done, and the caller does not know.
  void after(String call) throws ChainException {
    if (chain.endpointFails() && chain.coin()) {
      throw failure(call);
    }
  }

  private ChainException failure(String call) {
    return new ChainException.Transient(
        "simulated endpoint of %s: %s failed".formatted(chain.id(), call));
  }

  private static Observation at(Checkpoint block, Observation seen) {
    return new Observation(seen.message(), seen.id(), block, seen.transaction(), seen.logIndex());
  }
}
