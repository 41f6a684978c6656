// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Judges what comes from the bus, which may be anything. Cheap checks come first, the signature
/// last (about 0.1 ms), and nothing is remembered of an envelope before its signature was verified.
/// What is remembered is bounded by the size of the roster. Thread-safe, CPU only.
public final class EnvelopeOpener {
  private final MemberId self;
  private final Hash32 rosterHash;
  private final Set<KeyEpoch> keyEpochs;
  private final EnvelopeLimits limits;
  private final InstantSource clock;
  private final DropJournal journal;
  private final Map<MemberId, IdentityKey> keys = new HashMap<>();
  private final Map<MemberId, PeerState> peers = new HashMap<>();

  /// @param roster whose envelopes are accepted
  /// @param self this node, whose own envelopes are dropped
  /// @param keyEpochs the key epochs that this node serves: two of them while keys rotate
  /// @param limits what all members agreed on
  /// @param clock tells what is past its time
  /// @param heardBefore [#marks] of this node's former life, or nothing; members not in the roster
  ///   are ignored
  /// @throws IllegalArgumentException when `self` is not in the roster, or there is no key epoch
  public EnvelopeOpener(
      Roster roster,
      MemberId self,
      Set<KeyEpoch> keyEpochs,
      EnvelopeLimits limits,
      InstantSource clock,
      Map<MemberId, ReplayMark> heardBefore) {
    if (roster.member(self).isEmpty()) {
      throw new IllegalArgumentException(
          "%s is not in the roster of cluster %s".formatted(self, roster.cluster()));
    }
    if (keyEpochs.isEmpty()) {
      throw new IllegalArgumentException("expected at least one key epoch");
    }
    this.self = self;
    this.rosterHash = roster.hash();
    this.keyEpochs = Set.copyOf(keyEpochs);
    this.limits = limits;
    this.clock = clock;
    this.journal = new DropJournal(clock);
    for (var member : roster.members()) {
      if (!member.id().equals(self)) {
        var mark = heardBefore.get(member.id());
        keys.put(member.id(), member.key());
        peers.put(member.id(), mark == null ? new PeerState() : new PeerState(mark));
      }
    }
  }

  /// Opens one envelope. Called by the bus for every message on this member's address. Of any
  /// number of calls with the same envelope, one is answered with [Opened.Accepted].
  ///
  /// @param sealed read, not changed, not kept
  public Opened open(byte[] sealed) {
    if (sealed.length > limits.envelopeBytesMax()) {
      return drop(DropReason.TOO_LARGE, sealed.length + " bytes");
    }
    if (sealed.length > 0 && sealed[0] != Envelope.VERSION) {
      return drop(DropReason.UNKNOWN_VERSION, "version " + Byte.toUnsignedInt(sealed[0]));
    }
    return Envelope.decode(sealed)
        .map(envelope -> open(envelope, sealed))
        .orElseGet(() -> drop(DropReason.MALFORMED, sealed.length + " bytes"));
  }

  private Opened open(Envelope envelope, byte[] sealed) {
    var claim = "from " + envelope.from();
    if (!envelope.rosterHash().equals(rosterHash)) {
      return drop(DropReason.FOREIGN_ROSTER, claim + ", roster " + envelope.rosterHash());
    }
    if (!keyEpochs.contains(envelope.keyEpoch())) {
      return drop(DropReason.FOREIGN_EPOCH, claim + ", key epoch " + envelope.keyEpoch());
    }
    if (envelope.from().equals(self)) {
      return drop(DropReason.OWN, claim);
    }
    var key = keys.get(envelope.from());
    var peer = peers.get(envelope.from());
    if (key == null || peer == null) {
      return drop(DropReason.UNKNOWN_MEMBER, claim);
    }
    switch (envelope.to()) {
      case Recipient.One(var member) when !member.equals(self) -> {
        return drop(DropReason.WRONG_RECIPIENT, claim + ", to " + member);
      }
      case Recipient.One _, Recipient.Everyone _ -> {}
    }
    long now = clock.millis();
    long skew = limits.clockSkewMax().toMillis();
    if (envelope.notAfterMillis() < now - skew) {
      return drop(DropReason.EXPIRED, claim);
    }
    if (envelope.notAfterMillis() > now + limits.ttlMax().toMillis() + skew) {
      return drop(DropReason.TOO_LONG_LIVED, claim);
    }
    // Asked twice: before the signature, because that is cheap; after it, because another thread
    // may have admitted the same envelope meanwhile.
    return switch (peer.freshness(envelope.bootEpoch(), envelope.seq())) {
      case OLD_BOOT -> drop(DropReason.OLD_BOOT, claim);
      case SEEN -> drop(DropReason.REPLAYED, claim);
      case NEW -> {
        if (!key.verifies(Envelope.TAG, sealed, sealed.length - Envelope.SIGNATURE_BYTES)) {
          yield drop(DropReason.BAD_SIGNATURE, claim);
        }
        yield switch (peer.admit(envelope.bootEpoch(), envelope.seq(), now)) {
          case OLD_BOOT -> drop(DropReason.OLD_BOOT, claim);
          case SEEN -> drop(DropReason.REPLAYED, claim);
          case NEW -> new Opened.Accepted(envelope.from(), envelope.bootEpoch(), envelope.body());
        };
      }
    };
  }

  /// Counts a message that did not get as far as [#open].
  Opened.Dropped drop(DropReason reason, String claim) {
    return journal.drop(reason, claim);
  }

  /// The member whose envelopes it opens.
  MemberId self() {
    return self;
  }

  /// The limits it judges by.
  EnvelopeLimits limits() {
    return limits;
  }

  /// How many were dropped since start, for every reason.
  public Map<DropReason, Long> dropped() {
    return journal.snapshot();
  }

  /// How far each member was heard, for the next life of this node. Members never heard are left
  /// out.
  public Map<MemberId, ReplayMark> marks() {
    var marks = new TreeMap<MemberId, ReplayMark>();
    peers.forEach((member, state) -> state.mark().ifPresent(mark -> marks.put(member, mark)));
    return marks;
  }

  /// When each member was last heard, proved by its signature: what status pages show. Members not
  /// heard in this life of this node are left out.
  public Map<MemberId, Instant> heard() {
    var heard = new TreeMap<MemberId, Instant>();
    peers.forEach(
        (member, state) -> {
          long millis = state.heardAtMillis();
          if (millis >= 0) {
            heard.put(member, Instant.ofEpochMilli(millis));
          }
        });
    return heard;
  }
}
