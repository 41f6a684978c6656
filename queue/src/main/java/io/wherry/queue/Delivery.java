// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Attestation;
import io.wherry.model.Lane;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The life of one message on one node. It holds all that is needed to go on after a crash.
///
/// @param observation the message, and where it was seen last
/// @param standing how that place stands on the source chain
/// @param attestation the committee's signature; once there it is only ever replaced by a newer one
/// @param state where the delivery stands
/// @param attempts how many attempts have failed in a way that counts, since the last replay
/// @param version how many times it has changed, from 1: what a compare-and-set compares
/// @param updatedAt when it changed last, in whole milliseconds
public record Delivery(
    Observation observation,
    Standing standing,
    Optional<Attestation> attestation,
    State state,
    int attempts,
    long version,
    Instant updatedAt) {
  /// Checks what must hold in every state.
  public Delivery {
    if (attempts < 0 || version < 1) {
      throw new IllegalArgumentException(
          "expected attempts from 0 and a version from 1, got %d and %d"
              .formatted(attempts, version));
    }
    boolean sends = state instanceof State.Attested || state instanceof State.Submitted;
    if (sends && attestation.isEmpty()) {
      throw new IllegalArgumentException("expected an attestation in state " + state.kind());
    }
  }

  /// The delivery of a message that was never seen before.
  ///
  /// @param at when it was seen
  public static Delivery first(Observation observation, Instant at) {
    var since = at.truncatedTo(ChronoUnit.MILLIS);
    return new Delivery(
        observation,
        new Standing.Reversible(),
        Optional.empty(),
        new State.Observed(since, since),
        0,
        1,
        since);
  }

  /// The message's id.
  public MessageId id() {
    return observation.id();
  }

  /// From where to where.
  public Lane lane() {
    return observation.message().lane();
  }

  Delivery in(State next) {
    return new Delivery(observation, standing, attestation, next, attempts, version, updatedAt);
  }

  Delivery with(Standing next) {
    return new Delivery(observation, next, attestation, state, attempts, version, updatedAt);
  }

  Delivery with(Attestation next) {
    return new Delivery(
        observation, standing, Optional.of(next), state, attempts, version, updatedAt);
  }

  Delivery with(Observation next) {
    return new Delivery(next, standing, attestation, state, attempts, version, updatedAt);
  }

  Delivery withAttempts(int next) {
    return new Delivery(observation, standing, attestation, state, next, version, updatedAt);
  }

  Delivery changed(Instant at) {
    return new Delivery(observation, standing, attestation, state, attempts, version + 1, at);
  }
}
