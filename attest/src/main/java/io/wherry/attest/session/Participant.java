// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.AttestationVerifier;
import io.wherry.attest.Consent;
import io.wherry.attest.SigningRecord;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.session.Action.Send;
import io.wherry.model.Batch;
import io.wherry.model.MemberId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// One member in the signing protocol of one key epoch, as signer and as coordinator. A pure
/// machine: every method takes the time and gives what is to be done, in order.
///
/// It signs nothing without its consent and its signing record. Nonces are in its memory alone and
/// are gone with it. One thread at a time may use it; its owner calls [#tick] several times per
/// time-out.
public final class Participant implements AutoCloseable {
  private final MemberId self;
  private final AttestationVerifier verifier;
  private final SignerSide signer;
  private final CoordinatorSide coordinator;
  private boolean announced;

  /// A participant that has not spoken yet; its first [#tick] announces it.
  ///
  /// @param curve the backend
  /// @param share this member's key share; stays the caller's to close, after this
  /// @param consent this node's own watcher and policy
  /// @param record what this member has signed
  /// @param bootEpoch from the signing record: higher than in every earlier life, at least 1
  /// @param random a `SecureRandom` that reads the operating system's generator, because every
  ///   nonce comes from it; a seeded generator in tests alone
  /// @param limits how much to keep and how long to wait
  public Participant(
      Curve curve,
      KeyShare share,
      Consent consent,
      SigningRecord record,
      long bootEpoch,
      RandomGenerator random,
      Limits limits) {
    if (bootEpoch < 1) {
      throw new IllegalArgumentException("expected a boot epoch from 1, got " + bootEpoch);
    }
    this.self = share.member();
    this.verifier = new AttestationVerifier(curve, share.epoch(), share.group());
    this.signer = new SignerSide(curve, share, consent, record, random, bootEpoch, limits);
    this.coordinator = new CoordinatorSide(verifier, self, signer, random, limits);
  }

  /// Coordinates a batch: ends in [Action.Completed] or [Action.Failed], now or later. A batch in
  /// work is left as it is, and one that was completed lately is completed again.
  public List<Action> attest(Batch batch, Instant now) {
    return coordinator.attest(batch, now);
  }

  /// Takes a packet of `from`, whom its envelope has proved. Packets of strangers to this
  /// committee, and of this member itself, are ignored, as are late and repeated ones; an identical
  /// request is given its identical share again.
  ///
  /// @throws IllegalStateException where the own share does not verify: this machine or its key
  ///   share is faulty, and nothing has left
  public List<Action> on(MemberId from, Packet packet, Instant now) {
    if (from.equals(self) || !verifier.group().has(from)) {
      return List.of();
    }
    return switch (packet) {
      case Packet.CommitmentsWanted wanted ->
          List.of(new Send(from, signer.onWanted(from, wanted, now)));
      case Packet.SignRequest request -> List.of(new Send(from, signer.onRequest(from, request)));
      case Packet.Commitments commitments -> coordinator.onCommitments(from, commitments, now);
      case Packet.Share share -> coordinator.onShare(from, share, now);
      case Packet.Declined declined -> coordinator.onDeclined(from, declined, now);
      case Packet.Attested attested -> coordinator.onAttested(attested);
    };
  }

  /// Lets time pass: ends what has waited too long, and keeps the pools full. The first call
  /// announces this member's boot epoch to all others.
  public List<Action> tick(Instant now) {
    var actions = new ArrayList<Action>();
    if (!announced) {
      announced = true;
      for (var member : verifier.group().memberIds()) {
        if (!member.equals(self)) {
          actions.add(new Send(member, new Packet.Commitments(signer.bootEpoch(), List.of())));
        }
      }
    }
    actions.addAll(coordinator.tick(now));
    return actions;
  }

  /// Who has signed wrongly in this key epoch, as far as this member has seen since its start.
  public Set<MemberId> banned() {
    return coordinator.banned();
  }

  /// Checks attestations under this key epoch's group key.
  public AttestationVerifier verifier() {
    return verifier;
  }

  /// Wipes all nonces. Nothing may be called after it.
  @Override
  public void close() {
    coordinator.close();
    signer.close();
  }
}
