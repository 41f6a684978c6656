// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.util.List;

/// What was sent, as its source gateway emitted it.
///
/// @param slot where it stands in its source gateway
/// @param sender who sent it, on the source chain
/// @param recipient who shall receive it, on the destination chain
/// @param payload what it says: opaque to the bridge
/// @param attributes ERC-7786 attributes (a 4-byte selector and its ABI-encoded arguments each)
public record Message(
    Slot slot, Address sender, Address recipient, Bytes payload, List<Bytes> attributes) {
  public Message {
    attributes = List.copyOf(attributes);
  }

  /// From where to where.
  public Lane lane() {
    return new Lane(slot.gateway().chain(), recipient.chain());
  }
}
