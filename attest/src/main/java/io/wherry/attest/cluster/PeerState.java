// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import java.util.Optional;

/// What is remembered of one other member: its latest boot epoch, what was seen in it, and when it
/// was last heard. About 200 bytes, whatever the member sends. Thread-safe.
final class PeerState {
  /// What a (boot epoch, sequence number) is to this state.
  enum Freshness {
    NEW,
    OLD_BOOT,
    SEEN
  }

  private long bootEpoch;
  private ReplayWindow window = new ReplayWindow();
  private long heardAtMillis = -1;

  /// Nothing heard.
  PeerState() {}

  /// Heard up to `mark` in a former life of this node.
  PeerState(ReplayMark mark) {
    bootEpoch = mark.bootEpoch();
    window = new ReplayWindow(mark.seqHighest());
  }

  /// What an envelope would be, before its signature is checked. Changes nothing.
  synchronized Freshness freshness(long ofBootEpoch, long seq) {
    if (ofBootEpoch < bootEpoch) {
      return Freshness.OLD_BOOT;
    }
    return ofBootEpoch > bootEpoch || window.isNew(seq) ? Freshness.NEW : Freshness.SEEN;
  }

  /// Takes note of an envelope whose signature was verified, unless another thread was faster; says
  /// what it was.
  synchronized Freshness admit(long ofBootEpoch, long seq, long nowMillis) {
    var freshness = freshness(ofBootEpoch, seq);
    if (freshness == Freshness.NEW) {
      if (ofBootEpoch > bootEpoch) {
        bootEpoch = ofBootEpoch;
        window = new ReplayWindow();
      }
      window.mark(seq);
      heardAtMillis = nowMillis;
    }
    return freshness;
  }

  /// How far it was heard, unless never.
  synchronized Optional<ReplayMark> mark() {
    return bootEpoch == 0
        ? Optional.empty()
        : Optional.of(new ReplayMark(bootEpoch, window.highest()));
  }

  /// When it was last heard in this life of this node, in milliseconds since 1970; negative for
  /// never.
  synchronized long heardAtMillis() {
    return heardAtMillis;
  }
}
