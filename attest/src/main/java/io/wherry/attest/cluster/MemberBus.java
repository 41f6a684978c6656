// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageProducer;
import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Sends and receives signed envelopes over the clustered event bus. Every member has one address,
/// `wherry.<cluster>.member.<number>`, where nothing but bytes is looked at. Envelopes may be lost
/// at any time without notice, so whoever sends one repeats itself until something proves arrival;
/// there are no replies. Thread-safe; never blocks.
///
/// Envelopes are published, not sent point to point: if two nodes are registered on an address (the
/// entry of a crashed one, or an intruder's) each gets a copy, and neither can swallow every other
/// one.
public final class MemberBus {
  /// What became of an envelope at this node; nothing says whether it arrives.
  public enum SendOutcome {
    /// It is on its way.
    QUEUED,
    /// Too much waits for that member already; it was dropped and counted.
    OUTBOX_FULL
  }

  /// Receives what other members say. Called on the context it was registered on, one envelope
  /// after the other. An exception is the context's to report; the next envelope comes all the
  /// same.
  @FunctionalInterface
  public interface Handler {
    /// @param from the member whose key signed it
    /// @param bootEpoch which life of that member's process
    /// @param body what it says: authentic, but as hostile as its sender
    void receive(MemberId from, long bootEpoch, Bytes body);
  }

  /// What the bus did since it was made.
  ///
  /// @param sent envelopes handed to the event bus, one for each member that a broadcast is for
  /// @param unsent of these, those that the event bus failed to put on the wire: mostly absent
  ///   members
  /// @param outboxFull envelopes dropped because too much waited for their member
  /// @param intakeFull incoming messages dropped unopened because too many of that claimed sender
  ///   waited
  /// @param accepted envelopes that were opened
  /// @param inboxFull of these, those dropped because too many of their sender waited for the
  ///   handler
  /// @param dropped those not accepted, by reason
  public record Counts(
      long sent,
      long unsent,
      long outboxFull,
      long intakeFull,
      long accepted,
      long inboxFull,
      Map<DropReason, Long> dropped) {}

  /// Opening this many takes about a millisecond; then other events have their turn.
  private static final int INTAKE_TURN = 16;

  private static final int INBOX_TURN = 64;

  private record Peer(MessageProducer<Buffer> producer, Backlog backlog) {}

  private final Vertx vertx;
  private final Roster roster;
  private final MemberId self;
  private final EnvelopeSealer sealer;
  private final EnvelopeOpener opener;
  private final BusLimits limits;
  private final Map<MemberId, Peer> peers = new TreeMap<>();
  private final AtomicReference<@Nullable Receiver> receiver = new AtomicReference<>();
  private final LongAdder sent = new LongAdder();
  private final LongAdder unsent = new LongAdder();
  private final LongAdder outboxFull = new LongAdder();
  private final LongAdder accepted = new LongAdder();

  /// @param vertx a clustered one, of [Cluster#vertx]
  /// @param roster whose members have addresses
  /// @param sealer signs for this node
  /// @param opener judges what comes in, of the same roster and member
  /// @param limits how much may wait
  public MemberBus(
      Vertx vertx, Roster roster, EnvelopeSealer sealer, EnvelopeOpener opener, BusLimits limits) {
    this.vertx = vertx;
    this.roster = roster;
    this.self = opener.self();
    this.sealer = sealer;
    this.opener = opener;
    this.limits = limits;
    for (var member : roster.members()) {
      if (!member.id().equals(self)) {
        MessageProducer<Buffer> producer = vertx.eventBus().publisher(address(roster, member.id()));
        var backlog = new Backlog(limits.outboxEnvelopesMax(), limits.outboxBytesMax());
        peers.put(member.id(), new Peer(producer, backlog));
      }
    }
  }

  /// The event bus address of a member.
  static String address(Roster roster, MemberId member) {
    return "wherry.%s.member.%d".formatted(roster.cluster(), member.number());
  }

  /// Seals `body` for one other member and hands it to the event bus.
  ///
  /// @throws IllegalArgumentException when `to` is not another member, or body or time to live are
  ///   over their limits
  public SendOutcome send(MemberId to, Bytes body, Duration ttl) {
    var peer = peers.get(to);
    if (peer == null) {
      throw new IllegalArgumentException(
          "expected another member of cluster %s, got %s".formatted(roster.cluster(), to));
    }
    return hand(peer, sealer.seal(new Recipient.One(to), body, ttl));
  }

  /// Seals `body` once for everyone and hands it to the event bus for each other member. Members
  /// whose outbox is full miss it; that is counted.
  ///
  /// @throws IllegalArgumentException when body or time to live are over their limits
  public void broadcast(Bytes body, Duration ttl) {
    var sealed = sealer.seal(new Recipient.Everyone(), body, ttl);
    for (var peer : peers.values()) {
      var _ = hand(peer, sealed);
    }
  }

  private SendOutcome hand(Peer peer, Bytes sealed) {
    if (!peer.backlog().enter(sealed.size())) {
      outboxFull.increment();
      return SendOutcome.OUTBOX_FULL;
    }
    sent.increment();
    peer.producer()
        .write(Buffer.buffer(sealed.toArray()))
        .onComplete(
            written -> {
              peer.backlog().leave(sealed.size());
              if (written.failed()) {
                unsent.increment();
              }
            });
    return SendOutcome.QUEUED;
  }

  /// Registers the one handler of this node, on the caller's context (or a new one, when the caller
  /// is not on any). The future completes when the cluster knows of it; envelopes sent before are
  /// lost.
  ///
  /// @throws IllegalStateException when there is a handler already
  public Future<Void> receive(Handler handler) {
    Context context = vertx.getOrCreateContext();
    var made = new Receiver(inbox(context, handler));
    if (!receiver.compareAndSet(null, made)) {
      throw new IllegalStateException("this bus has a handler already");
    }
    // A context of its own: a handler that waits must not keep envelopes from being opened and
    // counted.
    return vertx
        .deployVerticle(made, new DeploymentOptions().setThreadingModel(ThreadingModel.EVENT_LOOP))
        .mapEmpty();
  }

  private Lanes<Opened.Accepted> inbox(Context context, Handler handler) {
    return new Lanes<>(
        peers.keySet(),
        limits.inboxEnvelopesMax(),
        limits.inboxBytesMax(),
        INBOX_TURN,
        context,
        envelope -> envelope.body().size(),
        envelope -> handler.receive(envelope.from(), envelope.bootEpoch(), envelope.body()));
  }

  private Lanes<byte[]> intake(Context context, Lanes<Opened.Accepted> inbox) {
    return new Lanes<>(
        peers.keySet(),
        limits.intakeEnvelopesMax(),
        limits.intakeBytesMax(),
        INTAKE_TURN,
        context,
        bytes -> bytes.length,
        bytes -> open(bytes, inbox));
  }

  /// Takes messages from the event bus faster than they can be opened: what waits between the
  /// socket and a handler of the event bus is without bound, so nothing must wait there.
  private final class Receiver extends VerticleBase {
    private final Lanes<Opened.Accepted> inbox;
    private volatile @Nullable Lanes<byte[]> intake;

    Receiver(Lanes<Opened.Accepted> inbox) {
      this.inbox = inbox;
    }

    @Override
    public Future<?> start() {
      var opening = intake(context, inbox);
      intake = opening;
      return vertx
          .eventBus()
          .consumer(
              address(roster, self), (Message<Object> message) -> take(message, opening, inbox))
          .completion();
    }

    long intakeOverflowed() {
      var opening = intake;
      return opening == null ? 0 : opening.overflowed();
    }
  }

  private void take(Message<Object> message, Lanes<byte[]> intake, Lanes<Opened.Accepted> inbox) {
    Object body;
    try {
      body = message.body();
    } catch (RuntimeException undecodable) {
      // Bodies are decoded here, by a codec of the sender's choice; what that throws is the
      // sender's choice too.
      var _ = opener.drop(DropReason.MALFORMED, undecodable.getClass().getSimpleName());
      return;
    }
    if (!(body instanceof Buffer buffer)) {
      var _ = opener.drop(DropReason.MALFORMED, "no bytes");
    } else if (buffer.length() > opener.limits().envelopeBytesMax()) {
      var _ = opener.drop(DropReason.TOO_LARGE, buffer.length() + " bytes");
    } else {
      var bytes = buffer.getBytes();
      var sender = Envelope.claimedSender(bytes).filter(peers::containsKey);
      if (sender.isPresent()) {
        intake.put(sender.get(), bytes);
      } else {
        // of no other member, so it is dropped before its signature is looked at
        open(bytes, inbox);
      }
    }
  }

  private void open(byte[] sealed, Lanes<Opened.Accepted> inbox) {
    switch (opener.open(sealed)) {
      case Opened.Accepted envelope -> {
        accepted.increment();
        inbox.put(envelope.from(), envelope);
      }
      case Opened.Dropped _ -> {}
    }
  }

  /// What happened so far.
  public Counts counts() {
    var receiving = receiver.get();
    return new Counts(
        sent.sum(),
        unsent.sum(),
        outboxFull.sum(),
        receiving == null ? 0 : receiving.intakeOverflowed(),
        accepted.sum(),
        receiving == null ? 0 : receiving.inbox.overflowed(),
        opener.dropped());
  }
}
