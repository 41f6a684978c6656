// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import io.wherry.model.MessageId;
import io.wherry.queue.Delivery;
import io.wherry.queue.Kind;
import io.wherry.queue.Moment;
import java.util.List;
import java.util.Optional;

/// What a node tells of itself. Every call reads the database and blocks for a moment; asking
/// changes nothing.
public interface NodeView {
  /// How the node fares.
  NodeStatus status();

  /// Deliveries, the newest first.
  ///
  /// @param kind only those in this state
  /// @param limit 1 to 1,000
  List<Delivery> deliveries(Optional<Kind> kind, int limit);

  /// One delivery.
  Optional<Delivery> delivery(MessageId id);

  /// Every change of a delivery, the oldest first; empty where it is not known.
  List<Moment> timeline(MessageId id);
}
