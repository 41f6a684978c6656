// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import java.util.TreeMap;

/// Which nonce a wallet uses next, given what the chain counts and what this process has prepared.
/// For the writers of chains whose accounts count their transactions. It forgets with the process:
/// then the chain's count alone decides.
///
/// A nonce that was prepared but never submitted blocks everything above it. So once a higher one
/// was submitted without it, it is given out again; should its first transaction be submitted after
/// all, the chain takes only one of the two.
public final class NonceSequence {
  private final TreeMap<Long, Boolean> submittedByNonce = new TreeMap<>();

  /// Takes the next nonce.
  ///
  /// @param pendingCount the wallet's transaction count by the chain, with those that wait
  public long next(long pendingCount) {
    submittedByNonce.headMap(pendingCount, false).clear();
    long nonce = pendingCount;
    while (submittedByNonce.containsKey(nonce) && !abandoned(nonce)) {
      nonce++;
    }
    submittedByNonce.put(nonce, false);
    return nonce;
  }

  /// The transaction of `nonce` is on its way. A repeat does nothing.
  public void submitted(long nonce) {
    submittedByNonce.put(nonce, true);
  }

  /// The transaction of `nonce` will never be mined. A repeat does nothing.
  public void released(long nonce) {
    submittedByNonce.remove(nonce);
  }

  private boolean abandoned(long nonce) {
    return !Boolean.TRUE.equals(submittedByNonce.get(nonce))
        && submittedByNonce.tailMap(nonce, false).containsValue(true);
  }
}
