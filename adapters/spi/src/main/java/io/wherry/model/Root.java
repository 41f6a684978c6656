// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// The Merkle root of a batch's leaves.
///
/// @param hash computed by `BatchFormat.root`
public record Root(Hash32 hash) {
  @Override
  public String toString() {
    return hash.toString();
  }
}
