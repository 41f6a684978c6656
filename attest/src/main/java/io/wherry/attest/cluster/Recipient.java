// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.MemberId;

/// Whom an envelope is for.
public sealed interface Recipient {
  /// One member; all others refuse it.
  ///
  /// @param member that member
  record One(MemberId member) implements Recipient {}

  /// Every member of the roster: the same signed bytes for all.
  record Everyone() implements Recipient {}
}
