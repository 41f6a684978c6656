// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// The life of one group key, counted from 1; a `uint32` on chain.
///
/// @param number 1 to 4,294,967,295
public record KeyEpoch(long number) {
  public KeyEpoch {
    if (number < 1 || number > 0xffff_ffffL) {
      throw new IllegalArgumentException("expected a key epoch of 1 to 2^32 - 1, got " + number);
    }
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
