// SPDX-License-Identifier: Apache-2.0
package io.wherry.model;

/// The hash of a message: its name everywhere, and the `receiveId` that its recipient is given.
///
/// @param hash computed by `MessageFormat.id`
public record MessageId(Hash32 hash) implements Comparable<MessageId> {
  /// Parses 64 hexadecimal digits, optionally after `0x`.
  public static MessageId fromHex(String text) {
    return new MessageId(Hash32.fromHex(text));
  }

  @Override
  public int compareTo(MessageId other) {
    return hash.compareTo(other.hash);
  }

  @Override
  public String toString() {
    return hash.toString();
  }
}
