// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.duty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class HealthTest {
  private static final Instant EIGHT = Instant.parse("2026-01-01T08:00:00Z");
  private static final Instant NINE = Instant.parse("2026-01-01T09:00:00Z");
  private final List<Condition> told = new ArrayList<>();
  private Instant now = EIGHT;
  private final Health health = new Health(() -> now, told::add);

  @Test
  void startsUnknown() {
    assertThat(health.condition()).isEqualTo(new Condition.Starting());
    assertThat(told).isEmpty();
  }

  @Test
  void tellsOfAChangeOnce() {
    health.healthy();
    health.healthy();
    health.degraded("no answer");
    now = NINE;
    health.degraded("no answer");
    health.healthy();

    assertThat(told)
        .containsExactly(
            new Condition.Healthy(),
            new Condition.Degraded("no answer", EIGHT),
            new Condition.Healthy());
  }

  @Test
  void remembersSinceWhenItFailsThoughTheReasonChanges() {
    health.degraded("no answer");
    now = NINE;
    health.degraded("two answers");

    assertThat(health.condition()).isEqualTo(new Condition.Degraded("two answers", EIGHT));
  }

  @Test
  void keepsTheFirstReasonToHalt() {
    health.degraded("no answer");
    now = NINE;
    health.halted("wrong chain");
    health.halted("something else");

    assertThat(health.condition()).isEqualTo(new Condition.Halted("wrong chain", NINE));
    assertThat(told).hasSize(2);
  }
}
