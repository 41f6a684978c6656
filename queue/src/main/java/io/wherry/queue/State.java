// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.time.Instant;
import java.util.Optional;

/// Where a delivery stands. What is known of it in any state (how it stands on its source chain,
/// and its attestation) is kept in the [Delivery] itself, so no state can lose it.
public sealed interface State {
  /// The state's name.
  default Kind kind() {
    return switch (this) {
      case Observed _ -> Kind.OBSERVED;
      case Final _ -> Kind.FINAL;
      case Attested _ -> Kind.ATTESTED;
      case Submitted _ -> Kind.SUBMITTED;
      case Included _ -> Kind.INCLUDED;
      case Settled _ -> Kind.SETTLED;
      case Orphaned _ -> Kind.ORPHANED;
      case Held _ -> Kind.HELD;
      case Waiting _ -> Kind.WAITING;
      case DeadLetter _ -> Kind.DEAD_LETTER;
    };
  }

  /// What this node has to do about it, from [#nextAttemptAt] on. Empty where there is nothing to
  /// do but to wait for the chains or an operator.
  default Optional<Work> work() {
    return switch (this) {
      case Observed _ -> Optional.of(Work.FINALIZE);
      case Final _ -> Optional.of(Work.ATTEST);
      case Attested _ -> Optional.of(Work.SUBMIT);
      case Submitted _ -> Optional.of(Work.TRACK);
      case Included _ -> Optional.of(Work.SETTLE);
      case Waiting waiting -> Optional.of(waiting.resumes());
      case Settled _, Orphaned _, Held _, DeadLetter _ -> Optional.empty();
    };
  }

  /// When the next attempt is due: present where [#work] is.
  default Optional<Instant> nextAttemptAt() {
    return switch (this) {
      case Observed observed -> Optional.of(observed.checkAt());
      case Final last -> Optional.of(last.attestAt());
      case Attested attested -> Optional.of(attested.submitAt());
      case Submitted submitted -> Optional.of(submitted.checkAt());
      case Included included -> Optional.of(included.checkAt());
      case Waiting waiting -> Optional.of(waiting.retryAt());
      case Settled _, Orphaned _, Held _, DeadLetter _ -> Optional.empty();
    };
  }

  /// The typed reason's name, where the state has one.
  default Optional<String> reasonName() {
    return switch (this) {
      case Held held -> Optional.of(held.reason().name());
      case Waiting waiting -> Optional.of(waiting.reason().name());
      case DeadLetter dead -> Optional.of(dead.reason().name());
      case Observed _, Final _, Attested _, Submitted _, Included _, Settled _, Orphaned _ ->
          Optional.empty();
    };
  }

  /// The last error as the chain, an endpoint or a person told it; empty where there is none.
  default String error() {
    return switch (this) {
      case Submitted submitted -> submitted.lastError();
      case Included included -> included.lastError();
      case Held held -> held.detail();
      case Waiting waiting -> waiting.lastError();
      case DeadLetter dead -> dead.lastError();
      case Observed _, Final _, Attested _, Settled _, Orphaned _ -> "";
    };
  }

  /// Its log was seen, and can still vanish.
  ///
  /// @param since when it was seen there
  /// @param checkAt when to ask for its finality next
  record Observed(Instant since, Instant checkAt) implements State {}

  /// It cannot vanish any more, and wants the committee's attestation.
  ///
  /// @param attestAt when this node starts a signing session, unless another has: later for members
  ///   of a higher rank
  record Final(Instant attestAt) implements State {}

  /// It is attested and not delivered.
  ///
  /// @param submitAt when this node delivers it, unless another has: later for members of a higher
  ///   rank
  record Attested(Instant submitAt) implements State {}

  /// A transaction of ours is stored, and may be under way.
  ///
  /// @param transaction what was signed
  /// @param preparedAt when it was signed
  /// @param checkAt when to look for it next
  /// @param lastError what went wrong with the last look, or empty
  record Submitted(
      OwnTransaction transaction, Instant preparedAt, Instant checkAt, String lastError)
      implements State {
    /// Bounds the text.
    public Submitted {
      lastError = Text.bounded(lastError);
    }
  }

  /// It was delivered in a block that can still vanish.
  ///
  /// @param block where; with [Witness#GATEWAY_STATE] a block as of which the gateway had it
  /// @param transaction who did it, where known
  /// @param own our own transaction that carries it, if we ever had one: it is looked for again
  ///   when the block vanishes
  /// @param cost what our transaction cost, where it did it and where known
  /// @param witness how we know
  /// @param since when we learnt of it
  /// @param checkAt when to ask for the block's finality next
  /// @param lastError what went wrong with the last look, or empty
  record Included(
      Checkpoint block,
      Optional<Hash32> transaction,
      Optional<OwnTransaction> own,
      Optional<Cost> cost,
      Witness witness,
      Instant since,
      Instant checkAt,
      String lastError)
      implements State {
    /// Bounds the text.
    public Included {
      lastError = Text.bounded(lastError);
    }

    /// Whether our own transaction delivered it. While [#cost] is empty, the caller that settles it
    /// also asks for our transaction's inclusion, to learn the cost.
    public boolean ours() {
      return own.isPresent() && own.map(OwnTransaction::hash).equals(transaction);
    }
  }

  /// It was delivered in a block that is final. The end: no event leads out of it.
  ///
  /// @param block where
  /// @param transaction who did it, where known
  /// @param cost what it cost us, where our transaction did it
  /// @param evidence why the block is final
  record Settled(
      Checkpoint block, Optional<Hash32> transaction, Optional<Cost> cost, String evidence)
      implements State {
    /// Bounds the text.
    public Settled {
      evidence = Text.bounded(evidence);
    }
  }

  /// It vanished from its source chain. It revives when it is seen again.
  record Orphaned() implements State {}

  /// It is stopped until it is released. What becomes known meanwhile is remembered.
  ///
  /// @param reason why
  /// @param detail in words for an operator
  record Held(HoldReason reason, String detail) implements State {
    /// Bounds the text.
    public Held {
      detail = Text.bounded(detail);
    }
  }

  /// An attempt failed, and the next one has a time.
  ///
  /// @param reason why
  /// @param retryAt when the next attempt is due
  /// @param lastError as the chain, the endpoint or the committee told it
  /// @param resumes what is attempted again: [Work#FINALIZE], [Work#ATTEST] or [Work#SUBMIT]
  /// @param waits how many times in a row it waited for this reason, from 1
  record Waiting(WaitReason reason, Instant retryAt, String lastError, Work resumes, int waits)
      implements State {
    /// Checks and bounds.
    public Waiting {
      lastError = Text.bounded(lastError);
      if (resumes == Work.TRACK || resumes == Work.SETTLE) {
        throw new IllegalArgumentException("expected FINALIZE, ATTEST or SUBMIT, got " + resumes);
      }
    }
  }

  /// It stopped for a stated reason, and can be replayed.
  ///
  /// @param reason why
  /// @param lastError as the chain or the operator told it
  record DeadLetter(DeadReason reason, String lastError) implements State {
    /// Bounds the text.
    public DeadLetter {
      lastError = Text.bounded(lastError);
    }
  }
}
