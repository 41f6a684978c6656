// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.session.Packet.Commitments;
import io.wherry.attest.session.Packet.Offer;
import io.wherry.attest.session.Packet.Signer;
import io.wherry.model.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/// What a coordinator holds of one signer: its unused commitments, and how well it answers.
/// Commitments are taken in ascending order and never twice, whatever the network repeats.
final class CommitmentPool {
  private static final int BACK_OFF_DOUBLINGS_MAX = 5;

  private final MemberId member;
  private final int readyMax;
  private final TreeMap<Long, Offer> ready = new TreeMap<>();
  private long bootEpoch;
  private long nextUsable;
  private Instant askAgainAt = Instant.MIN;
  private int unanswered;

  CommitmentPool(MemberId member, int readyMax) {
    this.member = member;
    this.readyMax = readyMax;
  }

  MemberId member() {
    return member;
  }

  /// How many questions in a row this member has left open.
  int unanswered() {
    return unanswered;
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  boolean isLow() {
    return ready.size() < (readyMax + 1) / 2;
  }

  /// Takes what the signer published. A higher boot epoch voids all that was there; a lower one is
  /// a packet from before a restart and is ignored.
  void accept(Commitments commitments) {
    if (commitments.bootEpoch() < bootEpoch) {
      return;
    }
    if (commitments.bootEpoch() > bootEpoch) {
      bootEpoch = commitments.bootEpoch();
      nextUsable = 0;
      ready.clear();
      askAgainAt = Instant.MIN;
    }
    for (var offer : commitments.offers()) {
      if (offer.index() >= nextUsable && ready.size() < readyMax) {
        ready.put(offer.index(), offer);
      }
    }
  }

  /// The next commitment, which is used up by this.
  Optional<Signer> take() {
    var next = ready.pollFirstEntry();
    if (next == null) {
      return Optional.empty();
    }
    nextUsable = next.getKey() + 1;
    var offer = next.getValue();
    return Optional.of(
        new Signer(member, bootEpoch, offer.index(), offer.hiding(), offer.binding()));
  }

  /// The signer does not know what it published: all of it is void.
  void drop() {
    if (!ready.isEmpty()) {
      nextUsable = ready.lastKey() + 1;
      ready.clear();
    }
    askAgainAt = Instant.MIN;
  }

  /// Whether it is time to ask for commitments again; the pauses double while nothing comes.
  boolean mayAsk(Instant now) {
    return !now.isBefore(askAgainAt);
  }

  /// Notes a question for commitments, for which indices from `stillOpen` on may be in use.
  Packet.CommitmentsWanted ask(Instant now, Duration timeout, long stillOpen) {
    askAgainAt = now.plus(timeout.multipliedBy(1L << Math.min(unanswered, BACK_OFF_DOUBLINGS_MAX)));
    unanswered++;
    return new Packet.CommitmentsWanted(bootEpoch, Math.min(stillOpen, nextUsable));
  }

  long bootEpoch() {
    return bootEpoch;
  }

  void answered() {
    unanswered = 0;
  }

  void silent() {
    unanswered++;
  }
}
