// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.model.Checkpoint;
import io.wherry.model.Message;

/// Reads one chain. Called by the chain's watcher and by deliverers, from any thread; every call is
/// bounded in time, and asking again changes nothing.
public interface ChainReader {
  /// A cursor from which a first scan finds everything at `height` and above: the block below it.
  ///
  /// @throws ChainException.Transient where the height lies above the endpoint's head: it may lag
  Checkpoint start(long height) throws ChainException;

  /// Looks at most `blocksMax` blocks (at least 1) beyond `cursor`. Whatever the gateway emitted in
  /// the blocks up to [Scan.Found#next] is in the answer, exactly once; a log whose emitter, topic,
  /// receipt or block disagrees is an error, not an observation. After a crash the caller asks
  /// again with its last stored cursor and gets the same blocks again.
  ///
  /// @throws ChainException.Transient where the endpoint failed or contradicted itself: nothing was
  ///   found, ask again
  /// @throws ChainException.Permanent where the cursor lies deeper below a fork than this reader
  ///   can follow
  Scan scan(Checkpoint cursor, int blocksMax) throws ChainException;

  /// Whether what was seen in `block` can still vanish, by `policy`.
  ///
  /// @throws ChainException.Transient where the endpoint failed: the same as
  ///   [FinalityVerdict.Unknown]
  FinalityVerdict finality(Checkpoint block, FinalityPolicy policy) throws ChainException;

  /// Whether this chain's gateway has delivered `message`, as of its newest block.
  ///
  /// @throws ChainException.Transient where the endpoint failed: unknown
  Verdict delivered(Message message) throws ChainException;
}
