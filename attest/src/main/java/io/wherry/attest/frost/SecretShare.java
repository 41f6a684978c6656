// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.MemberId;

/// One member's share of the group's secret key.
///
/// @param member whose it is
/// @param secret the share; wiped by [#close]
public record SecretShare(MemberId member, Secret secret) implements AutoCloseable {
  /// Overwrites the share. A repeat does nothing.
  @Override
  public void close() {
    secret.close();
  }
}
