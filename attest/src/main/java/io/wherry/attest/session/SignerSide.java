// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.Consent;
import io.wherry.attest.SigningRecord;
import io.wherry.attest.frost.CommitmentList;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.Nonce;
import io.wherry.attest.frost.Scalar;
import io.wherry.attest.frost.SigningPackage;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.session.Packet.Commitments;
import io.wherry.attest.session.Packet.CommitmentsWanted;
import io.wherry.attest.session.Packet.Declined;
import io.wherry.attest.session.Packet.Declined.Kind;
import io.wherry.attest.session.Packet.Share;
import io.wherry.attest.session.Packet.SignRequest;
import io.wherry.attest.session.Packet.Signer;
import io.wherry.format.BatchFormat;
import io.wherry.format.Keccak;
import io.wherry.model.Batch;
import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// A member as signer. It answers a request only with its own consent, only after the signing
/// record has admitted every message durably, and with one share per nonce.
final class SignerSide implements AutoCloseable {
  private final Curve curve;
  private final KeyShare share;
  private final Consent consent;
  private final SigningRecord record;
  private final RandomGenerator random;
  private final long bootEpoch;
  private final Limits limits;
  private final PacketCodec codec;
  private final Map<MemberId, NonceStock> stocks = new HashMap<>();

  SignerSide(
      Curve curve,
      KeyShare share,
      Consent consent,
      SigningRecord record,
      RandomGenerator random,
      long bootEpoch,
      Limits limits) {
    this.curve = curve;
    this.share = share;
    this.consent = consent;
    this.record = record;
    this.random = random;
    this.bootEpoch = bootEpoch;
    this.limits = limits;
    this.codec = new PacketCodec(curve);
  }

  long bootEpoch() {
    return bootEpoch;
  }

  /// Fresh nonces of this member, for a session that it coordinates itself.
  Nonce ownNonce() {
    return Nonce.commit(curve, share.group().suite(), share.secret(), random);
  }

  /// This member's belief in `batch`, with the entries to record where it is given.
  Belief believe(Batch batch) {
    return switch (consent.ask(batch)) {
      case Consent.Answer.Given(var slots) -> new Belief.Held(entries(batch, slots));
      case Consent.Answer.NotYet(var reason) -> new Belief.NotHeld(Kind.NOT_YET, reason);
      case Consent.Answer.Refused(var reason) -> new Belief.NotHeld(Kind.REFUSED, reason);
    };
  }

  /// Consent in the form that signing needs.
  sealed interface Belief {
    record Held(List<SigningRecord.Entry> entries) implements Belief {}

    record NotHeld(Kind kind, String reason) implements Belief {}
  }

  /// Asks consent, records, and then signs; the one way to a share.
  Outcome sign(SigningPackage signing, Batch batch, Nonce nonce) {
    return switch (believe(batch)) {
      case Belief.NotHeld(var kind, var reason) -> new Outcome.NotMade(kind, reason);
      case Belief.Held(var entries) -> sign(signing, entries, nonce);
    };
  }

  private Outcome sign(SigningPackage signing, List<SigningRecord.Entry> entries, Nonce nonce) {
    return switch (record.admit(entries)) {
      case SigningRecord.Admission.Admitted() ->
          new Outcome.Made(signing.sign(share.secret(), nonce).z());
      case SigningRecord.Admission.Conflict(Slot slot, MessageId recorded, MessageId offered) ->
          new Outcome.NotMade(
              Kind.CONFLICT,
              "slot %s of %s holds %s, not %s"
                  .formatted(slot.sendId(), slot.gateway(), recorded, offered));
      case SigningRecord.Admission.Unavailable(var reason) ->
          new Outcome.NotMade(Kind.NOT_YET, reason);
    };
  }

  /// What became of a share.
  sealed interface Outcome {
    record Made(Scalar z) implements Outcome {}

    record NotMade(Kind kind, String reason) implements Outcome {}
  }

  Packet onWanted(MemberId coordinator, CommitmentsWanted wanted, Instant now) {
    var stock = stock(coordinator);
    if (wanted.bootEpoch() == bootEpoch) {
      stock.discardBelow(wanted.firstIndex());
    }
    return new Commitments(bootEpoch, stock.filled(now));
  }

  /// Answers a request of `coordinator`, who may use the nonces that were made for it alone.
  Packet onRequest(MemberId coordinator, SignRequest request) {
    var own =
        request.signers().stream()
            .filter(signer -> signer.member().equals(share.member()))
            .findFirst();
    if (own.isEmpty()) {
      return declined(request, Kind.REFUSED, "the list does not name this member");
    }
    var stock = stock(coordinator);
    long index = own.get().index();
    if (own.get().bootEpoch() != bootEpoch) {
      return declined(request, Kind.NONCE_UNKNOWN, "this member has restarted");
    }
    var spent = stock.spent(index);
    if (spent.isPresent()) {
      return spent.get().request().equals(hash(request))
          ? spent.get().answer()
          // so that an honest coordinator, fed commitments of long ago, asks for new ones
          : declined(request, Kind.NONCE_UNKNOWN, "the nonce has signed another request");
    }
    var nonce = stock.fresh(index);
    if (nonce.isEmpty()) {
      return declined(request, Kind.NONCE_UNKNOWN, "no such nonce for this coordinator");
    }
    if (!nonce.get().commitment().equals(own.get().commitment())) {
      return declined(request, Kind.REFUSED, "the list does not hold the own commitment");
    }
    Outcome outcome;
    try {
      outcome = outcome(request, nonce.get());
    } finally {
      stock.discard(index); // used, or never to be used: the coordinator has moved on
    }
    return switch (outcome) {
      case Outcome.NotMade(var kind, var reason) -> declined(request, kind, reason);
      case Outcome.Made(var z) -> {
        var fresh = new Commitments(bootEpoch, stock.replacement());
        var answer = new Share(request.session(), z, fresh);
        stock.remember(index, new NonceStock.Spent(hash(request), answer));
        yield answer;
      }
    };
  }

  /// The session that a request or an own plan describes.
  ///
  /// @throws IllegalArgumentException where its list is not canonical
  SigningPackage signing(SignRequest request) {
    var commitments =
        CommitmentList.of(
            share.group(), request.signers().stream().map(Signer::commitment).toList());
    return SigningPackage.of(
        curve, share.group(), commitments, BatchFormat.digest(request.batch()).bytes());
  }

  /// Wipes every nonce.
  @Override
  public void close() {
    stocks.values().forEach(stock -> stock.discardBelow(Long.MAX_VALUE));
  }

  private Outcome outcome(SignRequest request, Nonce nonce) {
    var batch = request.batch();
    if (!batch.keyEpoch().equals(share.epoch())) {
      return new Outcome.NotMade(
          Kind.REFUSED, "expected key epoch %s, got %s".formatted(share.epoch(), batch.keyEpoch()));
    }
    SigningPackage signing;
    try {
      signing = signing(request);
    } catch (IllegalArgumentException malformed) {
      return new Outcome.NotMade(Kind.REFUSED, String.valueOf(malformed.getMessage()));
    }
    return sign(signing, batch, nonce);
  }

  private NonceStock stock(MemberId coordinator) {
    return stocks.computeIfAbsent(coordinator, someone -> new NonceStock(limits, this::ownNonce));
  }

  private Hash32 hash(SignRequest request) {
    return Keccak.hash(codec.encode(request));
  }

  private static List<SigningRecord.Entry> entries(Batch batch, List<Slot> slots) {
    if (slots.size() != batch.messages().size()) {
      throw new IllegalStateException(
          "consent named %d slots for %d messages"
              .formatted(slots.size(), batch.messages().size()));
    }
    var entries = new ArrayList<SigningRecord.Entry>();
    for (int i = 0; i < slots.size(); i++) {
      entries.add(new SigningRecord.Entry(slots.get(i), batch.messages().get(i)));
    }
    return entries;
  }

  private static Declined declined(SignRequest request, Kind kind, String reason) {
    return new Declined(request.session(), kind, reason);
  }
}
