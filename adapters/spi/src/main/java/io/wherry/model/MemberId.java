// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// A committee member's number, 1 to 65,535: also its FROST identifier. It comes from
/// configuration, never from the wire.
///
/// @param number from 1
public record MemberId(int number) implements Comparable<MemberId> {
  public MemberId {
    if (number < 1 || number > 0xffff) {
      throw new IllegalArgumentException("expected a member number of 1 to 65535, got " + number);
    }
  }

  @Override
  public int compareTo(MemberId other) {
    return Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "member-" + number;
  }
}
