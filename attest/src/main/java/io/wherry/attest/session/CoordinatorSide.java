// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.AttestationVerifier;
import io.wherry.attest.frost.Aggregate;
import io.wherry.attest.frost.SignatureShare;
import io.wherry.attest.session.Action.Blamed;
import io.wherry.attest.session.Action.Completed;
import io.wherry.attest.session.Action.Failed;
import io.wherry.attest.session.Action.Send;
import io.wherry.attest.session.Coordination.Phase;
import io.wherry.attest.session.Packet.Attested;
import io.wherry.attest.session.Packet.Commitments;
import io.wherry.attest.session.Packet.Declined;
import io.wherry.attest.session.Packet.Share;
import io.wherry.attest.session.Packet.SignRequest;
import io.wherry.attest.session.Packet.Signer;
import io.wherry.format.Keccak;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// A member as coordinator. Every attempt that fails excludes at least one member from the batch
/// and the next one starts at once, so a batch takes at most n − t + 1 attempts (the idea of ROAST,
/// with one attempt at a time).
///
/// @see <a href="https://eprint.iacr.org/2022/550">ROAST: Robust Asynchronous Schnorr Threshold
///   Signatures</a>
final class CoordinatorSide implements AutoCloseable {
  private final AttestationVerifier verifier;
  private final MemberId self;
  private final SignerSide signer;
  private final RandomGenerator random;
  private final Limits limits;
  private final Duration timeout;
  private final Map<MemberId, CommitmentPool> pools = new TreeMap<>();
  private final Set<MemberId> banned = new HashSet<>();
  private final Map<Batch, Coordination> open = new LinkedHashMap<>();
  private final Map<Batch, Attestation> completed = new LinkedHashMap<>();

  CoordinatorSide(
      AttestationVerifier verifier,
      MemberId self,
      SignerSide signer,
      RandomGenerator random,
      Limits limits) {
    this.verifier = verifier;
    this.self = self;
    this.signer = signer;
    this.random = random;
    this.limits = limits;
    this.timeout = Duration.ofMillis(limits.timeoutMillis());
    for (var member : verifier.group().memberIds()) {
      if (!member.equals(self)) {
        pools.put(member, new CommitmentPool(member, limits.commitmentsPerPeerMax()));
      }
    }
  }

  List<Action> attest(Batch batch, Instant now) {
    if (!batch.keyEpoch().equals(verifier.epoch())) {
      return failed(
          batch, "expected key epoch %s, got %s".formatted(verifier.epoch(), batch.keyEpoch()));
    }
    var known = completed.get(batch);
    if (known != null) {
      return List.of(new Completed(known));
    }
    if (open.containsKey(batch)) {
      return List.of();
    }
    if (open.size() >= limits.batchesMax()) {
      return failed(batch, "%d batches are being attested already".formatted(open.size()));
    }
    return switch (signer.believe(batch)) {
      case SignerSide.Belief.NotHeld(var kind, var reason) ->
          List.of(
              new Failed(
                  batch,
                  "%s (this node): %s".formatted(self, reason),
                  kind == Declined.Kind.NOT_YET ? Set.of(self) : Set.of()));
      case SignerSide.Belief.Held _ -> {
        var coordination = new Coordination(batch);
        open.put(batch, coordination);
        yield proceed(coordination, now);
      }
    };
  }

  List<Action> onCommitments(MemberId from, Commitments commitments, Instant now) {
    return pool(from)
        .map(
            pool -> {
              pool.answered();
              pool.accept(commitments);
              return proceedGathering(now);
            })
        .orElse(List.of());
  }

  List<Action> onShare(MemberId from, Share share, Instant now) {
    var pool = pool(from);
    if (pool.isEmpty()) {
      return List.of();
    }
    pool.get().answered();
    pool.get().accept(share.fresh());
    var coordination = waiting(from, share.session());
    if (coordination.isEmpty()) {
      return proceedGathering(now);
    }
    var running = (Phase.Running) coordination.get().phase();
    running.take(from, share);
    var actions = new ArrayList<>(finishIfWhole(coordination.get(), running, now));
    actions.addAll(proceedGathering(now));
    return actions;
  }

  List<Action> onDeclined(MemberId from, Declined declined, Instant now) {
    var pool = pool(from);
    var waiting = waiting(from, declined.session());
    if (pool.isEmpty() || waiting.isEmpty()) {
      return List.of();
    }
    pool.get().answered();
    var coordination = waiting.get();
    switch (declined.kind()) {
      case NOT_YET -> coordination.excludeForNow(from, declined.reason());
      case REFUSED, CONFLICT -> coordination.exclude(from, declined.reason());
      case NONCE_UNKNOWN -> {
        pool.get().drop();
        if (!coordination.renew(from)) {
          coordination.excludeForNow(from, declined.reason());
        }
      }
    }
    return next(coordination, now);
  }

  List<Action> onAttested(Attested attested) {
    var attestation = attested.attestation();
    if (completed.containsKey(attestation.batch()) || !verifier.accepts(attestation)) {
      return List.of();
    }
    close(attestation.batch());
    remember(attestation);
    return List.of(new Completed(attestation));
  }

  List<Action> tick(Instant now) {
    var actions = new ArrayList<Action>();
    for (var coordination : List.copyOf(open.values())) {
      actions.addAll(expire(coordination, now));
    }
    for (var pool : pools.values()) {
      if (pool.isLow() && !banned.contains(pool.member()) && pool.mayAsk(now)) {
        actions.add(ask(pool, now));
      }
    }
    return actions;
  }

  Set<MemberId> banned() {
    return Set.copyOf(banned);
  }

  @Override
  public void close() {
    open.values().forEach(coordination -> coordination.enter(new Phase.Idle()));
    open.clear();
  }

  private List<Action> expire(Coordination coordination, Instant now) {
    return switch (coordination.phase()) {
      case Phase.Idle() -> List.of();
      case Phase.Gathering(var deadline) -> {
        if (now.isBefore(deadline)) {
          yield List.of();
        }
        for (var pool : candidates(coordination)) {
          if (pool.isEmpty()) {
            pool.silent();
            coordination.excludeForNow(pool.member(), "no answer");
          }
        }
        yield next(coordination, now);
      }
      case Phase.Running running -> {
        if (now.isBefore(running.deadline())) {
          yield List.of();
        }
        for (var pool : pools.values()) {
          if (running.waitsFor(pool.member())) {
            pool.silent();
            coordination.excludeForNow(pool.member(), "no answer");
          }
        }
        yield next(coordination, now);
      }
    };
  }

  private List<Action> proceedGathering(Instant now) {
    var actions = new ArrayList<Action>();
    for (var coordination : List.copyOf(open.values())) {
      if (coordination.phase() instanceof Phase.Gathering) {
        actions.addAll(proceed(coordination, now));
      }
    }
    return actions;
  }

  private List<Action> next(Coordination coordination, Instant now) {
    coordination.enter(new Phase.Idle());
    return proceed(coordination, now);
  }

  /// Starts an attempt where enough signers are ready, asks for commitments where enough may become
  /// ready, and gives up otherwise.
  private List<Action> proceed(Coordination coordination, Instant now) {
    int needed = verifier.group().threshold() - 1;
    var candidates = candidates(coordination);
    if (candidates.size() < needed) {
      return giveUp(coordination);
    }
    var ready = candidates.stream().filter(pool -> !pool.isEmpty()).toList();
    if (ready.size() >= needed) {
      return start(coordination, ready.subList(0, needed), now);
    }
    if (coordination.phase() instanceof Phase.Gathering) {
      return List.of();
    }
    coordination.enter(new Phase.Gathering(now.plus(timeout)));
    return candidates.stream()
        .filter(CommitmentPool::isEmpty)
        .<Action>map(pool -> ask(pool, now))
        .toList();
  }

  private List<Action> start(Coordination coordination, List<CommitmentPool> chosen, Instant now) {
    var nonce = signer.ownNonce();
    var signers = new ArrayList<Signer>();
    signers.add(
        new Signer(
            self,
            signer.bootEpoch(),
            0,
            nonce.commitment().hiding(),
            nonce.commitment().binding()));
    chosen.forEach(pool -> pool.take().ifPresent(signers::add));
    signers.sort(Comparator.comparing(Signer::member));
    var request = new SignRequest(sessionId(), coordination.batch(), signers);
    var running = new Phase.Running(request, nonce, now.plus(timeout));
    coordination.enter(running);
    if (chosen.isEmpty()) {
      return finishIfWhole(coordination, running, now);
    }
    return chosen.stream().<Action>map(pool -> new Send(pool.member(), request)).toList();
  }

  /// Makes the own share with the first reply, while the other signers are at work; aggregates with
  /// the last.
  private List<Action> finishIfWhole(
      Coordination coordination, Phase.Running running, Instant now) {
    var signing = running.signing(signer::signing);
    if (!running.has(self)) {
      SignerSide.Outcome own;
      try {
        own = signer.sign(signing, coordination.batch(), running.ownNonce());
      } catch (IllegalStateException faulty) {
        close(coordination.batch());
        throw faulty;
      }
      switch (own) {
        case SignerSide.Outcome.Made(var z) -> running.takeOwn(new SignatureShare(self, z));
        case SignerSide.Outcome.NotMade(var kind, var reason) -> {
          if (kind == Declined.Kind.NOT_YET) {
            coordination.excludeForNow(self, reason);
          } else {
            coordination.exclude(self, reason);
          }
          return giveUp(coordination);
        }
      }
    }
    if (!running.isWhole()) {
      return List.of();
    }
    return switch (signing.aggregate(running.shares())) {
      case Aggregate.Signed(var signature) -> complete(coordination.batch(), signature);
      case Aggregate.Culprits(var members) -> blame(coordination, running, members, now);
    };
  }

  private List<Action> complete(Batch batch, Bytes signature) {
    close(batch);
    var attestation = new Attestation(batch, verifier.group().suite().id(), signature);
    remember(attestation);
    var actions = new ArrayList<Action>();
    actions.add(new Completed(attestation));
    for (var member : pools.keySet()) {
      actions.add(new Send(member, new Attested(attestation)));
    }
    return actions;
  }

  private List<Action> blame(
      Coordination coordination, Phase.Running running, List<MemberId> culprits, Instant now) {
    var actions = new ArrayList<Action>();
    for (var culprit : culprits) {
      banned.add(culprit);
      coordination.exclude(culprit, "signed wrongly");
      running
          .answer(culprit)
          .ifPresent(answer -> actions.add(new Blamed(culprit, running.request(), answer)));
    }
    actions.addAll(next(coordination, now));
    return actions;
  }

  private List<Action> giveUp(Coordination coordination) {
    close(coordination.batch());
    var reasons = new TreeMap<>(coordination.excluded());
    banned.forEach(member -> reasons.putIfAbsent(member, "banned for signing wrongly"));
    var reason =
        reasons.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining("; "));
    return List.of(
        new Failed(
            coordination.batch(),
            "fewer than %d members sign: %s".formatted(verifier.group().threshold(), reason),
            coordination.notYet()));
  }

  /// Who may still sign, the best first: those that answer, and among those an order that differs
  /// from batch to batch, so that the work is spread.
  private List<CommitmentPool> candidates(Coordination coordination) {
    var seed = coordination.batch().messages().getFirst().hash().bytes();
    return pools.values().stream()
        .filter(pool -> !banned.contains(pool.member()))
        .filter(pool -> !coordination.excludes(pool.member()))
        .sorted(
            Comparator.comparingInt(CommitmentPool::unanswered)
                .thenComparing(pool -> rank(seed, pool.member())))
        .toList();
  }

  private static Hash32 rank(Bytes seed, MemberId member) {
    int number = member.number();
    return Keccak.hash(Bytes.concat(seed, Bytes.of((byte) (number >>> 8), (byte) number)));
  }

  private Send ask(CommitmentPool pool, Instant now) {
    long stillOpen = Long.MAX_VALUE;
    for (var coordination : open.values()) {
      if (coordination.phase() instanceof Phase.Running running
          && running.waitsFor(pool.member())) {
        for (var used : running.request().signers()) {
          if (used.member().equals(pool.member()) && used.bootEpoch() == pool.bootEpoch()) {
            stillOpen = Math.min(stillOpen, used.index());
          }
        }
      }
    }
    return new Send(pool.member(), pool.ask(now, timeout, stillOpen));
  }

  private Optional<CommitmentPool> pool(MemberId member) {
    return banned.contains(member) ? Optional.empty() : Optional.ofNullable(pools.get(member));
  }

  private Optional<Coordination> waiting(MemberId member, SessionId session) {
    return open.values().stream()
        .filter(
            coordination ->
                coordination.phase() instanceof Phase.Running running
                    && running.request().session().equals(session)
                    && running.waitsFor(member))
        .findFirst();
  }

  private void close(Batch batch) {
    var coordination = open.remove(batch);
    if (coordination != null) {
      coordination.enter(new Phase.Idle());
    }
  }

  private void remember(Attestation attestation) {
    completed.put(attestation.batch(), attestation);
    if (completed.size() > limits.rememberedMax()) {
      completed.remove(completed.keySet().iterator().next());
    }
  }

  private SessionId sessionId() {
    var bytes = new byte[SessionId.BYTES];
    random.nextBytes(bytes);
    return new SessionId(Bytes.of(bytes));
  }

  private static List<Action> failed(Batch batch, String reason) {
    return List.of(new Failed(batch, reason, Set.of()));
  }
}
