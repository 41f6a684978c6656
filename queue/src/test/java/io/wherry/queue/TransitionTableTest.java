// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.model.Checkpoint;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every pair of state and event, written out.
class TransitionTableTest {
  private static final Instant NOW = Samples.START.plusSeconds(60);
  private static final Checkpoint SEEN_IN = Samples.block(50);
  private static final Checkpoint DONE_IN = Samples.block(70);
  private static final OwnTransaction OURS = Samples.transaction(5);
  private static final Delivery SEEN =
      Delivery.first(Samples.observation(1, SEEN_IN), Samples.START);
  private static final Machine MACHINE = new Machine(Samples.SETTINGS);

  /// Columns are deliveries: Observed (and already attested by others), Final, Attested, Submitted
  /// (and its source vanished), Included by our receipt (by somebody's event while only observed;
  /// by somebody's, attested, and its source vanished), Settled, Orphaned (and attested), Held by
  /// the governor (for violated finality), Waiting to finalize, attest, submit, DeadLetter.
  ///
  /// `.` leaves the delivery as it is; `=` keeps the kind of state, and changes something; a name
  /// is the kind of state that follows.
  private static final String TABLE =
      """
                         OBS OBA FIN ATT SUB SUV INR INE INV SET ORP ORA HLD HLV WAF WAA WAS DEA
      seen again          .   .   .   .   .   =   .   .   =   .  OBS OBS  .   =   .   .   .   .
      seen elsewhere      =   =  OBS HLD  =   =   =   =   =   .  OBS OBS  =   =  OBS OBS HLD  =
      became final       FIN ATT  .   .   .   .   .   =   .   .   .   .   .   .  FIN  .   .   .
      source orphaned    ORP ORP ORP HLD  =   .   =   =   .   .   .   .   =   .  ORP ORP HLD  =
      attestation         =   .  ATT  .   .   .   .   =   .   .   =   .   =   .   =  ATT  .   .
      attest failed       .   .  WAI  .   .   .   .   .   .   .   .   .   .   .   .   =   .   .
      attestation bad     .   .   .  WAI  .   .   .   .   .   .   .   .   .   .   .   .   =   .
      prepared            .   .   .  SUB  .   .   .   .   .   .   .   .   .   .   .   .  SUB  .
      rejected            .   .   .   .  WAI HLD  .   .   .   .   .   .   .   .   .   .   .   .
      superseded          .   .   .   .  WAI HLD  .   .   .   .   .   .   .   .   .   .   .   .
      reverts             .   .   .  WAI  .   .   .   .   .   .   .   .   .   .   .   .   =   .
      refused             .   .   .  WAI  .   .   .   .   .   .   .   .   .   .   .   .   =   .
      transport          WAI WAI WAI WAI  =   =   =   =   =   .   .   .   .   .   =   =   =   .
      still pending       =   =   .   .   =   =   =   =   =   .   .   .   .   .  OBS  .   .   .
      included            .   .   .   .  INC INC  .   .   .   .   .   .   .   .   .   .   .   .
      included, reverted  .   .   .   .  WAI HLD  .   .   .   .   .   .   .   .   .   .   .   .
      delivery seen      INC INC INC INC INC INC  =   =   =   .  INC INC INC INC INC INC INC INC
      recipient failed    .   .   .  WAI WAI HLD WAI  .   .   .   .   .   .   .   .   .   .   .
      delivered before    .   .   .  WAI  .   .   .   .   .   .   .   .   .   .   .   .   =   .
      delivered as of    INC INC INC INC INC INC  .   .   .   .  INC INC INC INC INC INC INC INC
      target orphaned     .   .   .   .   .   .  SUB OBS HLD  .   .   .   .   .   .   .   .   .
      settled             .   .   .   .   .   .   =  SET SET  .   .   .   .   .   .   .   .   .
      replay              .   .   .   .   .   .   .   .   .   .   .   .   .   .  OBS FIN ATT ATT
      drop               DEA DEA DEA DEA  .   .   .   .   .   .  DEA DEA DEA DEA DEA DEA DEA  .
      hold by operator   HLD HLD HLD HLD  .   .   .   .   .   .  HLD HLD  =   .  HLD HLD HLD  .
      hold by governor   HLD HLD HLD HLD  .   .   .   .   .   .  HLD HLD  .   .  HLD HLD HLD  .
      release governor's  .   .   .   .   .   .   .   .   .   .   .   .  FIN  .   .   .   .   .
      release any         .   .   .   .   .   .   .   .   .   .   .   .  FIN ORP  .   .   .   .
      """;

  private static Map<String, Delivery> deliveries() {
    var sure = SEEN.with(new Standing.Irreversible("60 blocks"));
    var attestedEarly = SEEN.with(Samples.attestation(1, SEEN.id()));
    var attested = sure.with(Samples.attestation(1, SEEN.id()));
    var vanished = attested.with(new Standing.Vanished());
    var at = Samples.START;
    var submitted = new State.Submitted(OURS, at, at, "");
    var byOthers =
        new State.Included(
            DONE_IN,
            Optional.of(Samples.hash(1)),
            Optional.empty(),
            Optional.empty(),
            Witness.GATEWAY_EVENT,
            at,
            at,
            "");
    var byUs =
        new State.Included(
            DONE_IN,
            Optional.of(OURS.hash()),
            Optional.of(OURS),
            Optional.of(new Cost(1, BigInteger.ONE)),
            Witness.OWN_RECEIPT,
            at,
            at,
            "");
    var all = new LinkedHashMap<String, Delivery>();
    all.put("OBS", SEEN);
    all.put("OBA", attestedEarly);
    all.put("FIN", sure.in(new State.Final(at)));
    all.put("ATT", attested.in(new State.Attested(at)));
    all.put("SUB", attested.in(submitted));
    all.put("SUV", vanished.in(submitted));
    all.put("INR", attested.in(byUs));
    all.put("INE", SEEN.in(byOthers));
    all.put("INV", vanished.in(byOthers));
    all.put(
        "SET",
        attested.in(
            new State.Settled(DONE_IN, Optional.of(OURS.hash()), Optional.empty(), "final")));
    all.put("ORP", SEEN.with(new Standing.Vanished()).in(new State.Orphaned()));
    all.put("ORA", attestedEarly.with(new Standing.Vanished()).in(new State.Orphaned()));
    all.put("HLD", sure.in(new State.Held(HoldReason.GOVERNOR, "over the limit")));
    all.put("HLV", vanished.in(new State.Held(HoldReason.FINALITY_VIOLATED, "gone")));
    all.put(
        "WAF", SEEN.in(new State.Waiting(WaitReason.TRANSPORT, at, "timeout", Work.FINALIZE, 1)));
    all.put(
        "WAA", sure.in(new State.Waiting(WaitReason.ATTESTATION, at, "2 of 3", Work.ATTEST, 1)));
    all.put("WAS", attested.in(new State.Waiting(WaitReason.FUNDS, at, "empty", Work.SUBMIT, 1)));
    all.put("DEA", attested.in(new State.DeadLetter(DeadReason.REVERTS, "Unauthorized()")));
    return all;
  }

  private static Map<String, Event> events() {
    var all = new LinkedHashMap<String, Event>();
    all.put("seen again", new Event.Seen(NOW, SEEN.observation()));
    all.put("seen elsewhere", new Event.Seen(NOW, Samples.observation(1, Samples.block(50, 1))));
    all.put("became final", new Event.BecameFinal(NOW, SEEN_IN, "60 blocks"));
    all.put("source orphaned", new Event.SourceOrphaned(NOW, SEEN_IN));
    all.put("attestation", new Event.AttestationReceived(NOW, Samples.attestation(1, SEEN.id())));
    all.put("attest failed", new Event.AttestFailed(NOW, "2 of 3"));
    all.put("attestation bad", new Event.AttestationRefused(NOW, "UnknownKeyEpoch(1)"));
    all.put("prepared", new Event.Prepared(NOW, Samples.transaction(6)));
    all.put("rejected", new Event.SubmitRejected(NOW, OURS.hash(), "nonce too low"));
    all.put("superseded", new Event.Superseded(NOW, OURS.hash(), "nonce 5 was used"));
    all.put("reverts", new Event.SubmitReverts(NOW, "Unauthorized()"));
    all.put("refused", new Event.SubmitRefused(NOW, Refusal.FUNDS, "holds 0.1, needs 0.3"));
    all.put("transport", new Event.TransportFailed(NOW, "timeout"));
    all.put("still pending", new Event.StillPending(NOW));
    all.put("included", included(true));
    all.put("included, reverted", included(false));
    all.put("delivery seen", new Event.DeliverySeen(NOW, DONE_IN, OURS.hash()));
    all.put("recipient failed", new Event.RecipientFailed(NOW, DONE_IN, OURS.hash(), "No()"));
    all.put("delivered before", new Event.AlreadyDelivered(NOW, Optional.empty()));
    all.put("delivered as of", new Event.AlreadyDelivered(NOW, Optional.of(DONE_IN)));
    all.put("target orphaned", new Event.DestinationOrphaned(NOW, DONE_IN));
    all.put("settled", new Event.SettledSeen(NOW, DONE_IN, "finalized tag at 90"));
    all.put("replay", new Event.Replay(NOW));
    all.put("drop", new Event.Drop(NOW, "spam"));
    all.put("hold by operator", new Event.Hold(NOW, HoldReason.OPERATOR, "look first"));
    all.put("hold by governor", new Event.Hold(NOW, HoldReason.GOVERNOR, "over the limit"));
    all.put("release governor's", new Event.Release(NOW, HoldReason.GOVERNOR));
    all.put("release any", new Event.Release(NOW, HoldReason.OPERATOR));
    return all;
  }

  private static Event included(boolean succeeded) {
    return new Event.IncludedSeen(NOW, OURS.hash(), DONE_IN, succeeded, 21_000, BigInteger.TEN);
  }

  @Test
  void stepsAsTheTableSays() {
    var actual = new StringBuilder(" ".repeat(19));
    actual.append(String.join(" ", deliveries().keySet())).append('\n');
    for (var event : events().entrySet()) {
      var cells =
          deliveries().values().stream()
              .map(delivery -> cell(delivery, event.getValue()))
              .collect(Collectors.joining(" "));
      actual.append("%-19s%s".formatted(event.getKey(), cells).stripTrailing()).append('\n');
    }
    assertThat(actual.toString()).isEqualTo(TABLE);
  }

  @Test
  void tableCoversEveryStateAndEveryEvent() {
    var states =
        deliveries().values().stream()
            .<Class<?>>map(delivery -> delivery.state().getClass())
            .toList();
    var events = events().values().stream().<Class<?>>map(Event::getClass).toList();
    assertThat(states).contains(State.class.getPermittedSubclasses());
    assertThat(events).contains(Event.class.getPermittedSubclasses());
  }

  @Test
  void tableColumnsAreNamedByTheirState() {
    deliveries()
        .forEach(
            (name, delivery) ->
                assertThat(delivery.state().kind().name()).startsWith(name.substring(0, 1)));
  }

  private static String cell(Delivery before, Event event) {
    var after = MACHINE.step(before, event).next();
    if (after.version() == before.version()) {
      assertThat(after).isSameAs(before);
      return " . ";
    }
    assertThat(after.version()).isEqualTo(before.version() + 1);
    assertThat(after.updatedAt()).isEqualTo(NOW);
    var same = after.state().kind() == before.state().kind();
    return same ? " = " : after.state().kind().name().substring(0, 3).replace("HEL", "HLD");
  }

  @Test
  void everyKindHasItsOwnShortName() {
    assertThat(Arrays.stream(Kind.values()).map(kind -> kind.name().substring(0, 3)).distinct())
        .hasSize(Kind.values().length);
  }
}
