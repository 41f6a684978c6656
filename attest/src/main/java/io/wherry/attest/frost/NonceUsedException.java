// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.MemberId;

/// A nonce was to sign a second time. This is a fault of the caller, never of a peer.
public final class NonceUsedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  NonceUsedException(MemberId member) {
    super("a nonce of %s was used or wiped before; a nonce signs once".formatted(member));
  }
}
