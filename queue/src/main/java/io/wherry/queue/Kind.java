// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

/// The names of the states, for filters, counts and timelines. See [State] for their meaning.
public enum Kind {
  /// [State.Observed].
  OBSERVED,
  /// [State.Final].
  FINAL,
  /// [State.Attested].
  ATTESTED,
  /// [State.Submitted].
  SUBMITTED,
  /// [State.Included].
  INCLUDED,
  /// [State.Settled].
  SETTLED,
  /// [State.Orphaned].
  ORPHANED,
  /// [State.Held].
  HELD,
  /// [State.Waiting].
  WAITING,
  /// [State.DeadLetter].
  DEAD_LETTER
}
