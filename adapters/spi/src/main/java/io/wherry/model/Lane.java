// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// A direction of traffic.
///
/// @param source where messages leave
/// @param destination where they arrive
public record Lane(ChainId source, ChainId destination) {
  @Override
  public String toString() {
    return source + " → " + destination;
  }
}
