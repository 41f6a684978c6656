// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RendezvousTest {
  private static final List<MemberId> FIVE =
      IntStream.rangeClosed(1, 5).mapToObj(MemberId::new).toList();

  @Test
  void orderDoesNotDependOnWhoAsksOrHowTheMembersAreListed() {
    var shuffled = new ArrayList<>(FIVE);
    Collections.shuffle(shuffled, new Random(1));
    for (int message = 0; message < 50; message++) {
      assertThat(Rendezvous.order(id(message), shuffled))
          .isEqualTo(Rendezvous.order(id(message), FIVE))
          .containsExactlyInAnyOrderElementsOf(FIVE);
    }
  }

  /// The weights, computed by other means: SHA-256 of 32 zero bytes and the member's four.
  @Test
  void orderIsThatOfTheDocumentedHash() {
    assertThat(Rendezvous.order(new MessageId(Hash32.ZERO), FIVE))
        .extracting(MemberId::number)
        .containsExactly(2, 4, 3, 5, 1);
  }

  @Test
  void everyMemberGoesFirstForItsShareOfTheMessages() {
    var first = new int[6];
    for (int message = 0; message < 5_000; message++) {
      first[Rendezvous.order(id(message), FIVE).getFirst().number()]++;
    }
    for (var member : FIVE) {
      assertThat(first[member.number()]).isBetween(850, 1_150);
    }
  }

  @Test
  void aMemberThatLeavesMovesOnlyItsOwnMessages() {
    var gone = FIVE.getLast();
    var left = FIVE.subList(0, 4);
    for (int message = 0; message < 200; message++) {
      var before = new ArrayList<>(Rendezvous.order(id(message), FIVE));
      before.remove(gone);
      assertThat(Rendezvous.order(id(message), left)).isEqualTo(before);
    }
  }

  @Test
  void rankIsThePlaceInTheOrder() {
    var order = Rendezvous.order(id(3), FIVE);
    for (int rank = 0; rank < 5; rank++) {
      assertThat(Rendezvous.rank(id(3), FIVE, order.get(rank))).isEqualTo(rank);
    }
    assertThatThrownBy(() -> Rendezvous.rank(id(3), FIVE, new MemberId(6)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static MessageId id(int message) {
    return new MessageId(Samples.hash(message));
  }
}
