// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.sign;

import io.wherry.attest.session.Action;
import io.wherry.attest.session.PacketCodec;
import io.wherry.attest.session.PacketFormatException;
import io.wherry.attest.session.Participant;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.queue.Addressed;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Event;
import io.wherry.queue.Work;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.Health;
import io.wherry.relayer.duty.Wakes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This member's part in attesting: starts sessions for what is final and its turn, answers others'
/// sessions, and writes down every attestation that comes of it.
///
/// Objectives, in order: 1. nothing is signed but through the participant, which asks consent and
/// the signing record; 2. what others ask is answered before anything new is begun; 3. messages
/// that are due together travel together.
public final class Attester implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Attester.class);
  private static final int INBOX_MAX = 10_000;
  private static final int SESSIONS_MAX = 16;
  private static final Duration PAUSE_BUSY = Duration.ofMillis(100);
  private static final Duration PAUSE_IDLE = Duration.ofMillis(500);

  /// What other members are told through.
  @FunctionalInterface
  public interface Outbox {
    /// Sends `packet` to another member. It may be lost.
    void send(MemberId to, Bytes packet);
  }

  private record Incoming(MemberId from, Bytes body) {}

  private final Participant participant;
  private final PacketCodec codec;
  private final Outbox outbox;
  private final DeliveryStore store;
  private final Map<ChainId, Address> gateways;
  private final KeyEpoch keyEpoch;
  private final int batchMessagesMax;
  private final Wakes wakes;
  private final InstantSource clock;
  private final Health health;
  private final Queue<Incoming> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Set<Batch> sessions = new HashSet<>();
  private final Set<MessageId> inSession = new HashSet<>();

  /// @param participant holds the key share
  /// @param codec reads and writes packets
  /// @param outbox carries packets to other members
  /// @param store where deliveries are
  /// @param gateways the configured gateway of every chain
  /// @param keyEpoch the key epoch to attest in
  /// @param batchMessagesMax how many messages one batch may hold
  /// @param wakes tells the other duties of new work
  /// @param clock what time it is
  public Attester(
      Participant participant,
      PacketCodec codec,
      Outbox outbox,
      DeliveryStore store,
      Map<ChainId, Address> gateways,
      KeyEpoch keyEpoch,
      int batchMessagesMax,
      Wakes wakes,
      InstantSource clock) {
    this.participant = participant;
    this.codec = codec;
    this.outbox = outbox;
    this.store = store;
    this.gateways = Map.copyOf(gateways);
    this.keyEpoch = keyEpoch;
    this.batchMessagesMax = batchMessagesMax;
    this.wakes = wakes;
    this.clock = clock;
    this.health = new Health(clock, _ -> {});
  }

  @Override
  public String name() {
    return "attest";
  }

  @Override
  public Condition condition() {
    return health.condition();
  }

  /// Takes a packet of another member, from any thread. Where too many wait it is dropped: senders
  /// repeat themselves.
  ///
  /// @param from who signed the envelope
  /// @param body the packet's bytes
  /// @return whether it was taken
  public boolean offer(MemberId from, Bytes body) {
    if (waiting.incrementAndGet() > INBOX_MAX) {
      waiting.decrementAndGet();
      return false;
    }
    inbox.add(new Incoming(from, body));
    return true;
  }

  @Override
  public Duration run() {
    answer();
    begin();
    perform(participant.tick(clock.instant()));
    health.healthy();
    return sessions.isEmpty() ? PAUSE_IDLE : PAUSE_BUSY;
  }

  private void answer() {
    for (var next = inbox.poll(); next != null; next = inbox.poll()) {
      waiting.decrementAndGet();
      try {
        perform(participant.on(next.from(), codec.decode(next.body()), clock.instant()));
      } catch (PacketFormatException malformed) {
        LOG.warn("{} sent a packet that cannot be read: {}", next.from(), malformed.getMessage());
      }
    }
  }

  private void begin() {
    for (var destination : gateways.entrySet()) {
      var due =
          store
              .due(
                  Work.ATTEST,
                  Optional.empty(),
                  Optional.of(destination.getKey()),
                  clock.instant(),
                  SESSIONS_MAX * batchMessagesMax)
              .stream()
              .filter(delivery -> !inSession.contains(delivery.id()))
              .toList();
      for (int at = 0; at < due.size() && sessions.size() < SESSIONS_MAX; at += batchMessagesMax) {
        begin(destination.getValue(), due.subList(at, Math.min(due.size(), at + batchMessagesMax)));
      }
    }
  }

  /// Messages of one source gateway stand together, in the order of their slots: so they are
  /// cheapest to deliver.
  private void begin(Address destination, List<Delivery> deliveries) {
    var messages =
        deliveries.stream()
            .map(Delivery::observation)
            .sorted(
                Comparator.<Observation, String>comparing(
                        seen -> seen.message().slot().gateway().encoded().toHex())
                    .thenComparing(seen -> seen.message().slot().sendId()))
            .map(Observation::id)
            .toList();
    var batch = new Batch(destination, keyEpoch, messages);
    sessions.add(batch);
    inSession.addAll(messages);
    perform(participant.attest(batch, clock.instant()));
  }

  private void perform(List<Action> actions) {
    for (var action : new ArrayList<>(actions)) {
      switch (action) {
        case Action.Send(var to, var packet) -> outbox.send(to, codec.encode(packet));
        case Action.Completed(var attestation) -> {
          end(attestation.batch());
          var at = clock.instant();
          applyAll(attestation.batch(), new Event.AttestationReceived(at, attestation));
          LOG.info(
              "attested {} message(s) to {}",
              attestation.batch().messages().size(),
              attestation.batch().destination().chain());
        }
        case Action.Blamed(var member, var request, var _) ->
            LOG.error(
                "{} signed wrongly in session {}: it is left out for the rest of the key epoch",
                member,
                request.session());
        case Action.Failed(var batch, var reason, var _) -> {
          end(batch);
          applyAll(batch, new Event.AttestFailed(clock.instant(), reason));
          LOG.warn(
              "could not attest {} message(s) to {} yet: {}",
              batch.messages().size(),
              batch.destination().chain(),
              reason);
        }
      }
    }
  }

  private void end(Batch batch) {
    if (sessions.remove(batch)) {
      batch.messages().forEach(inSession::remove);
    }
  }

  private void applyAll(Batch batch, Event event) {
    store
        .applyAll(batch.messages().stream().map(id -> new Addressed(id, event)).toList())
        .forEach(wakes::after);
  }
}
