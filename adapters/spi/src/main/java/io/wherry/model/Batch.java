// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

import java.util.HashSet;
import java.util.List;

/// Messages for one gateway that are attested together. Their order is part of the root.
///
/// @param destination the gateway that will check the attestation
/// @param keyEpoch the key that attests
/// @param messages 1 to [#MESSAGES_MAX] ids, each once
public record Batch(Address destination, KeyEpoch keyEpoch, List<MessageId> messages) {
  /// The most messages that one batch may hold.
  public static final int MESSAGES_MAX = 1024;

  public Batch {
    messages = List.copyOf(messages);
    if (messages.isEmpty() || messages.size() > MESSAGES_MAX) {
      throw new IllegalArgumentException(
          "expected 1 to %d messages, got %d".formatted(MESSAGES_MAX, messages.size()));
    }
    if (new HashSet<>(messages).size() != messages.size()) {
      throw new IllegalArgumentException("expected each message once");
    }
  }
}
