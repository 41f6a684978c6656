// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NonceSequenceTest {
  private final NonceSequence nonces = new NonceSequence();

  @Test
  void followsTheChainAfterARestart() {
    assertThat(nonces.next(7)).isEqualTo(7);
  }

  @Test
  void givesEachPreparationItsOwn() {
    assertThat(nonces.next(7)).isEqualTo(7);
    assertThat(nonces.next(7)).isEqualTo(8);
    nonces.submitted(7);
    assertThat(nonces.next(8)).isEqualTo(9);
  }

  @Test
  void givesAnAbandonedOneAgainOnceAHigherOneWaitsForIt() {
    long abandoned = nonces.next(7);
    long higher = nonces.next(7);
    assertThat(nonces.next(7)).as("nothing is known to be abandoned yet").isEqualTo(9);

    nonces.submitted(higher);

    assertThat(nonces.next(7)).isEqualTo(abandoned);
  }

  @Test
  void givesAReleasedOneAgain() {
    nonces.next(7);
    nonces.next(7);
    nonces.released(7);

    assertThat(nonces.next(7)).isEqualTo(7);
    assertThat(nonces.next(7)).isEqualTo(9);
  }

  @Test
  void followsTheChainWhereAnotherProcessUsedTheWallet() {
    nonces.next(7);

    assertThat(nonces.next(20)).isEqualTo(20);
  }

  @Test
  void doesNotGiveASubmittedOneAgainThoughTheChainForgotIt() {
    nonces.submitted(nonces.next(7));

    assertThat(nonces.next(7)).isEqualTo(8);
  }
}
