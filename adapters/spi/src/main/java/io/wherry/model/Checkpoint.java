// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// A block, named so that a rewritten one does not pass for it: how far a chain was scanned, or
/// where something stands.
///
/// @param height the block's number, from 0
/// @param hash the block's hash
public record Checkpoint(long height, Hash32 hash) {
  public Checkpoint {
    if (height < 0) {
      throw new IllegalArgumentException("expected a height of at least 0, got " + height);
    }
  }

  @Override
  public String toString() {
    return height + "@" + hash.toString().substring(0, 10);
  }
}
