// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.frost.Nonce;
import io.wherry.attest.frost.SignatureShare;
import io.wherry.attest.frost.SigningPackage;
import io.wherry.attest.session.Packet.Share;
import io.wherry.attest.session.Packet.SignRequest;
import io.wherry.model.Batch;
import io.wherry.model.MemberId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// One batch on its coordinator: who is out of the race and why, and the attempt that runs.
final class Coordination {
  private final Batch batch;
  private final Map<MemberId, String> excluded = new TreeMap<>();
  private final Set<MemberId> notYet = new HashSet<>();
  private final Set<MemberId> renewed = new HashSet<>();
  private Phase phase = new Phase.Idle();

  Coordination(Batch batch) {
    this.batch = batch;
  }

  Batch batch() {
    return batch;
  }

  Phase phase() {
    return phase;
  }

  void enter(Phase next) {
    if (phase instanceof Phase.Running running) {
      running.ownNonce().close();
    }
    phase = next;
  }

  boolean excludes(MemberId member) {
    return excluded.containsKey(member);
  }

  void exclude(MemberId member, String reason) {
    excluded.put(member, reason);
  }

  void excludeForNow(MemberId member, String reason) {
    exclude(member, reason);
    notYet.add(member);
  }

  /// Whether this is the first time that `member` does not know its nonce: it may have restarted.
  boolean renew(MemberId member) {
    return renewed.add(member);
  }

  Map<MemberId, String> excluded() {
    return excluded;
  }

  Set<MemberId> notYet() {
    return notYet;
  }

  /// Where the batch stands.
  sealed interface Phase {
    /// Between two attempts; never seen from outside.
    record Idle() implements Phase {}

    /// Too few commitments: signers were asked for some.
    record Gathering(Instant deadline) implements Phase {}

    /// Signers were asked for shares. The only phase that changes while it lasts.
    final class Running implements Phase {
      private final SignRequest request;
      private final Nonce ownNonce;
      private final Instant deadline;
      private final Map<MemberId, SignatureShare> shares = new HashMap<>();
      private final Map<MemberId, Share> answers = new HashMap<>();
      private Optional<SigningPackage> signing = Optional.empty();

      Running(SignRequest request, Nonce ownNonce, Instant deadline) {
        this.request = request;
        this.ownNonce = ownNonce;
        this.deadline = deadline;
      }

      SignRequest request() {
        return request;
      }

      Nonce ownNonce() {
        return ownNonce;
      }

      Instant deadline() {
        return deadline;
      }

      /// What follows from the request; computed once, after the request is on its way.
      SigningPackage signing(Function<SignRequest, SigningPackage> computed) {
        var known = signing.orElseGet(() -> computed.apply(request));
        signing = Optional.of(known);
        return known;
      }

      void take(MemberId from, Share share) {
        answers.put(from, share);
        shares.put(from, new SignatureShare(from, share.z()));
      }

      void takeOwn(SignatureShare own) {
        shares.put(own.member(), own);
      }

      boolean has(MemberId member) {
        return shares.containsKey(member);
      }

      boolean isWhole() {
        return shares.size() == request.signers().size();
      }

      Collection<SignatureShare> shares() {
        return shares.values();
      }

      /// What `member` has sent, as evidence.
      Optional<Share> answer(MemberId member) {
        return Optional.ofNullable(answers.get(member));
      }

      boolean waitsFor(MemberId member) {
        return !has(member)
            && request.signers().stream().anyMatch(signer -> signer.member().equals(member));
      }
    }
  }
}
