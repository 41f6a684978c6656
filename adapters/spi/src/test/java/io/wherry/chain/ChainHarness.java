// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import java.util.List;

/// A chain under a test's command, with a gateway on it: what [ChainAdapterContract] needs of the
/// adapter under test. One lives as long as the test class; tests start from where the chain is.
public interface ChainHarness extends AutoCloseable {
  /// A new adapter on the chain, without any memory. The suite closes it.
  ChainAdapter open() throws ChainException;

  /// Sends a message from this chain to another one, and mines it in a new block.
  Sent send(Bytes payload) throws ChainException;

  /// Sends messages that stand in one new block, in their order.
  List<Sent> sendTogether(List<Bytes> payloads) throws ChainException;

  /// Makes blocks. Transactions that were submitted wait for this, and get into the first of them.
  void mine(int blocks);

  /// Replaces the newest `depth` blocks by as many others. Their transactions are gone, and may be
  /// sent again.
  void reorganise(int depth);

  /// The block that stands at `height` now.
  Checkpoint block(long height) throws ChainException;

  /// The chain's height.
  long head() throws ChainException;

  /// A recipient on this chain that accepts every message.
  Address accepting();

  /// A recipient on this chain that refuses every message.
  Address refusing();

  /// An attestation of `batch` that the gateway accepts.
  Attestation attest(Batch batch);

  /// Stops the gateway, or lets it go on, in a new block.
  void pauseGateway(boolean paused) throws ChainException;

  @Override
  void close();

  /// A message that stands in a block.
  ///
  /// @param message what was sent
  /// @param block the block that holds it
  /// @param transaction the transaction that sent it
  record Sent(Message message, Checkpoint block, Hash32 transaction) {}
}
