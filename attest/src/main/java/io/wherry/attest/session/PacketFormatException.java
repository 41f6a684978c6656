// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

/// Bytes that are no packet.
public final class PacketFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  PacketFormatException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /// What is wrong, for metrics.
  public Kind kind() {
    return kind;
  }

  /// What can be wrong.
  public enum Kind {
    /// Longer than any packet.
    TOO_LONG,
    /// Another version of the format.
    VERSION,
    /// An unknown type of packet.
    TYPE,
    /// It ends within a field.
    CUT_OFF,
    /// A field's value is out of its range, or no point of the curve.
    VALUE,
    /// There is something behind the packet.
    TRAILING
  }
}
