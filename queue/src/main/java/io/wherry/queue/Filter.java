// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.ChainId;
import java.util.Optional;
import java.util.Set;

/// Which deliveries to list.
///
/// @param kinds the states, or none for all
/// @param source only from there
/// @param destination only to there
/// @param text only what contains it: hexadecimal digits after `0x` are looked for at the beginning
///   of the message's id, in the transactions' hashes, sender and recipient; other texts in the
///   reason and the last error; at most 200 characters
public record Filter(
    Set<Kind> kinds,
    Optional<ChainId> source,
    Optional<ChainId> destination,
    Optional<String> text) {
  /// Everything.
  public static final Filter ALL =
      new Filter(Set.of(), Optional.empty(), Optional.empty(), Optional.empty());

  /// Copies and checks.
  public Filter {
    kinds = Set.copyOf(kinds);
    if (text.map(String::length).orElse(0) > 200) {
      throw new IllegalArgumentException("expected a text of at most 200 characters");
    }
  }
}
