// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.deliver;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainWriter;
import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Preparation;
import io.wherry.chain.ChainWriter.Submission;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Verdict;
import io.wherry.model.Attestation;
import io.wherry.model.Checkpoint;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.queue.Addressed;
import io.wherry.queue.Applied;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Effect;
import io.wherry.queue.Event;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Refusal;
import io.wherry.queue.Standing;
import io.wherry.queue.State;
import io.wherry.queue.Witness;
import io.wherry.queue.Work;
import io.wherry.relayer.chain.ChainLink;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.Health;
import io.wherry.relayer.duty.Wakes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers to one chain, with this node's wallet there.
///
/// Objectives, in order: 1. what is under way is seen through before anything new is begun, so that
/// no nonce is left behind; 2. nothing is sent that is delivered already; 3. a message that cannot
/// be delivered never delays its neighbours; 4. be early.
public final class Deliverer implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);
  private static final int DUE_MAX = 256;
  private static final int PAUSE_FACTOR_MAX = 16;
  private static final Duration FAR = Duration.ofDays(365);

  private final ChainLink link;
  private final DeliveryStore store;
  private final Wakes wakes;
  private final InstantSource clock;
  private final Health health;
  private int failures;
  private boolean reconciled;

  /// @param link the destination chain
  /// @param store where deliveries are
  /// @param wakes tells the other duties of new work
  /// @param clock what time it is
  public Deliverer(ChainLink link, DeliveryStore store, Wakes wakes, InstantSource clock) {
    this.link = link;
    this.store = store;
    this.wakes = wakes;
    this.clock = clock;
    this.health = Health.logged(name(), LOG, clock);
  }

  @Override
  public String name() {
    return "deliver " + link.id();
  }

  @Override
  public Condition condition() {
    return health.condition();
  }

  @Override
  public Duration run() {
    var poll = link.terms().poll();
    try {
      var adapter = link.adapter();
      settle(adapter);
      track(adapter);
      submit(adapter);
      failures = 0;
      link.worked();
      health.healthy();
      return pause(poll);
    } catch (ChainException failed) {
      link.failed();
      health.degraded(Objects.requireNonNullElse(failed.getMessage(), failed.toString()));
    }
    failures = Math.min(failures + 1, PAUSE_FACTOR_MAX);
    return poll.multipliedBy(failures);
  }

  /// Until the next thing is due, and no longer than a poll.
  private Duration pause(Duration poll) {
    return store
        .nextDue(Work.SUBMIT, Optional.empty(), Optional.of(link.id()))
        .map(due -> Duration.between(clock.instant(), due))
        .filter(left -> left.compareTo(poll) < 0)
        .map(left -> left.isNegative() ? poll : left)
        .orElse(poll);
  }

  // ---- delivered, and final or not ----

  private void settle(ChainAdapter adapter) throws ChainException {
    Map<Checkpoint, FinalityVerdict> known = new HashMap<>();
    for (var delivery : due(Work.SETTLE)) {
      if (!(delivery.state() instanceof State.Included included)) {
        continue;
      }
      learnCost(adapter.writer(), delivery, included);
      if (!included.ours()) {
        // somebody was faster; where ours was never accepted, its nonce must not stay a hole
        included.own().ifPresent(own -> adapter.writer().discard(transaction(own)));
      }
      var block = included.block();
      var verdict = known.get(block);
      if (verdict == null) {
        verdict = adapter.reader().finality(block, link.terms().finality());
        known.put(block, verdict);
      }
      switch (verdict) {
        case FinalityVerdict.Final(var evidence) -> {
          apply(delivery.id(), new Event.SettledSeen(clock.instant(), block, evidence));
          LOG.info("{}: message {} is settled: {}", name(), delivery.id(), evidence);
        }
        case FinalityVerdict.Orphaned _ -> {
          // What the watcher saw is the watcher's to take back, when its scan finds the fork:
          // an endpoint may stand on another one for a moment.
          if (included.witness() == Witness.OWN_RECEIPT) {
            apply(delivery.id(), new Event.DestinationOrphaned(clock.instant(), block));
          }
        }
        case FinalityVerdict.Pending _, FinalityVerdict.Unknown _ -> {}
      }
    }
  }

  private void learnCost(ChainWriter writer, Delivery delivery, State.Included included)
      throws ChainException {
    if (included.ours() && included.cost().isEmpty()) {
      var own = included.own().orElseThrow();
      if (writer.inclusion(transaction(own)) instanceof Inclusion.Included seen) {
        apply(delivery.id(), included(own, seen));
      }
    }
  }

  // ---- under way ----

  private void track(ChainAdapter adapter) throws ChainException {
    // After a start everything stored is looked for at once: a transaction that was never sent
    // holds a nonce.
    var by = reconciled ? clock.instant() : clock.instant().plus(FAR);
    int most = reconciled ? DUE_MAX : DeliveryStore.ROWS_MAX;
    var patience = new Patience();
    for (var delivery : store.due(Work.TRACK, Optional.empty(), Optional.of(link.id()), by, most)) {
      if (delivery.state() instanceof State.Submitted submitted) {
        // what vanished from its source is watched, but not sent once more
        boolean wanted = !(delivery.standing() instanceof Standing.Vanished);
        try {
          apply(delivery.id(), whereIs(adapter.writer(), submitted.transaction(), wanted));
        } catch (ChainException.Transient failed) {
          patience.failed(List.of(delivery), failed);
        }
      }
    }
    reconciled = true;
  }

  /// A failure may be the endpoint's, or that of the one message: it is written down with the
  /// message, which waits, and the next ones are tried. Only when it goes on is it the endpoint's.
  private final class Patience {
    private static final int FAILURES_MAX = 3;
    private int failures;

    void failed(List<Delivery> deliveries, ChainException.Transient failure)
        throws ChainException.Transient {
      applyAll(
          deliveries,
          new Event.TransportFailed(
              clock.instant(), Objects.requireNonNullElse(failure.getMessage(), "no answer")));
      if (++failures >= FAILURES_MAX) {
        throw failure;
      }
    }
  }

  /// What became of our transaction; sent again where it is in no block, for an endpoint may have
  /// forgotten it.
  private Event whereIs(ChainWriter writer, OwnTransaction own, boolean wanted)
      throws ChainException {
    return switch (writer.inclusion(transaction(own))) {
      case Inclusion.Included included -> included(own, included);
      case Inclusion.Superseded(var reason) ->
          new Event.Superseded(clock.instant(), own.hash(), reason);
      case Inclusion.Pending _ ->
          wanted ? sendAgain(writer, own) : new Event.StillPending(clock.instant());
    };
  }

  private Event sendAgain(ChainWriter writer, OwnTransaction own) throws ChainException {
    return switch (writer.submit(transaction(own))) {
      case Submission.Accepted _ -> new Event.StillPending(clock.instant());
      case Submission.NonceUsed _ -> outrun(writer, own);
      case Submission.Rejected(var reason) -> rejected(writer, own, reason);
    };
  }

  /// Its nonce is used, perhaps by itself: only what the chain holds tells, and an endpoint that
  /// lags may not tell yet. Until then it is not forgotten, or it might be paid for twice.
  private Event outrun(ChainWriter writer, OwnTransaction own) throws ChainException {
    return switch (writer.inclusion(transaction(own))) {
      case Inclusion.Included included -> included(own, included);
      case Inclusion.Superseded(var reason) ->
          new Event.Superseded(clock.instant(), own.hash(), reason);
      case Inclusion.Pending _ -> new Event.StillPending(clock.instant());
    };
  }

  private Event rejected(ChainWriter writer, OwnTransaction own, String reason)
      throws ChainException {
    return writer.inclusion(transaction(own)) instanceof Inclusion.Included included
        ? included(own, included)
        : new Event.SubmitRejected(clock.instant(), own.hash(), reason);
  }

  private Event included(OwnTransaction own, Inclusion.Included seen) {
    return new Event.IncludedSeen(
        clock.instant(),
        own.hash(),
        seen.block(),
        seen.succeeded(),
        seen.gasUsed(),
        seen.feePaid());
  }

  // ---- new ----

  private void submit(ChainAdapter adapter) throws ChainException {
    Map<Attestation, List<Delivery>> batches = new LinkedHashMap<>();
    for (var delivery : due(Work.SUBMIT)) {
      delivery
          .attestation()
          .ifPresent(
              attestation ->
                  batches.computeIfAbsent(attestation, _ -> new ArrayList<>()).add(delivery));
    }
    var patience = new Patience();
    for (var batch : batches.entrySet()) {
      try {
        submit(adapter, batch.getKey(), batch.getValue());
      } catch (ChainException.Transient failed) {
        patience.failed(batch.getValue(), failed);
      }
    }
  }

  private void submit(ChainAdapter adapter, Attestation attestation, List<Delivery> due)
      throws ChainException {
    var open = undelivered(adapter, due);
    if (open.size() > 1 && open.size() == attestation.batch().messages().size()) {
      deliver(adapter, inBatchOrder(open, attestation), attestation);
    } else {
      for (var single : open) {
        deliver(adapter, List.of(single), attestation);
      }
    }
  }

  /// Those that the gateway has not delivered yet. One that it cannot be asked about waits.
  private List<Delivery> undelivered(ChainAdapter adapter, List<Delivery> deliveries)
      throws ChainException {
    var open = new ArrayList<Delivery>();
    for (var delivery : deliveries) {
      switch (adapter.reader().delivered(delivery.observation().message())) {
        case Verdict.No _ -> open.add(delivery);
        case Verdict.Yes _ ->
            apply(delivery.id(), new Event.AlreadyDelivered(clock.instant(), Optional.empty()));
        case Verdict.Unknown(var reason) ->
            apply(delivery.id(), new Event.TransportFailed(clock.instant(), reason));
      }
    }
    return open;
  }

  private void deliver(ChainAdapter adapter, List<Delivery> deliveries, Attestation attestation)
      throws ChainException {
    var messages = deliveries.stream().map(delivery -> delivery.observation().message()).toList();
    switch (prepare(adapter.writer(), messages, attestation)) {
      case Preparation.Ready(var transaction) -> send(adapter.writer(), deliveries, transaction);
      case Preparation.AlreadyDelivered _ ->
          applyAll(deliveries, new Event.AlreadyDelivered(clock.instant(), Optional.empty()));
      case Preparation.Refused(var cause, var detail) ->
          applyAll(deliveries, new Event.SubmitRefused(clock.instant(), refusal(cause), detail));
      case Preparation.Reverts(var reason) -> {
        if (deliveries.size() == 1) {
          applyAll(deliveries, new Event.SubmitReverts(clock.instant(), reason));
        } else {
          // one of them spoils it: each by itself, so that only that one waits
          for (var single : deliveries) {
            deliver(adapter, List.of(single), attestation);
          }
        }
      }
      case Preparation.AttestationRefused(var reason) ->
          applyAll(deliveries, new Event.AttestationRefused(clock.instant(), reason));
    }
  }

  /// A preparation that can never succeed concerns these messages alone: they wait with its reason,
  /// and their neighbours go on.
  private static Preparation prepare(
      ChainWriter writer, List<Message> messages, Attestation attestation) throws ChainException {
    try {
      return writer.prepare(messages, attestation);
    } catch (ChainException.Permanent wrong) {
      return new Preparation.Refused(
          Preparation.Cause.OTHER,
          Objects.requireNonNullElse(wrong.getMessage(), wrong.toString()));
    }
  }

  /// Stores the signed bytes with every delivery they carry, then sends them. A message that was
  /// delivered meanwhile does not keep the others back, for the gateway skips it; one that was held
  /// or vanished does.
  private void send(
      ChainWriter writer, List<Delivery> deliveries, ChainWriter.Transaction transaction)
      throws ChainException {
    var own = new OwnTransaction(transaction.hash(), transaction.signed(), transaction.nonce());
    var sent = new ArrayList<Delivery>();
    boolean stopped = false;
    for (var applied :
        store.applyAll(
            deliveries.stream()
                .map(d -> new Addressed(d.id(), new Event.Prepared(clock.instant(), own)))
                .toList())) {
      wakes.after(applied);
      if (applied instanceof Applied.Stepped(var before, var step)) {
        if (step.effects().stream().anyMatch(Effect.Broadcast.class::isInstance)) {
          sent.add(before);
        } else {
          stopped |= step.next().state().work().isEmpty() && !isDelivered(step.next());
        }
      }
    }
    if (sent.isEmpty() || stopped) {
      // A message of it was held or vanished between reading and storing: it must not travel along.
      writer.discard(transaction);
      applyAll(
          sent,
          new Event.SubmitRejected(
              clock.instant(), own.hash(), "not sent: another message of the batch was stopped"));
      return;
    }
    switch (writer.submit(transaction)) {
      case Submission.Accepted _ ->
          LOG.info(
              "{}: sent {} with {}",
              name(),
              transaction.hash(),
              sent.stream().map(d -> d.id().toString()).collect(Collectors.joining(", ")));
      case Submission.NonceUsed _ -> applyAll(sent, outrun(writer, own));
      case Submission.Rejected(var reason) -> applyAll(sent, rejected(writer, own, reason));
    }
  }

  private static boolean isDelivered(Delivery delivery) {
    return delivery.state() instanceof State.Included || delivery.state() instanceof State.Settled;
  }

  private static List<Delivery> inBatchOrder(List<Delivery> open, Attestation attestation) {
    Map<MessageId, Delivery> byId =
        open.stream().collect(Collectors.toMap(Delivery::id, delivery -> delivery));
    return attestation.batch().messages().stream().map(byId::get).toList();
  }

  private static ChainWriter.Transaction transaction(OwnTransaction own) {
    return new ChainWriter.Transaction(own.hash(), own.signed(), own.nonce());
  }

  private static Refusal refusal(Preparation.Cause cause) {
    return switch (cause) {
      case FUNDS -> Refusal.FUNDS;
      case PAUSED -> Refusal.PAUSED;
      case OTHER -> Refusal.OTHER;
    };
  }

  private List<Delivery> due(Work work) {
    return store.due(work, Optional.empty(), Optional.of(link.id()), clock.instant(), DUE_MAX);
  }

  private void applyAll(List<Delivery> deliveries, Event event) {
    store
        .applyAll(deliveries.stream().map(d -> new Addressed(d.id(), event)).toList())
        .forEach(wakes::after);
  }

  private void apply(MessageId id, Event event) {
    wakes.after(store.apply(id, event));
  }
}
