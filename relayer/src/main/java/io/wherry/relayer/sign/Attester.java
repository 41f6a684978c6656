// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.sign;

import io.wherry.attest.session.Action;
import io.wherry.attest.session.Packet;
import io.wherry.attest.session.PacketCodec;
import io.wherry.attest.session.PacketFormatException;
import io.wherry.attest.session.Participant;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Lane;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.queue.Addressed;
import io.wherry.queue.Delivery;
import io.wherry.queue.DeliveryStore;
import io.wherry.queue.Event;
import io.wherry.queue.Filter;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.State;
import io.wherry.queue.Work;
import io.wherry.relayer.duty.Condition;
import io.wherry.relayer.duty.Duty;
import io.wherry.relayer.duty.Health;
import io.wherry.relayer.duty.Wakes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This member's part in attesting: starts sessions for what is final and its turn, answers others'
/// sessions, and writes down every attestation that comes of it.
///
/// Objectives, in order: 1. nothing is signed but through the participant, which asks consent and
/// the signing record; 2. what others ask is answered before anything new is begun; 3. messages
/// that are due together travel together; 4. be early.
///
/// **Members that are a poll behind.** Members look at the chains out of step, so the one that asks
/// is often the first to know, and the others answer that they do not know yet. Then the batch
/// stays open and is asked for again each quarter of a poll, for a poll and a quarter in all,
/// before its failure is written down and the message backs off. Each question is a whole session
/// with consent and signing record; only the pause before it is shorter.
///
/// **A message that holds up its batch.** A batch that fails is asked for again in halves, down to
/// single messages, and only a single message's failure is written down: one that the others hold
/// back delays its neighbours by a few questions, and never longer.
///
/// **Chains that are not configured here.** A message to such a chain is held as
/// [HoldReason#FILTER] with the chain's name, and is released by the first run after the chain is
/// configured.
///
/// **A faulty share.** Where the own share does not verify, this machine or its key share is
/// faulty: the duty halts for good, signs nothing more, and only takes over what others attest,
/// which proves itself.
public final class Attester implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Attester.class);
  private static final int PACKETS_PER_MEMBER_MAX = 256;
  private static final int PACKETS_PER_RUN_MAX = 500;

  /// Well below what nodes take as one transaction (128 KiB).
  private static final int BATCH_BYTES_MAX = 96 * 1024;

  /// What a message adds to a delivering transaction beside its payload.
  private static final int MESSAGE_BYTES = 512;

  private static final int SESSIONS_MAX = 16;
  private static final Duration PAUSE_BUSY = Duration.ofMillis(100);
  private static final Duration PAUSE_IDLE = Duration.ofMillis(500);
  private static final int QUESTIONS_PER_POLL = 4;
  private static final Duration FAR = Duration.ofDays(36_500);
  private static final int HELD_MAX = 1_000;
  private static final String NOT_CONFIGURED = "not configured here";

  /// What other members are told through.
  @FunctionalInterface
  public interface Outbox {
    /// Sends `packet` to another member. It may be lost.
    void send(MemberId to, Bytes packet);
  }

  /// The packets of one member that wait, in their order. A flood of one delays no other.
  private static final class Waiting {
    final Queue<Bytes> packets = new ConcurrentLinkedQueue<>();
    final AtomicInteger count = new AtomicInteger();
  }

  /// A batch in work here.
  ///
  /// @param begunAt when it was asked for first
  /// @param askAt when to ask again; empty while a session runs
  private record Session(Instant begunAt, Optional<Instant> askAt) {}

  /// A step of the participant.
  @FunctionalInterface
  private interface Move {
    List<Action> make(Instant now);
  }

  private final Participant participant;
  private final PacketCodec codec;
  private final Outbox outbox;
  private final DeliveryStore store;
  private final Map<ChainId, Address> gateways;
  private final KeyEpoch keyEpoch;
  private final int batchMessagesMax;
  private final Duration askAgainAfter;
  private final Wakes wakes;
  private final InstantSource clock;
  private final Health health;
  private final Map<MemberId, Waiting> inbox = new ConcurrentSkipListMap<>();
  private final Map<Batch, Session> sessions = new LinkedHashMap<>();
  private final Set<MessageId> inSession = new HashSet<>();
  private boolean sorted;

  /// @param participant holds the key share
  /// @param codec reads and writes packets
  /// @param outbox carries packets to other members
  /// @param store where deliveries are
  /// @param gateways the configured gateway of every chain
  /// @param keyEpoch the key epoch to attest in
  /// @param batchMessagesMax how many messages one batch may hold
  /// @param poll how long another member may need to see what this one sees: the longest pause
  ///   between two looks at a chain
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
      Duration poll,
      Wakes wakes,
      InstantSource clock) {
    this.participant = participant;
    this.codec = codec;
    this.outbox = outbox;
    this.store = store;
    this.gateways = new TreeMap<>(gateways);
    this.keyEpoch = keyEpoch;
    this.batchMessagesMax = batchMessagesMax;
    this.askAgainAfter = poll.dividedBy(QUESTIONS_PER_POLL);
    this.wakes = wakes;
    this.clock = clock;
    this.health = Health.logged(name(), LOG, clock);
  }

  @Override
  public String name() {
    return "attest";
  }

  @Override
  public Condition condition() {
    return health.condition();
  }

  /// Takes a packet of another member, from any thread. Where too many of that member wait it is
  /// dropped: whoever waits for an answer asks another member when its time is up.
  ///
  /// @param from who signed the envelope
  /// @param body the packet's bytes
  /// @return whether it was taken
  public boolean offer(MemberId from, Bytes body) {
    var waiting = inbox.computeIfAbsent(from, _ -> new Waiting());
    if (body.size() > PacketCodec.PACKET_BYTES_MAX) {
      return false;
    }
    if (waiting.count.incrementAndGet() > PACKETS_PER_MEMBER_MAX) {
      waiting.count.decrementAndGet();
      return false;
    }
    waiting.packets.add(body);
    return true;
  }

  @Override
  public Duration run() {
    if (!sorted) {
      releaseConfigured();
      holdUnconfigured();
      sorted = true;
    }
    boolean more;
    try {
      more = answer();
      askAgain();
      if (!halted()) {
        begin();
      }
      move(participant::tick);
    } catch (RuntimeException broken) {
      // What was asked for may be lost half-way. The messages are still due and are begun anew;
      // a batch that the participant works on is left as it is.
      sessions.clear();
      inSession.clear();
      throw broken;
    }
    if (more) {
      return Duration.ZERO;
    }
    if (halted()) {
      return PAUSE_IDLE;
    }
    health.healthy();
    return sessions.isEmpty() ? PAUSE_IDLE : PAUSE_BUSY;
  }

  private boolean halted() {
    return health.condition() instanceof Condition.Halted;
  }

  /// Makes a move and performs what follows. A participant that finds its own share faulty is not
  /// asked to sign again.
  private void move(Move move) {
    if (halted()) {
      return;
    }
    List<Action> actions;
    try {
      actions = move.make(clock.instant());
    } catch (IllegalStateException faulty) {
      health.halted(
          "this node signs nothing any more: %s; check its key share and its machine, then start it again"
              .formatted(faulty.getMessage()));
      return;
    }
    perform(actions);
  }

  /// Answers members in turns, so many packets that time is left for the rest; whether more wait.
  private boolean answer() {
    int left = PACKETS_PER_RUN_MAX;
    boolean some = true;
    while (some && left > 0) {
      some = false;
      for (var member : inbox.entrySet()) {
        var body = member.getValue().packets.poll();
        if (body != null) {
          member.getValue().count.decrementAndGet();
          answer(member.getKey(), body);
          some = true;
          left--;
        }
      }
    }
    return some;
  }

  private void answer(MemberId from, Bytes body) {
    try {
      var packet = codec.decode(body);
      if (!halted()) {
        move(now -> participant.on(from, packet, now));
      } else if (packet instanceof Packet.Attested) {
        perform(participant.on(from, packet, clock.instant()));
      }
    } catch (PacketFormatException malformed) {
      LOG.warn("{} sent a packet that cannot be read: {}", from, malformed.getMessage());
    }
  }

  private void askAgain() {
    for (var entry : new LinkedHashMap<>(sessions).entrySet()) {
      var due = entry.getValue().askAt().filter(at -> !at.isAfter(clock.instant()));
      if (due.isPresent()) {
        sessions.put(entry.getKey(), new Session(entry.getValue().begunAt(), Optional.empty()));
        move(now -> participant.attest(entry.getKey(), now));
      }
    }
  }

  private void begin() {
    var byChain = new LinkedHashMap<ChainId, List<Delivery>>();
    for (var delivery :
        store.due(
            Work.ATTEST,
            Optional.empty(),
            Optional.empty(),
            clock.instant(),
            SESSIONS_MAX * batchMessagesMax)) {
      if (!inSession.contains(delivery.id())) {
        byChain
            .computeIfAbsent(delivery.lane().destination(), _ -> new ArrayList<>())
            .add(delivery);
      }
    }
    byChain.forEach(
        (chain, due) -> {
          var gateway = gateways.get(chain);
          if (gateway == null) {
            hold(due);
          } else {
            begin(gateway, due);
          }
        });
  }

  private void begin(Address gateway, List<Delivery> due) {
    for (int at = 0; at < due.size(); ) {
      if (sessions.size() >= SESSIONS_MAX || halted()) {
        return;
      }
      int end = at + batchSize(due.subList(at, due.size()));
      open(gateway, due.subList(at, end));
      at = end;
    }
  }

  /// How many of `due`, from the first on, may travel together: at least one.
  private int batchSize(List<Delivery> due) {
    int size = 0;
    long bytes = 0;
    while (size < Math.min(due.size(), batchMessagesMax)) {
      bytes += due.get(size).observation().message().payload().size() + MESSAGE_BYTES;
      if (size > 0 && bytes > BATCH_BYTES_MAX) {
        break;
      }
      size++;
    }
    return size;
  }

  // ---- chains that are not configured here ----

  private Event.Hold hold(ChainId chain) {
    return new Event.Hold(
        clock.instant(),
        HoldReason.FILTER,
        "chain %s is %s: add it to the configuration, or leave it to the other members"
            .formatted(chain, NOT_CONFIGURED));
  }

  private void hold(List<Delivery> deliveries) {
    for (var delivery : deliveries) {
      LOG.warn(
          "message {} is held: chain {} is {}",
          delivery.id(),
          delivery.lane().destination(),
          NOT_CONFIGURED);
    }
    store
        .applyAll(
            deliveries.stream()
                .map(each -> new Addressed(each.id(), hold(each.lane().destination())))
                .toList())
        .forEach(wakes::after);
  }

  /// What became ready for a chain before it was taken out of the configuration.
  private void holdUnconfigured() {
    for (var lane : store.counts().keySet()) {
      if (!gateways.containsKey(lane.destination())) {
        for (var work : List.of(Work.ATTEST, Work.SUBMIT)) {
          for (var ready = ready(lane, work); !ready.isEmpty(); ready = ready(lane, work)) {
            hold(ready);
          }
        }
      }
    }
  }

  private List<Delivery> ready(Lane lane, Work work) {
    return store.due(
        work,
        Optional.of(lane.source()),
        Optional.of(lane.destination()),
        clock.instant().plus(FAR),
        HELD_MAX);
  }

  /// What was held for want of a chain that is configured now.
  private void releaseConfigured() {
    for (var chain : gateways.keySet()) {
      var filter =
          new Filter(
              Set.of(Kind.HELD), Optional.empty(), Optional.of(chain), Optional.of(NOT_CONFIGURED));
      var cursor = OptionalLong.empty();
      do {
        var page = store.list(filter, HELD_MAX, cursor);
        store
            .applyAll(
                page.deliveries().stream()
                    .filter(Attester::isHeldByUs)
                    .map(
                        each ->
                            new Addressed(
                                each.id(), new Event.Release(clock.instant(), HoldReason.FILTER)))
                    .toList())
            .forEach(wakes::after);
        cursor = page.next();
      } while (cursor.isPresent());
    }
  }

  private static boolean isHeldByUs(Delivery delivery) {
    return delivery.state() instanceof State.Held held
        && held.reason() == HoldReason.FILTER
        && held.detail().contains(NOT_CONFIGURED);
  }

  // ---- sessions ----

  /// Messages of one source gateway stand together, in the order of their slots: so they are
  /// cheapest to deliver.
  private void open(Address destination, List<Delivery> deliveries) {
    ask(
        destination,
        new Session(clock.instant(), Optional.empty()),
        deliveries.stream()
            .map(Delivery::observation)
            .sorted(
                Comparator.<Observation, String>comparing(
                        seen -> seen.message().slot().gateway().encoded().toHex())
                    .thenComparing(seen -> seen.message().slot().sendId()))
            .map(Observation::id)
            .toList());
  }

  private void ask(Address destination, Session session, List<MessageId> messages) {
    var batch = new Batch(destination, keyEpoch, messages);
    sessions.put(batch, session);
    inSession.addAll(messages);
    move(now -> participant.attest(batch, now));
  }

  /// Asks for each half by itself, with no more patience than the whole had.
  private void split(Batch batch, Session session) {
    int middle = batch.messages().size() / 2;
    var half = new Session(session.begunAt(), Optional.empty());
    ask(batch.destination(), half, batch.messages().subList(0, middle));
    ask(batch.destination(), half, batch.messages().subList(middle, batch.messages().size()));
  }

  private void perform(List<Action> actions) {
    for (var action : new ArrayList<>(actions)) {
      switch (action) {
        case Action.Send(var to, var packet) -> outbox.send(to, codec.encode(packet));
        case Action.Completed(var attestation) -> {
          end(attestation.batch());
          var at = clock.instant();
          applyAll(attestation.batch(), new Event.AttestationReceived(at, attestation));
          var chain = attestation.batch().destination().chain();
          if (!gateways.containsKey(chain)) {
            // nobody here would deliver it
            applyAll(attestation.batch(), hold(chain));
          }
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
        case Action.Failed(var batch, var reason, var notYet) -> {
          var session = sessions.get(batch);
          if (session != null && staysOpen(batch, session, notYet)) {
            continue;
          }
          end(batch);
          if (session != null && batch.messages().size() > 1) {
            split(batch, session);
            continue;
          }
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

  /// Whether others that do not know all of the batch yet are asked again soon; see the class.
  private boolean staysOpen(Batch batch, Session session, Set<MemberId> notYet) {
    var askAt = clock.instant().plus(askAgainAfter);
    boolean patient =
        !notYet.isEmpty()
            && !askAt.isAfter(
                session.begunAt().plus(askAgainAfter.multipliedBy(QUESTIONS_PER_POLL + 1)));
    if (patient) {
      sessions.put(batch, new Session(session.begunAt(), Optional.of(askAt)));
    }
    return patient;
  }

  private void end(Batch batch) {
    if (sessions.remove(batch) != null) {
      batch.messages().forEach(inSession::remove);
    }
  }

  private void applyAll(Batch batch, Event event) {
    store
        .applyAll(batch.messages().stream().map(id -> new Addressed(id, event)).toList())
        .forEach(wakes::after);
  }
}
