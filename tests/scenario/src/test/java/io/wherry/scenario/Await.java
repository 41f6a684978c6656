// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for what processes do in their own time. Deadlines are generous: they end a test that
/// hangs, and measure nothing.
final class Await {
  static final Duration DEADLINE = Duration.ofSeconds(150);
  private static final long POLL_MILLIS = 100;

  private Await() {}

  /// Asks `condition` again and again until it holds.
  ///
  /// @param what it is that should come about, in words
  /// @param otherwise what to show where it does not
  /// @throws AssertionError where it does not hold within [#DEADLINE]
  static void until(String what, BooleanSupplier condition, Supplier<String> otherwise) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "%s: not within %s%n%s".formatted(what, DEADLINE, otherwise.get()));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
    }
  }
}
