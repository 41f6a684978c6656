// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import java.util.List;
import java.util.OptionalLong;

/// Some of the deliveries that a filter admits, the newest first.
///
/// @param deliveries the deliveries
/// @param next the cursor of the next page, where there is one
public record Page(List<Delivery> deliveries, OptionalLong next) {
  /// Copies the list.
  public Page {
    deliveries = List.copyOf(deliveries);
  }
}
