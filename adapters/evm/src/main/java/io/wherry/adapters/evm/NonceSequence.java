// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import java.util.TreeMap;

/// Which nonce comes next, given what the chain counts and what this process has prepared. It
/// forgets with the process: then the chain's count alone decides.
///
/// A nonce that was prepared but never submitted blocks everything above it. So once a higher one
/// was submitted without it, it is given out again; should its first transaction be submitted after
/// all, the chain takes only one of the two.
final class NonceSequence {
  private final TreeMap<Long, Boolean> submittedByNonce = new TreeMap<>();

  /// Takes the next nonce.
  ///
  /// @param pendingCount the wallet's transaction count by the chain, with those that wait
  long next(long pendingCount) {
    submittedByNonce.headMap(pendingCount, false).clear();
    long nonce = pendingCount;
    while (submittedByNonce.containsKey(nonce) && !abandoned(nonce)) {
      nonce++;
    }
    submittedByNonce.put(nonce, false);
    return nonce;
  }

  /// The transaction of `nonce` is on its way.
  void submitted(long nonce) {
    submittedByNonce.put(nonce, true);
  }

  /// The transaction of `nonce` will never be mined.
  void released(long nonce) {
    submittedByNonce.remove(nonce);
  }

  private boolean abandoned(long nonce) {
    return !Boolean.TRUE.equals(submittedByNonce.get(nonce))
        && submittedByNonce.tailMap(nonce, false).containsValue(true);
  }
}
