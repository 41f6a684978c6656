// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.chain;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.FinalityPolicy;
import io.wherry.model.ChainId;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One chain's connection: opened when it is first needed, and again until it succeeds, so that a
/// node starts and goes on while an endpoint is down.
public final class ChainLink implements AutoCloseable {
  /// How many failures in a row end a connection.
  public static final int FAILURES_MAX = 5;

  private final ChainId id;
  private final Terms terms;
  private final Opening opening;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ChainAdapter adapter;
  private int failures;

  /// @param id the chain
  /// @param terms how it is read
  /// @param opening connects to it
  public ChainLink(ChainId id, Terms terms, Opening opening) {
    this.id = id;
    this.terms = terms;
    this.opening = opening;
  }

  /// The chain.
  public ChainId id() {
    return id;
  }

  /// How it is read.
  public Terms terms() {
    return terms;
  }

  /// The connection; the first call that succeeds makes it.
  ///
  /// @throws ChainException.Transient where no endpoint answers: ask again later
  /// @throws ChainException.Permanent where the endpoint serves another chain, or the gateway is
  ///   not there
  public ChainAdapter adapter() throws ChainException {
    lock.lock();
    try {
      var connected = adapter;
      if (connected == null) {
        connected = opening.open();
        adapter = connected;
      }
      return connected;
    } finally {
      lock.unlock();
    }
  }

  /// Told by a duty that the connection did what it should.
  public void worked() {
    lock.lock();
    try {
      failures = 0;
    } finally {
      lock.unlock();
    }
  }

  /// Told by a duty that the connection failed. After [#FAILURES_MAX] in a row it is given up, and
  /// the next call opens another one, at the next endpoint where there are several.
  public void failed() {
    lock.lock();
    try {
      if (++failures >= FAILURES_MAX) {
        failures = 0;
        close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (adapter != null) {
        adapter.close();
        adapter = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /// How a chain is read.
  ///
  /// @param finality when something seen cannot vanish any more
  /// @param startHeight where the first scan begins
  /// @param poll the pause when nothing is new
  /// @param blocksPerScanMax how many blocks one scan looks at
  public record Terms(
      FinalityPolicy finality, long startHeight, Duration poll, int blocksPerScanMax) {}

  /// Connects to a chain.
  @FunctionalInterface
  public interface Opening {
    /// Connects and checks; see [ChainLink#adapter].
    ChainAdapter open() throws ChainException;
  }
}
