// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

/// A chain did not do what was asked. There are only two kinds, because there are only two ways to
/// act on them.
public abstract sealed class ChainException extends Exception {
  private ChainException(String message, Throwable cause) {
    super(message, cause);
  }

  private ChainException(String message) {
    super(message);
  }

  /// The same call may succeed later: a time-out, a lost connection, a lagging or limiting
  /// endpoint, an answer that is malformed or contradicts another. The caller backs off.
  public static final class Transient extends ChainException {
    /// @param message what failed, at which endpoint, in words for an operator; never a secret
    public Transient(String message) {
      super(message);
    }

    /// @param message what failed, at which endpoint, in words for an operator; never a secret
    /// @param cause the failure underneath
    public Transient(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The same call fails for ever: a wrong chain id, a missing contract, a method that the endpoint
  /// does not offer. The caller stops and says so.
  public static final class Permanent extends ChainException {
    /// @param message what is wrong, what was expected, and the next step; never a secret
    public Permanent(String message) {
      super(message);
    }

    /// @param message what is wrong, what was expected, and the next step; never a secret
    /// @param cause the failure underneath
    public Permanent(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
