// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Bytes;
import io.wherry.model.Hash32;

/// A transaction that this node signed, complete, so that exactly these bytes can be sent again.
///
/// @param hash its name on the destination chain
/// @param signed its bytes as the chain takes them
/// @param nonce its place in the wallet's order, from 0; on a UTXO chain 0
public record OwnTransaction(Hash32 hash, Bytes signed, long nonce) {
  /// Checks the range.
  public OwnTransaction {
    if (nonce < 0) {
      throw new IllegalArgumentException("expected a nonce of at least 0, got " + nonce);
    }
  }
}
