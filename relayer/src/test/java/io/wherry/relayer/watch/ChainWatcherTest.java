// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Scan;
import io.wherry.format.Keccak;
import io.wherry.model.Checkpoint;
import io.wherry.queue.State;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.chain.Deliveries;
import io.wherry.relayer.chain.ScriptedChain;
import io.wherry.relayer.duty.Condition;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What endpoints do that no honest chain does.
@NullMarked
final class ChainWatcherTest {
  private final Deliveries deliveries;
  private final ScriptedChain chain = new ScriptedChain(Deliveries.SOURCE);

  ChainWatcherTest(@TempDir Path folder) {
    deliveries = new Deliveries(folder);
  }

  @AfterEach
  void close() {
    deliveries.close();
  }

  private ChainWatcher watcher(ChainLink link) {
    return new ChainWatcher(link, deliveries.store, deliveries, deliveries.clock);
  }

  @Test
  void anEndpointOnAnotherForkForAMomentOrphansNothing() {
    var id = deliveries.seen(1).getFirst();
    var watcher = watcher(chain.link());
    chain.finality = new FinalityVerdict.Orphaned();

    watcher.run();
    assertThat(deliveries.state(id)).isInstanceOf(State.Observed.class);

    chain.finality = new FinalityVerdict.Final("test");
    watcher.run();
    assertThat(deliveries.state(id)).isInstanceOf(State.Final.class);
  }

  @Test
  void aForkBeforeAnythingIsStoredBeginsAgain() {
    var watcher = watcher(chain.link());
    chain.scan = new Scan.Reorganised(new Checkpoint(3, Keccak.hash("block 3")), 10);

    watcher.run();

    assertThat(watcher.condition()).isInstanceOf(Condition.Healthy.class);
    assertThat(deliveries.store.checkpoint(Deliveries.SOURCE)).isEmpty();
  }

  @Test
  void goesOnByItselfAfterAnErrorThatLookedFinal() {
    Deque<ChainException> errors = new ArrayDeque<>();
    errors.add(new ChainException.Permanent("no gateway contract"));
    var link =
        new ChainLink(
            Deliveries.SOURCE,
            chain.link().terms(),
            () -> {
              if (!errors.isEmpty()) {
                throw errors.pop();
              }
              return (ChainAdapter) chain;
            });
    var watcher = watcher(link);

    watcher.run();
    assertThat(watcher.condition())
        .isInstanceOfSatisfying(
            Condition.Halted.class,
            halted -> assertThat(halted.reason()).contains("no gateway contract"));

    watcher.run();
    assertThat(watcher.condition()).isInstanceOf(Condition.Healthy.class);
  }
}
