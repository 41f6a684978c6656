// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.SecretShare;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;

/// All that one member holds of a group key. Its text form does not show the secret.
///
/// @param epoch the key epoch that the group key lives in
/// @param group suite, threshold, group key and everyone's public share
/// @param secret this member's secret share; wiped by [#close]
/// @param origin how the key came into being
public record KeyShare(KeyEpoch epoch, GroupKey group, SecretShare secret, Origin origin)
    implements AutoCloseable {
  public KeyShare {
    if (!group.has(secret.member())) {
      throw new IllegalArgumentException(
          "expected a member of 1 to %d, got %s".formatted(group.members(), secret.member()));
    }
  }

  /// Whose share this is.
  public MemberId member() {
    return secret.member();
  }

  /// Overwrites the secret. A repeat does nothing.
  @Override
  public void close() {
    secret.close();
  }
}
