// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class RateLimitTest {
  private Instant now = Instant.EPOCH;
  private final RateLimit limit = new RateLimit(2, 3, () -> now);

  private int admittedOf(int count) {
    int admitted = 0;
    for (int i = 0; i < count; i++) {
      admitted += limit.admits() ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void admitsSoManyAtOnceAndSoManyEachSecond() {
    assertThat(admittedOf(10)).isEqualTo(3);
    now = now.plusMillis(500);
    assertThat(admittedOf(10)).isEqualTo(1);
    now = now.plusMillis(1_000);
    assertThat(admittedOf(10)).isEqualTo(2);
  }

  @Test
  void savesUpNoMoreThanItAdmitsAtOnce() {
    now = now.plusSeconds(1_000_000);

    assertThat(admittedOf(10)).isEqualTo(3);
  }

  @Test
  void givesNothingForAClockThatGoesBack() {
    admittedOf(3);
    now = now.minusSeconds(1_000);
    assertThat(admittedOf(10)).isZero();
    now = Instant.EPOCH.plusMillis(500);
    assertThat(admittedOf(10)).isEqualTo(1);
  }

  @Test
  void refusesARateOfNothing() {
    assertThatThrownBy(() -> new RateLimit(0, 1, () -> now))
        .hasMessage("expected rates of at least 1, got 0 and 1");
  }
}
