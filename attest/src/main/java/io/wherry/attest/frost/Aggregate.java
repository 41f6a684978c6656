// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.util.List;

/// What became of the shares of one session.
public sealed interface Aggregate {
  /// The shares make a signature that verifies.
  ///
  /// @param signature the suite's bytes
  record Signed(Bytes signature) implements Aggregate {}

  /// They do not, and these members' shares are why.
  ///
  /// @param members at least one, ascending
  record Culprits(List<MemberId> members) implements Aggregate {}
}
