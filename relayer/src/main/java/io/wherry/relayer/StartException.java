// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

/// A node cannot start. The text is for an operator: what is wrong, and what to do. Nothing is left
/// running.
public final class StartException extends Exception {
  private final Kind kind;

  /// Which kind of obstacle; the command line makes its exit code of it.
  public enum Kind {
    /// The configuration does not fit its surroundings: another chain, no gateway, another key.
    CONFIGURATION,
    /// A password or key does not open what it should.
    PERMISSION,
    /// A file or port cannot be had, perhaps because another process holds it.
    INPUT_OUTPUT
  }

  StartException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  StartException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /// Which kind of obstacle.
  public Kind kind() {
    return kind;
  }
}
