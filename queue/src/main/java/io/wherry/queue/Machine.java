// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Attestation;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.queue.State.Attested;
import io.wherry.queue.State.DeadLetter;
import io.wherry.queue.State.Final;
import io.wherry.queue.State.Held;
import io.wherry.queue.State.Included;
import io.wherry.queue.State.Observed;
import io.wherry.queue.State.Orphaned;
import io.wherry.queue.State.Settled;
import io.wherry.queue.State.Submitted;
import io.wherry.queue.State.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The life of a message, as one pure function: no clock, no I/O, no chance, and no exception on
/// any pair of state and event. An event that does not apply leaves the delivery as it is.
///
/// What always holds:
/// 1. `Settled` is reached only from `Included`, through the finality of the very block that holds
///    the delivery, witnessed by the gateway; and nothing leads out of it.
/// 2. A delivery is `Attested` or newly `Submitted` only while this node itself holds the
///    observation for final. An attestation that comes sooner is remembered.
/// 3. An attestation is never lost, only replaced by another of the same or a later key epoch.
/// 4. A transaction of ours is not forgotten while it can still be mined and nothing better is
///    known.
/// 5. Waiting for transport, attestation, funds or the end of a pause never makes a dead letter.
///
/// Callers commit [Step#next] before they act on [Step#effects].
public final class Machine {
  private final Settings settings;

  /// A machine for one node.
  public Machine(Settings settings) {
    this.settings = settings;
  }

  /// What follows when `event` happens to `delivery`. Times are cut to whole milliseconds.
  public Step step(Delivery delivery, Event event) {
    var at = event.at().truncatedTo(ChronoUnit.MILLIS);
    return switch (event) {
      case Event.Seen seen -> seen(delivery, seen, at);
      case Event.BecameFinal last -> becameFinal(delivery, last, at);
      case Event.SourceOrphaned orphaned -> sourceOrphaned(delivery, orphaned.block(), at);
      case Event.AttestationReceived received -> attested(delivery, received.attestation(), at);
      case Event.AttestFailed failed -> attestFailed(delivery, failed.reason(), at);
      case Event.AttestationRefused refused -> attestationRefused(delivery, refused.reason(), at);
      case Event.Prepared prepared -> prepared(delivery, prepared.transaction(), at);
      case Event.SubmitRejected rejected ->
          lost(
              delivery,
              rejected.transaction(),
              new Failure(WaitReason.REJECTED, DeadReason.REJECTED, rejected.reason()),
              at);
      case Event.Superseded superseded ->
          lost(
              delivery,
              superseded.transaction(),
              new Failure(WaitReason.SUPERSEDED, DeadReason.SUPERSEDED, superseded.reason()),
              at);
      case Event.SubmitReverts reverts -> submitReverts(delivery, reverts.reason(), at);
      case Event.SubmitRefused refused -> submitRefused(delivery, refused, at);
      case Event.TransportFailed failed -> transportFailed(delivery, failed.error(), at);
      case Event.StillPending _ -> stillPending(delivery, at);
      case Event.IncludedSeen included -> includedSeen(delivery, included, at);
      case Event.DeliverySeen seen -> deliverySeen(delivery, seen, at);
      case Event.RecipientFailed failed -> recipientFailed(delivery, failed, at);
      case Event.AlreadyDelivered already -> alreadyDelivered(delivery, already, at);
      case Event.DestinationOrphaned orphaned ->
          destinationOrphaned(delivery, orphaned.block(), at);
      case Event.SettledSeen settled -> settledSeen(delivery, settled, at);
      case Event.Replay _ -> replay(delivery, at);
      case Event.Drop drop -> drop(delivery, drop.reason(), at);
      case Event.Hold hold -> hold(delivery, hold, at);
      case Event.Release release -> release(delivery, release.reason(), at);
    };
  }

  // ---- the source chain ----

  private Step seen(Delivery was, Event.Seen event, Instant at) {
    var observation = event.observation();
    if (!observation.id().equals(was.id())) {
      return stay(was);
    }
    if (was.standing() instanceof Standing.Vanished) {
      return revive(was, observation, at);
    }
    if (observation.block().equals(was.observation().block())) {
      return stay(was);
    }
    var vanished = sourceOrphaned(was, was.observation().block(), at);
    if (!vanished.changes(was)) {
      return vanished;
    }
    var revived = seen(vanished.next(), event, at);
    var effects = new ArrayList<>(vanished.effects());
    effects.addAll(revived.effects());
    return new Step(once(was, revived.next()), effects);
  }

  /// Seen again: finality has to be waited for anew, whatever was known before.
  private Step revive(Delivery was, Observation observation, Instant at) {
    var back = was.with(observation).with(new Standing.Reversible());
    return switch (was.state()) {
      case Orphaned _, Observed _, Final _, Attested _, Waiting _ ->
          move(back, new Observed(at, at), at);
      case Held _, DeadLetter _, Submitted _, Included _ -> same(back, at);
      case Settled _ -> stay(was);
    };
  }

  private Step becameFinal(Delivery was, Event.BecameFinal event, Instant at) {
    boolean pending = was.standing() instanceof Standing.Reversible;
    if (!pending || !event.block().equals(was.observation().block())) {
      return stay(was);
    }
    var sure = was.with(new Standing.Irreversible(event.evidence()));
    return switch (was.state()) {
      case Observed _ -> move(sure, ready(sure, ranked(was, at), at), at);
      case Waiting waiting when waiting.resumes() == Work.FINALIZE ->
          move(sure, ready(sure, ranked(was, at), at), at);
      case Waiting _,
          Final _,
          Attested _,
          Submitted _,
          Included _,
          Held _,
          DeadLetter _,
          Orphaned _ ->
          same(sure, at);
      case Settled _ -> stay(was);
    };
  }

  private Step sourceOrphaned(Delivery was, Checkpoint block, Instant at) {
    if (was.standing() instanceof Standing.Vanished || !block.equals(was.observation().block())) {
      return stay(was);
    }
    boolean wasFinal = was.standing() instanceof Standing.Irreversible;
    boolean attested = was.attestation().isPresent();
    var gone = was.with(new Standing.Vanished());
    var alarm = new ArrayList<Effect>();
    if (wasFinal || attested) {
      alarm.add(
          notice(
              was,
              Notice.SOURCE_FINALITY_VIOLATED,
              "block %s was %s and vanished"
                  .formatted(block, wasFinal ? "final" : "attested by the committee")));
    }
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _ ->
          move(gone, wasFinal && attested ? violated(block) : new Orphaned(), at).and(alarm);
      case Held held ->
          (wasFinal && attested && held.reason() != HoldReason.FINALITY_VIOLATED
                  ? move(gone, violated(block), at)
                  : same(gone, at))
              .and(alarm);
      case Submitted _, DeadLetter _ -> same(gone, at).and(alarm);
      case Included _ -> same(gone, at).and(alarm).and(List.of(unbacked(was)));
      case Settled _ -> stay(was).and(alarm).and(List.of(unbacked(was)));
      case Orphaned _ -> stay(was);
    };
  }

  // ---- the committee ----

  private Step attested(Delivery was, Attestation received, Instant at) {
    boolean concerns =
        received.batch().messages().contains(was.id())
            && received.batch().destination().chain().equals(was.lane().destination());
    if (!concerns || !improves(was, received)) {
      return stay(was);
    }
    var with = was.with(received);
    return switch (was.state()) {
      case Final _ -> move(with, new Attested(ranked(was, at)), at);
      case Waiting waiting when waiting.resumes() == Work.ATTEST -> {
        // the one that was refused is tried again when its time has come, not whenever it is
        // repeated
        boolean again = was.attestation().equals(Optional.of(received));
        var ranked = ranked(was, at);
        var submitAt = again && waiting.retryAt().isAfter(ranked) ? waiting.retryAt() : ranked;
        yield move(with, new Attested(submitAt), at);
      }
      case Orphaned _ ->
          same(with, at)
              .and(
                  List.of(
                      notice(
                          was,
                          Notice.SOURCE_FINALITY_VIOLATED,
                          "the committee attested what this node saw vanish")));
      case Observed _, Waiting _, Attested _, Submitted _, Included _, Held _, DeadLetter _ ->
          same(with, at);
      case Settled _ -> stay(was);
    };
  }

  /// Where another one is wanted, any of no older key: also the very one that was refused, because
  /// the gateway may know its key by now, and each refusal counts as an attempt. Elsewhere only one
  /// of a newer key.
  private static boolean improves(Delivery was, Attestation received) {
    if (was.attestation().isEmpty()) {
      return true;
    }
    var present = was.attestation().orElseThrow();
    long newer = received.batch().keyEpoch().number() - present.batch().keyEpoch().number();
    boolean wanted = was.state().work().equals(Optional.of(Work.ATTEST));
    return newer > 0 || wanted && newer == 0;
  }

  private Step attestFailed(Delivery was, String reason, Instant at) {
    return works(was, Work.ATTEST) ? postpone(was, WaitReason.ATTESTATION, reason, at) : stay(was);
  }

  private Step attestationRefused(Delivery was, String reason, Instant at) {
    if (!works(was, Work.SUBMIT)) {
      return stay(was);
    }
    int attempts = was.attempts() + 1;
    var counted = was.withAttempts(attempts);
    if (attempts >= settings.retry().attemptsMax()) {
      return dead(counted, DeadReason.ATTESTATION_REFUSED, reason, at);
    }
    var next = settings.retry().delay(was.id(), attempts);
    return move(
        counted, new Waiting(WaitReason.ATTESTATION, at.plus(next), reason, Work.ATTEST, 1), at);
  }

  // ---- our transaction ----

  private Step prepared(Delivery was, OwnTransaction transaction, Instant at) {
    var under = new Submitted(transaction, at, at.plus(settings.retry().base()), "");
    var discard = List.<Effect>of(new Effect.Discard(was.id(), transaction));
    return switch (was.state()) {
      case Attested _ -> send(was, under, at);
      case Waiting waiting when waiting.resumes() == Work.SUBMIT -> send(was, under, at);
      case Submitted submitted when submitted.transaction().hash().equals(transaction.hash()) ->
          stay(was);
      case Submitted submitted
          when submitted.transaction().nonce() == transaction.nonce()
              && !(was.standing() instanceof Standing.Vanished) ->
          send(was, under, at);
      case Included included
          when included.own().map(OwnTransaction::hash).equals(Optional.of(transaction.hash())) ->
          stay(was);
      case Submitted _,
          Included _,
          Waiting _,
          Observed _,
          Final _,
          Settled _,
          Orphaned _,
          Held _,
          DeadLetter _ ->
          stay(was).and(discard);
    };
  }

  private Step send(Delivery was, Submitted under, Instant at) {
    var step = move(was, under, at);
    var effects = new ArrayList<Effect>();
    effects.add(new Effect.Broadcast(was.id(), under.transaction()));
    effects.addAll(step.effects());
    return new Step(step.next(), effects);
  }

  private Step lost(Delivery was, Hash32 transaction, Failure failure, Instant at) {
    return underWay(was, transaction) ? failed(was, failure, at) : stay(was);
  }

  private Step submitReverts(Delivery was, String reason, Instant at) {
    return works(was, Work.SUBMIT)
        ? failed(was, new Failure(WaitReason.REVERTS, DeadReason.REVERTS, reason), at)
        : stay(was);
  }

  private Step submitRefused(Delivery was, Event.SubmitRefused event, Instant at) {
    if (!works(was, Work.SUBMIT)) {
      return stay(was);
    }
    var reason =
        switch (event.refusal()) {
          case FUNDS -> WaitReason.FUNDS;
          case PAUSED -> WaitReason.PAUSED;
          case OTHER -> WaitReason.REFUSED;
        };
    return postpone(was, reason, event.detail(), at);
  }

  private Step transportFailed(Delivery was, String error, Instant at) {
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _ ->
          postpone(was, WaitReason.TRANSPORT, error, at);
      case Submitted submitted -> move(was, later(submitted, error, at), at);
      case Included included -> move(was, later(included, error, at), at);
      case Settled _, Orphaned _, Held _, DeadLetter _ -> stay(was);
    };
  }

  private Step stillPending(Delivery was, Instant at) {
    return switch (was.state()) {
      case Observed observed ->
          move(
              was,
              new Observed(
                  observed.since(), at.plus(settings.retry().lookAgain(age(observed.since(), at)))),
              at);
      case Waiting waiting when waiting.resumes() == Work.FINALIZE ->
          move(was, new Observed(at, at.plus(settings.retry().base())), at);
      case Submitted submitted -> move(was, later(submitted, "", at), at);
      case Included included -> move(was, later(included, "", at), at);
      case Waiting _, Final _, Attested _, Settled _, Orphaned _, Held _, DeadLetter _ -> stay(was);
    };
  }

  // ---- the destination chain ----

  private Step includedSeen(Delivery was, Event.IncludedSeen event, Instant at) {
    var cost = new Cost(event.gasUsed(), event.feePaid());
    return switch (was.state()) {
      case Submitted submitted when underWay(was, event.transaction()) ->
          event.succeeded()
              ? move(
                  was,
                  new Included(
                      event.block(),
                      Optional.of(event.transaction()),
                      Optional.of(submitted.transaction()),
                      Optional.of(cost),
                      Witness.OWN_RECEIPT,
                      at,
                      at,
                      ""),
                  at)
              : failed(
                  was,
                  new Failure(
                      WaitReason.REVERTED,
                      DeadReason.REVERTED,
                      "transaction %s reverted in block %s, fee %s"
                          .formatted(event.transaction(), event.block(), event.feePaid())),
                  at);
      case Included included
          when event.succeeded()
              && included.cost().isEmpty()
              && included.ours()
              && included.transaction().equals(Optional.of(event.transaction()))
              && included.block().equals(event.block()) ->
          move(
              was,
              new Included(
                  included.block(),
                  included.transaction(),
                  included.own(),
                  Optional.of(cost),
                  included.witness(),
                  included.since(),
                  included.checkAt(),
                  included.lastError()),
              at);
      case Submitted _,
          Included _,
          Observed _,
          Final _,
          Attested _,
          Waiting _,
          Settled _,
          Orphaned _,
          Held _,
          DeadLetter _ ->
          stay(was);
    };
  }

  private Step deliverySeen(Delivery was, Event.DeliverySeen event, Instant at) {
    var alarm =
        was.standing() instanceof Standing.Vanished
            ? List.<Effect>of(unbacked(was))
            : List.<Effect>of();
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _, Held _, Orphaned _, DeadLetter _ ->
          move(was, seenIn(event, Optional.empty(), Optional.empty(), at), at).and(alarm);
      case Submitted submitted ->
          move(was, seenIn(event, Optional.of(submitted.transaction()), Optional.empty(), at), at)
              .and(alarm);
      case Included included -> {
        boolean sameBlock = included.block().equals(event.block());
        boolean sameTransaction = included.transaction().equals(Optional.of(event.transaction()));
        if (sameBlock && sameTransaction && included.witness() == Witness.GATEWAY_EVENT) {
          yield stay(was);
        }
        var cost = sameBlock && sameTransaction ? included.cost() : Optional.<Cost>empty();
        yield move(was, seenIn(event, included.own(), cost, at), at);
      }
      case Settled _ -> stay(was);
    };
  }

  private static Included seenIn(
      Event.DeliverySeen event, Optional<OwnTransaction> own, Optional<Cost> cost, Instant at) {
    return new Included(
        event.block(),
        Optional.of(event.transaction()),
        own,
        cost,
        Witness.GATEWAY_EVENT,
        at,
        at,
        "");
  }

  /// Only a failure of our own transaction counts. Anybody may deliver, also in a way that makes
  /// the recipient fail: a stranger's failure delays our first attempt once, and no more.
  private Step recipientFailed(Delivery was, Event.RecipientFailed event, Instant at) {
    var failure =
        new Failure(WaitReason.RECIPIENT_FAILED, DeadReason.RECIPIENT_FAILED, event.reason());
    return switch (was.state()) {
      case Submitted _ when underWay(was, event.transaction()) -> failed(was, failure, at);
      case Included included
          when included.witness() == Witness.OWN_RECEIPT
              && included.transaction().equals(Optional.of(event.transaction())) ->
          failed(was, failure, at);
      case Attested attested -> {
        var retryAt = at.plus(settings.retry().delay(was.id(), was.attempts() + 1));
        yield move(
            was,
            new Waiting(
                WaitReason.RECIPIENT_FAILED,
                retryAt.isAfter(attested.submitAt()) ? retryAt : attested.submitAt(),
                event.reason(),
                Work.SUBMIT,
                1),
            at);
      }
      case Submitted _,
          Included _,
          Observed _,
          Final _,
          Waiting _,
          Settled _,
          Orphaned _,
          Held _,
          DeadLetter _ ->
          stay(was);
    };
  }

  private Step alreadyDelivered(Delivery was, Event.AlreadyDelivered event, Instant at) {
    if (event.asOf().isEmpty()) {
      return works(was, Work.SUBMIT)
          ? postpone(
              was,
              WaitReason.ALREADY_DELIVERED,
              "the gateway has delivered it; its event is not scanned yet",
              at)
          : stay(was);
    }
    var asOf = event.asOf().orElseThrow();
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _, Held _, Orphaned _, DeadLetter _ ->
          move(was, knownBy(asOf, Optional.empty(), at), at)
              .and(
                  was.standing() instanceof Standing.Vanished ? List.of(unbacked(was)) : List.of());
      case Submitted submitted ->
          move(was, knownBy(asOf, Optional.of(submitted.transaction()), at), at);
      case Included _, Settled _ -> stay(was);
    };
  }

  private static Included knownBy(Checkpoint asOf, Optional<OwnTransaction> own, Instant at) {
    return new Included(
        asOf, Optional.empty(), own, Optional.empty(), Witness.GATEWAY_STATE, at, at, "");
  }

  private Step destinationOrphaned(Delivery was, Checkpoint block, Instant at) {
    return switch (was.state()) {
      case Included included when included.block().equals(block) ->
          included
              .own()
              .map(
                  own ->
                      move(
                          was,
                          new Submitted(own, at, at, "block %s vanished".formatted(block)),
                          at))
              .orElseGet(() -> move(was, ready(was, ranked(was, at), at), at));
      case Settled settled when settled.block().equals(block) ->
          stay(was)
              .and(
                  List.of(
                      notice(
                          was,
                          Notice.DESTINATION_FINALITY_VIOLATED,
                          "block %s was final and vanished".formatted(block))));
      case Included _,
          Settled _,
          Observed _,
          Final _,
          Attested _,
          Submitted _,
          Orphaned _,
          Held _,
          Waiting _,
          DeadLetter _ ->
          stay(was);
    };
  }

  private Step settledSeen(Delivery was, Event.SettledSeen event, Instant at) {
    return switch (was.state()) {
      case Included included when included.block().equals(event.block()) ->
          included.witness() == Witness.OWN_RECEIPT
              ? move(
                  was, later(included, "final, but the gateway's event is not scanned yet", at), at)
              : move(
                  was,
                  new Settled(
                      included.block(), included.transaction(), included.cost(), event.evidence()),
                  at);
      case Included _,
          Observed _,
          Final _,
          Attested _,
          Submitted _,
          Settled _,
          Orphaned _,
          Held _,
          Waiting _,
          DeadLetter _ ->
          stay(was);
    };
  }

  // ---- operators, filters, the governor ----

  private Step replay(Delivery was, Instant at) {
    return switch (was.state()) {
      case DeadLetter _ -> move(was.withAttempts(0), released(was, at), at);
      case Waiting waiting ->
          move(
              was,
              switch (waiting.resumes()) {
                case FINALIZE -> new Observed(at, at);
                case ATTEST -> new Final(at);
                case SUBMIT, TRACK, SETTLE -> ready(was, at, at);
              },
              at);
      case Observed _,
          Final _,
          Attested _,
          Submitted _,
          Included _,
          Settled _,
          Orphaned _,
          Held _ ->
          stay(was);
    };
  }

  private Step drop(Delivery was, String reason, Instant at) {
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _, Held _, Orphaned _ ->
          move(was, new DeadLetter(DeadReason.DROPPED, reason), at);
      case Submitted _, Included _, Settled _, DeadLetter _ -> stay(was);
    };
  }

  private Step hold(Delivery was, Event.Hold event, Instant at) {
    var held = new Held(event.reason(), event.detail());
    return switch (was.state()) {
      case Observed _, Final _, Attested _, Waiting _, Orphaned _ -> move(was, held, at);
      case Held before when stronger(event.reason(), before.reason()) -> move(was, held, at);
      case Held _, Submitted _, Included _, Settled _, DeadLetter _ -> stay(was);
    };
  }

  /// An operator's hold takes the place of a filter's or the governor's, so that their release does
  /// not end it; nothing takes the place of a violated finality.
  private static boolean stronger(HoldReason next, HoldReason present) {
    boolean automatic =
        switch (present) {
          case FILTER, GOVERNOR -> true;
          case OPERATOR, FINALITY_VIOLATED -> false;
        };
    return automatic && next != present;
  }

  private Step release(Delivery was, HoldReason reason, Instant at) {
    return switch (was.state()) {
      case Held held when held.reason() == reason || reason == HoldReason.OPERATOR ->
          move(was, released(was, at), at);
      case Held _,
          Observed _,
          Final _,
          Attested _,
          Submitted _,
          Included _,
          Settled _,
          Orphaned _,
          Waiting _,
          DeadLetter _ ->
          stay(was);
    };
  }

  // ---- what they share ----

  /// One attempt that counts has failed.
  private Step failed(Delivery was, Failure failure, Instant at) {
    int attempts = was.attempts() + 1;
    var counted = was.withAttempts(attempts);
    if (was.standing() instanceof Standing.Vanished) {
      return move(counted, violated(was.observation().block()), at);
    }
    if (attempts >= settings.retry().attemptsMax()) {
      return dead(counted, failure.dead(), failure.error(), at);
    }
    // A message that was orphaned and revived while its transaction was under way is no longer
    // final: then it goes back and waits for that.
    if (was.standing() instanceof Standing.Reversible) {
      return move(counted, new Observed(at, at), at);
    }
    var retryAt = at.plus(settings.retry().delay(was.id(), attempts));
    return move(
        counted, new Waiting(failure.reason(), retryAt, failure.error(), Work.SUBMIT, 1), at);
  }

  private Step dead(Delivery was, DeadReason reason, String error, Instant at) {
    return move(was, new DeadLetter(reason, error), at)
        .and(List.of(notice(was, Notice.DEAD_LETTER, "%s: %s".formatted(reason, error))));
  }

  /// An attempt failed in a way that never ends it.
  private Step postpone(Delivery was, WaitReason reason, String error, Instant at) {
    int waits =
        was.state() instanceof Waiting before && before.reason() == reason
            ? Math.min(before.waits(), 1_000_000) + 1
            : 1;
    var retryAt = at.plus(settings.retry().delay(was.id(), waits));
    return was.state()
        .work()
        .map(work -> move(was, new Waiting(reason, retryAt, error, work, waits), at))
        .orElseGet(() -> stay(was));
  }

  private Submitted later(Submitted was, String error, Instant at) {
    var checkAt = at.plus(settings.retry().lookAgain(age(was.preparedAt(), at)));
    return new Submitted(was.transaction(), was.preparedAt(), checkAt, error);
  }

  private Included later(Included was, String error, Instant at) {
    var checkAt = at.plus(settings.retry().lookAgain(age(was.since(), at)));
    return new Included(
        was.block(),
        was.transaction(),
        was.own(),
        was.cost(),
        was.witness(),
        was.since(),
        checkAt,
        error);
  }

  /// Where a delivery goes on from, by what is known of it.
  private static State ready(Delivery was, Instant due, Instant at) {
    return switch (was.standing()) {
      case Standing.Reversible _ -> new Observed(at, at);
      case Standing.Irreversible _ ->
          was.attestation().isPresent() ? new Attested(due) : new Final(due);
      case Standing.Vanished _ ->
          was.attestation().isPresent() ? violated(was.observation().block()) : new Orphaned();
    };
  }

  /// Where a delivery goes on from when a person or the governor lets it: at once, and never to a
  /// delivery of something that vanished.
  private static State released(Delivery was, Instant at) {
    return was.standing() instanceof Standing.Vanished ? new Orphaned() : ready(was, at, at);
  }

  private static Held violated(Checkpoint block) {
    return new Held(
        HoldReason.FINALITY_VIOLATED,
        "attested, and then block %s vanished from the source chain".formatted(block));
  }

  private Instant ranked(Delivery was, Instant since) {
    int rank = Rendezvous.rank(was.id(), settings.members(), settings.self());
    return since.plus(settings.takeover().multipliedBy(rank)).truncatedTo(ChronoUnit.MILLIS);
  }

  private static boolean works(Delivery was, Work work) {
    return was.state().work().equals(Optional.of(work));
  }

  private static boolean underWay(Delivery was, Hash32 transaction) {
    return was.state() instanceof Submitted submitted
        && submitted.transaction().hash().equals(transaction);
  }

  private static Duration age(Instant since, Instant at) {
    return at.isAfter(since) ? Duration.between(since, at) : Duration.ZERO;
  }

  private static Effect notice(Delivery was, Notice notice, String detail) {
    return new Effect.Notify(was.id(), notice, Text.bounded(detail));
  }

  private static Effect unbacked(Delivery was) {
    return notice(
        was,
        Notice.UNBACKED_DELIVERY,
        "delivered on %s, and not on %s any more"
            .formatted(was.lane().destination(), was.lane().source()));
  }

  private static Step stay(Delivery was) {
    return new Step(was, List.of());
  }

  /// The state remains, something that is known of the delivery changed.
  private static Step same(Delivery next, Instant at) {
    return new Step(next.changed(at), List.of());
  }

  private static Step move(Delivery was, State next, Instant at) {
    return new Step(was.in(next).changed(at), wakes(was.id(), next));
  }

  private static Delivery once(Delivery was, Delivery twice) {
    return new Delivery(
        twice.observation(),
        twice.standing(),
        twice.attestation(),
        twice.state(),
        twice.attempts(),
        was.version() + 1,
        twice.updatedAt());
  }

  private static List<Effect> wakes(MessageId id, State next) {
    if (next.work().isEmpty()) {
      return List.of();
    }
    var due = next.nextAttemptAt().orElseThrow();
    return switch (next.work().orElseThrow()) {
      case FINALIZE -> List.of();
      case ATTEST -> List.of(new Effect.Attest(id, due));
      case SUBMIT -> List.of(new Effect.Submit(id, due));
      case TRACK, SETTLE -> List.of(new Effect.Track(id, due));
    };
  }

  private record Failure(WaitReason reason, DeadReason dead, String error) {}
}
