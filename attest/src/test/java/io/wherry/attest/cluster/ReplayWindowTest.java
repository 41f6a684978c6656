// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {
  private static final int WIDTH = ReplayWindow.WIDTH;

  @Test
  void acceptsTheOldestInsideTheWindowAndRefusesTheNextOlder() {
    var window = new ReplayWindow();
    window.mark(5_000);
    assertThat(window.isNew(5_000)).isFalse();
    assertThat(window.isNew(5_000 - WIDTH + 1)).isTrue();
    assertThat(window.isNew(5_000 - WIDTH)).isFalse();
    assertThat(window.isNew(1)).isFalse();
    assertThat(window.isNew(5_001)).isTrue();
  }

  @Test
  void remembersWhatItSawWhenItMovesByOneLessThanItsWidth() {
    var window = new ReplayWindow();
    window.mark(7);
    window.mark(7 + WIDTH - 1);
    assertThat(window.isNew(7)).isFalse();
    assertThat(window.isNew(8)).isTrue();
    window.mark(7 + WIDTH);
    assertThat(window.isNew(8)).isTrue();
    assertThat(window.isNew(7)).isFalse();
  }

  @Test
  void numbersJumpedOverCanStillCome() {
    var window = new ReplayWindow();
    window.mark(1);
    window.mark(Long.MAX_VALUE - 10);
    assertThat(window.isNew(Long.MAX_VALUE - 11)).isTrue();
    assertThat(window.isNew(2)).isFalse();
    window.mark(Long.MAX_VALUE);
    assertThat(window.isNew(Long.MAX_VALUE)).isFalse();
    assertThat(window.isNew(Long.MAX_VALUE - 10)).isFalse();
    assertThat(window.isNew(Long.MAX_VALUE - WIDTH + 1)).isTrue();
  }

  @Test
  void everythingUpToAStoredMarkIsSeen() {
    var window = new ReplayWindow(10_000);
    assertThat(window.isNew(10_000)).isFalse();
    assertThat(window.isNew(9_999)).isFalse();
    assertThat(window.isNew(10_001)).isTrue();
    window.mark(10_500);
    assertThat(window.isNew(10_000)).isFalse();
    assertThat(window.isNew(10_001)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void agreesWithASetThatForgetsNothing(long seed) {
    var random = new Random(seed);
    var window = new ReplayWindow();
    var seen = new HashSet<Long>();
    long highest = 0;
    for (int i = 0; i < 50_000; i++) {
      long jump = random.nextInt(100) == 0 ? random.nextInt(3 * WIDTH) : random.nextInt(4);
      long seq =
          Math.max(1, highest + jump - (random.nextBoolean() ? random.nextInt(2 * WIDTH) : 0));
      boolean expected = seq > highest || (seq > highest - WIDTH && !seen.contains(seq));
      assertThat(window.isNew(seq)).as("seq %d, highest %d", seq, highest).isEqualTo(expected);
      if (expected) {
        window.mark(seq);
        seen.add(seq);
        highest = Math.max(highest, seq);
      }
      assertThat(window.highest()).isEqualTo(highest);
    }
  }
}
