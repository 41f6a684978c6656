// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// The store did not do what was asked. Whoever called cannot mend it: the delivery stays as it
/// was, and the effects must not be run.
public abstract sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  private StoreException(String message) {
    super(message);
  }

  /// The database failed: a full disk, a lock held too long. Nothing of the operation was stored;
  /// it may be asked again.
  public static final class Failed extends StoreException {
    private static final long serialVersionUID = 1L;

    /// @param message what failed
    /// @param cause the failure underneath
    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The store is closed or closing. Nothing was stored.
  public static final class Closed extends StoreException {
    private static final long serialVersionUID = 1L;

    /// @param message which store
    public Closed(String message) {
      super(message);
    }
  }

  /// Another process holds the data directory or has taken the database over: this one must end.
  public static final class Claimed extends StoreException {
    private static final long serialVersionUID = 1L;

    /// @param message which directory, and by whom as far as known
    public Claimed(String message) {
      super(message);
    }
  }

  /// A stored value cannot be read: it was written by a newer version, or damaged.
  public static final class Unreadable extends StoreException {
    private static final long serialVersionUID = 1L;

    /// @param message which value, and what was expected
    /// @param cause the failure underneath
    public Unreadable(String message, Throwable cause) {
      super(message, cause);
    }

    /// @param message which value, and what was expected
    public Unreadable(String message) {
      super(message);
    }
  }
}
