// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {
  @Test
  void boundsItemsAndBytesAndGivesRoomBack() {
    var backlog = new Backlog(2, 10);
    assertThat(backlog.enter(4)).isTrue();
    assertThat(backlog.enter(7)).isFalse();
    assertThat(backlog.enter(6)).isTrue();
    assertThat(backlog.enter(0)).isFalse();
    backlog.leave(4);
    assertThat(backlog.enter(5)).isFalse();
    assertThat(backlog.enter(4)).isTrue();
  }

  @Test
  void emptyBacklogTakesOneOfAnySizeSoThatNothingIsStuckForEver() {
    var backlog = new Backlog(2, 10);
    assertThat(backlog.enter(1_000)).isTrue();
    assertThat(backlog.enter(0)).isFalse();
    backlog.leave(1_000);
    assertThat(backlog.enter(10)).isTrue();
  }
}
