// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;

/// Keeps one duty's [Condition], and tells of it only when it changes, so that a dead endpoint
/// fills no log.
public final class Health {
  private final InstantSource clock;
  private final Consumer<Condition> listener;
  private volatile Condition condition = new Condition.Starting();

  /// @param clock when things happen
  /// @param listener told of every change, by the duty's own thread
  public Health(InstantSource clock, Consumer<Condition> listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /// One that logs every change under the duty's name.
  public static Health logged(String duty, Logger log, InstantSource clock) {
    return new Health(
        clock,
        condition -> {
          switch (condition) {
            case Condition.Healthy _ -> log.info("{}: healthy", duty);
            case Condition.Degraded(var reason, var _) ->
                log.warn("{}: degraded: {}", duty, reason);
            case Condition.Halted(var reason, var _) -> log.error("{}: halted: {}", duty, reason);
            case Condition.Starting _ -> {}
          }
        });
  }

  /// The condition now; from any thread.
  public Condition condition() {
    return condition;
  }

  /// The work went well.
  public void healthy() {
    change(new Condition.Healthy());
  }

  /// The work fails for `reason` and will be tried again.
  public void degraded(String reason) {
    if (condition instanceof Condition.Degraded(var same, var since)) {
      if (!same.equals(reason)) {
        change(new Condition.Degraded(reason, since));
      }
      return;
    }
    change(new Condition.Degraded(reason, clock.instant()));
  }

  /// The work has stopped for `reason`.
  public void halted(String reason) {
    if (!(condition instanceof Condition.Halted)) {
      change(new Condition.Halted(reason, clock.instant()));
    }
  }

  private void change(Condition next) {
    if (!condition.equals(next)) {
      condition = next;
      listener.accept(next);
    }
  }
}
