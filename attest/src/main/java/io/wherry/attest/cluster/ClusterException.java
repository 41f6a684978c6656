// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// A node could not take part in its cluster. Messages are for operators and name the next step.
public abstract sealed class ClusterException extends Exception {
  private ClusterException(String message, Throwable cause) {
    super(message, cause);
  }

  private ClusterException(String message) {
    super(message);
  }

  /// The host to listen on is unknown, not of this machine, or a wildcard.
  public static final class BadHost extends ClusterException {
    BadHost(String host, String found) {
      super(
          "cluster listen host '%s' %s: name one address of this machine, reachable by the other members over a private network"
              .formatted(host, found));
    }
  }

  /// Another process, perhaps another node, listens on a port.
  public static final class PortInUse extends ClusterException {
    private final int port;

    PortInUse(String setting, String host, int port, Throwable cause) {
      super(
          "%s %d on %s is in use: stop the process that listens there (ss -ltnp 'sport = :%d' shows it), or configure another port here and at the other members"
              .formatted(setting, port, host, port),
          cause);
      this.port = port;
    }

    /// The occupied port.
    public int port() {
      return port;
    }
  }

  /// It failed for another reason, or took too long.
  public static final class Failed extends ClusterException {
    Failed(String message, Throwable cause) {
      super(message, cause);
    }

    Failed(String message) {
      super(message);
    }
  }
}
