// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.watch;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Receipt;
import io.wherry.chain.Scan;
import io.wherry.model.Checkpoint;
import io.wherry.queue.Arrival;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Event;
import io.wherry.queue.Rolled;
import io.wherry.queue.Scanned;
import io.wherry.queue.Work;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.Health;
import io.wherry.relayer.duty.Wakes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches one chain: scans its gateway's logs from the stored checkpoint, follows forks, and says
/// which observations have become final.
///
/// Objectives, in order: 1. never skip a block: the checkpoint moves only together with everything
/// found up to it; 2. never call final what the chain's own rule does not; 3. be early.
public final class ChainWatcher implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(ChainWatcher.class);
  private static final int SCANS_PER_RUN_MAX = 20;
  private static final int CHECKS_PER_RUN_MAX = 1_000;
  private static final Duration PAUSE_HALTED = Duration.ofMinutes(1);
  private static final int PAUSE_FACTOR_MAX = 16;

  private final ChainLink link;
  private final DeliveryStore store;
  private final Wakes wakes;
  private final InstantSource clock;
  private final Health health;
  private int failures;
  private volatile String progress = "";

  /// @param link the chain
  /// @param store where everything found is kept
  /// @param wakes tells the other duties of new work
  /// @param clock what time it is
  public ChainWatcher(ChainLink link, DeliveryStore store, Wakes wakes, InstantSource clock) {
    this.link = link;
    this.store = store;
    this.wakes = wakes;
    this.clock = clock;
    this.health = Health.logged(name(), LOG, clock);
  }

  @Override
  public String name() {
    return "watch " + link.id();
  }

  @Override
  public Condition condition() {
    return health.condition();
  }

  /// How far the chain is scanned, in words; from any thread.
  public String progress() {
    return progress;
  }

  @Override
  public Duration run() {
    var poll = link.terms().poll();
    try {
      var reader = link.adapter().reader();
      boolean more = scan(reader);
      finalizeObserved(reader);
      failures = 0;
      link.worked();
      health.healthy();
      return more ? Duration.ZERO : poll;
    } catch (ChainException failure) {
      return switch (failure) {
        case ChainException.Transient _ -> {
          health.degraded(text(failure));
          link.failed();
          failures = Math.min(failures + 1, PAUSE_FACTOR_MAX);
          yield poll.multipliedBy(failures);
        }
        case ChainException.Permanent _ -> {
          health.halted(text(failure));
          link.close();
          yield PAUSE_HALTED;
        }
      };
    }
  }

  private static String text(ChainException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }

  /// Scans until nothing is new, within bounds; answers whether there may be more.
  private boolean scan(ChainReader reader) throws ChainException {
    for (int i = 0; i < SCANS_PER_RUN_MAX; i++) {
      var stored = store.checkpoint(link.id());
      var cursor = stored.isPresent() ? stored.get() : reader.start(link.terms().startHeight());
      switch (reader.scan(cursor, link.terms().blocksPerScanMax())) {
        case Scan.Idle(long head) -> {
          progress = "at block %d, head %d".formatted(cursor.height(), head);
          return false;
        }
        case Scan.Found found -> {
          record(stored, found);
          progress = "at block %d, head %d".formatted(found.next().height(), found.head());
          if (found.next().height() >= found.head()) {
            return false;
          }
        }
        case Scan.Reorganised(var ancestor, var _) -> {
          if (stored.isEmpty()) {
            // nothing is stored yet, so nothing is orphaned: start again
            return true;
          }
          LOG.warn("{}: a fork; back from {} to {}", name(), cursor, ancestor);
          switch (store.rollBack(link.id(), ancestor, clock.instant())) {
            case Rolled.Back(var steps) -> wakes.after(steps);
            case Rolled.Outdated(var actual) ->
                throw new ChainException.Permanent(
                    "the fork reaches below all that was scanned: %s is above the checkpoint %s"
                        .formatted(ancestor, actual));
          }
        }
      }
    }
    return true;
  }

  private void record(Optional<Checkpoint> from, Scan.Found found) {
    var recorded =
        store.recordScan(
            link.id(),
            from,
            found.next(),
            found.sent(),
            found.received().stream().map(ChainWatcher::arrival).toList(),
            clock.instant());
    for (var observation : found.sent()) {
      LOG.info(
          "{}: message {} to {} in transaction {}",
          name(),
          observation.id(),
          observation.message().recipient().chain(),
          observation.transaction());
    }
    switch (recorded) {
      case Scanned.Recorded(var steps, var conflicts) -> {
        wakes.after(steps);
        for (var conflict : conflicts) {
          LOG.error(
              "{}: two messages for one slot: {} holds it, {} is refused and kept as evidence",
              name(),
              conflict.present(),
              conflict.refused());
        }
      }
      case Scanned.Outdated(var actual) ->
          LOG.warn("{}: the checkpoint moved to {}; scanning again from there", name(), actual);
    }
    if (!found.received().isEmpty()) {
      wakes.deliver(link.id());
    }
  }

  private static Arrival arrival(Receipt receipt) {
    var outcome =
        switch (receipt.outcome()) {
          case Receipt.Outcome.Delivered _ -> new Arrival.Outcome.Delivered();
          case Receipt.Outcome.Failed(var reason) -> new Arrival.Outcome.Failed(reason);
        };
    return new Arrival(receipt.id(), outcome, receipt.block(), receipt.transaction());
  }

  /// Asks for the finality of each block that holds observations, the oldest first, until one can
  /// still vanish.
  private void finalizeObserved(ChainReader reader) throws ChainException {
    Map<Checkpoint, FinalityVerdict> known = new HashMap<>();
    for (var delivery : due()) {
      var block = delivery.observation().block();
      var verdict = known.get(block);
      if (verdict == null) {
        verdict = reader.finality(block, link.terms().finality());
        known.put(block, verdict);
      }
      switch (verdict) {
        case FinalityVerdict.Final(var evidence) ->
            apply(delivery, new Event.BecameFinal(clock.instant(), block, evidence));
        // An endpoint may stand on another fork for a moment. A real fork is found by the scan,
        // which goes back and sees again what is mined again; acting here would orphan without
        // seeing.
        case FinalityVerdict.Orphaned _ -> {}
        // those behind it stand higher
        case FinalityVerdict.Pending _ -> {
          return;
        }
        case FinalityVerdict.Unknown(var reason) ->
            throw new ChainException.Transient("finality of block %s: %s".formatted(block, reason));
      }
    }
  }

  private List<Delivery> due() {
    return store.due(
        Work.FINALIZE,
        Optional.of(link.id()),
        Optional.empty(),
        clock.instant(),
        CHECKS_PER_RUN_MAX);
  }

  private void apply(Delivery delivery, Event event) {
    wakes.after(store.apply(delivery.id(), event));
  }
}
