// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts dropped envelopes by reason, and says so in the log once per reason and minute, so that a
/// flood on the bus cannot become a flood in the log. Thread-safe.
final class DropJournal {
  private static final Logger LOG = LoggerFactory.getLogger(DropJournal.class);
  private static final long LOG_INTERVAL_MILLIS = 60_000;
  private static final long NEVER = Long.MIN_VALUE;

  private final InstantSource clock;
  private final Map<DropReason, LongAdder> counts = new EnumMap<>(DropReason.class);
  private final Map<DropReason, AtomicLong> loggedAtMillis = new EnumMap<>(DropReason.class);

  DropJournal(InstantSource clock) {
    this.clock = clock;
    for (var reason : DropReason.values()) {
      counts.put(reason, new LongAdder());
      loggedAtMillis.put(reason, new AtomicLong(NEVER));
    }
  }

  /// Counts one; `claim` is what the envelope says of itself, unproved.
  Opened.Dropped drop(DropReason reason, String claim) {
    at(counts, reason).increment();
    var loggedAt = at(loggedAtMillis, reason);
    long now = clock.millis();
    long last = loggedAt.get();
    if ((last == NEVER || now - last >= LOG_INTERVAL_MILLIS) && loggedAt.compareAndSet(last, now)) {
      LOG.warn(
          "dropped an envelope: {} ({}, unproved); {} for this reason since start",
          reason,
          claim,
          at(counts, reason).sum());
    }
    return new Opened.Dropped(reason);
  }

  /// How many were dropped for each reason, zeros included.
  Map<DropReason, Long> snapshot() {
    var snapshot = new EnumMap<DropReason, Long>(DropReason.class);
    counts.forEach((reason, count) -> snapshot.put(reason, count.sum()));
    return snapshot;
  }

  private static <V> V at(Map<DropReason, V> map, DropReason reason) {
    var value = map.get(reason);
    if (value == null) {
      throw new IllegalStateException("every reason has its entry: " + reason);
    }
    return value;
  }
}
