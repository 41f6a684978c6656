// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.format.Keccak;
import io.wherry.model.Checkpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeaderRingTest {
  private final HeaderRing ring = new HeaderRing(4);

  private static Checkpoint block(long height, String branch) {
    return new Checkpoint(height, Keccak.hash(branch + height));
  }

  @Test
  void keepsTheNewestBlocks() {
    ring.extend(block(1, "a"), List.of(block(2, "a"), block(3, "a"), block(4, "a"), block(5, "a")));

    assertThat(ring.below(block(5, "a")))
        .containsExactly(block(4, "a"), block(3, "a"), block(2, "a"));
  }

  @Test
  void dropsWhatStoodAboveTheCursor() {
    ring.extend(block(1, "a"), List.of(block(2, "a"), block(3, "a")));
    ring.extend(block(2, "a"), List.of(block(3, "b")));

    assertThat(ring.holds(block(3, "a"))).isFalse();
    assertThat(ring.below(block(3, "b"))).containsExactly(block(2, "a"), block(1, "a"));
  }

  @Test
  void startsAnewFromACursorThatItDoesNotHold() {
    ring.extend(block(1, "a"), List.of(block(2, "a")));
    ring.extend(block(2, "b"), List.of(block(3, "b")));

    assertThat(ring.below(block(3, "b"))).containsExactly(block(2, "b"));
  }

  @Test
  void knowsNothingBelowAStranger() {
    ring.extend(block(1, "a"), List.of(block(2, "a")));

    assertThat(ring.below(block(2, "b"))).isEmpty();
    assertThat(ring.below(block(9, "a"))).isEmpty();
  }
}
