// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.MessageId;
import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 5);

  @Test
  void delaysGrowToTheCapAndSpreadByAFifth() {
    for (int message = 0; message < 50; message++) {
      var id = new MessageId(Samples.hash(message));
      long expectedMillis = 1_000;
      for (int failure = 1; failure < 40; failure++) {
        assertThat(POLICY.delay(id, failure).toMillis())
            .isBetween(expectedMillis, expectedMillis * 12 / 10);
        expectedMillis = Math.min(60_000, expectedMillis * 2);
      }
      assertThat(POLICY.delay(id, Integer.MAX_VALUE).toMillis()).isBetween(60_000L, 72_000L);
    }
  }

  @Test
  void messagesThatFailTogetherDoNotComeBackTogether() {
    var delays = new HashSet<Duration>();
    for (int message = 0; message < 100; message++) {
      delays.add(POLICY.delay(new MessageId(Samples.hash(message)), 6));
    }
    assertThat(delays).hasSizeGreaterThan(90);
  }

  @Test
  void looksAgainSoonAtWhatIsYoungAndRarelyAtWhatIsOld() {
    assertThat(POLICY.lookAgain(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
    assertThat(POLICY.lookAgain(Duration.ofSeconds(80))).isEqualTo(Duration.ofSeconds(10));
    assertThat(POLICY.lookAgain(Duration.ofDays(80))).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void refusesValuesOutOfRange() {
    refuses(Duration.ZERO, 2, Duration.ofSeconds(1), 1);
    refuses(Duration.ofSeconds(2), 2, Duration.ofSeconds(1), 1);
    refuses(Duration.ofSeconds(1), 2, Duration.ofDays(8), 1);
    refuses(Duration.ofSeconds(1), 0.9, Duration.ofSeconds(1), 1);
    refuses(Duration.ofSeconds(1), Double.NaN, Duration.ofSeconds(1), 1);
    refuses(Duration.ofSeconds(1), 2, Duration.ofSeconds(1), 0);
  }

  private static void refuses(Duration base, double factor, Duration cap, int attemptsMax) {
    assertThatThrownBy(() -> new RetryPolicy(base, factor, cap, attemptsMax))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
