// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Submission;
import io.wherry.chain.FinalityVerdict;
import io.wherry.format.Keccak;
import io.wherry.model.Checkpoint;
import io.wherry.queue.Arrival;
import io.wherry.queue.State;
import io.wherry.queue.WaitReason;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.chain.Deliveries;
import io.wherry.relayer.chain.ScriptedChain;
import io.wherry.relayer.duty.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What endpoints do that no honest chain does.
@NullMarked
final class DelivererTest {
  private final Deliveries deliveries;
  private final ScriptedChain chain = new ScriptedChain(Deliveries.DESTINATION);
  private final Deliverer deliverer;

  DelivererTest(@TempDir Path folder) {
    deliveries = new Deliveries(folder);
    deliverer = new Deliverer(chain.link(), deliveries.store, deliveries, deliveries.clock);
  }

  @AfterEach
  void close() {
    deliveries.close();
  }

  @Test
  void oneMessageThatTheEndpointChokesOnDelaysNoOther() {
    var ids = deliveries.attested(3);
    chain.choking.add(ids.getFirst());

    deliverer.run();

    assertThat(deliveries.state(ids.get(1))).isInstanceOf(State.Submitted.class);
    assertThat(deliveries.state(ids.get(2))).isInstanceOf(State.Submitted.class);
    assertThat(deliveries.state(ids.getFirst()))
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> {
              assertThat(waiting.reason()).isEqualTo(WaitReason.TRANSPORT);
              assertThat(waiting.lastError()).contains("oversized");
            });
    assertThat(deliverer.condition()).isInstanceOf(Condition.Healthy.class);
  }

  @Test
  void anEndpointThatChokesOnEverythingIsSaidToFailAndLeftForAnother() {
    chain.choking.addAll(deliveries.attested(5));

    deliverer.run();

    assertThat(deliverer.condition()).isInstanceOf(Condition.Degraded.class);
    for (int i = 1; i < ChainLink.FAILURES_MAX; i++) {
      deliveries.pass(Duration.ofHours(1));
      deliverer.run();
    }
    assertThat(chain.closed).isEqualTo(1);
  }

  @Test
  void aUsedNonceIsNotForgottenBeforeTheChainTellsByWhom() {
    var id = deliveries.attested(1).getFirst();
    chain.submission = new Submission.NonceUsed("nonce too low");

    deliverer.run();

    assertThat(deliveries.state(id)).isInstanceOf(State.Submitted.class);
    chain.inclusion = new Inclusion.Superseded("another one took it");
    deliveries.pass(Duration.ofMinutes(1));
    deliverer.run();
    assertThat(deliveries.state(id))
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> assertThat(waiting.reason()).isEqualTo(WaitReason.SUPERSEDED));
    assertThat(chain.prepared).hasSize(1);
  }

  @Test
  void anEndpointOnAnotherForkForAMomentTakesBackNoDeliveryThatTheWatcherSaw() {
    var id = deliveries.attested(1).getFirst();
    var block = new Checkpoint(9, Keccak.hash("block 9"));
    deliveries.store.recordScan(
        Deliveries.DESTINATION,
        Optional.empty(),
        block,
        List.of(),
        List.of(new Arrival(id, new Arrival.Outcome.Delivered(), block, Keccak.hash("theirs"))),
        deliveries.clock.instant());
    chain.finality = new FinalityVerdict.Orphaned();

    deliverer.run();
    assertThat(deliveries.state(id)).isInstanceOf(State.Included.class);

    chain.finality = new FinalityVerdict.Final("test");
    deliverer.run();
    assertThat(deliveries.state(id)).isInstanceOf(State.Settled.class);
  }

  @Test
  void whatIsStoredIsSentAgainAsItWasAfterAStart() {
    deliveries.attested(1);
    deliverer.run();

    new Deliverer(chain.link(), deliveries.store, deliveries, deliveries.clock).run();

    assertThat(chain.submitted).hasSize(2);
    assertThat(chain.submitted.getFirst()).isEqualTo(chain.submitted.getLast());
    assertThat(chain.prepared).hasSize(1);
  }
}
