// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.MemberId;
import java.util.Set;

/// What the participant wants done, in this order. It never waits for it.
public sealed interface Action {
  /// Send a packet to another member. It may be lost or come twice.
  ///
  /// @param to who
  /// @param packet what
  record Send(MemberId to, Packet packet) implements Action {}

  /// A batch is attested, by this member's coordination or another's; the signature is verified.
  ///
  /// @param attestation the result
  record Completed(Attestation attestation) implements Action {}

  /// A member signed wrongly: its share does not fit its own commitment and public share. This
  /// member works without it for the rest of the key epoch.
  ///
  /// @param member the culprit
  /// @param request what it was asked
  /// @param share what it answered; with both signed envelopes a proof for anyone
  record Blamed(MemberId member, Packet.SignRequest request, Packet.Share share)
      implements Action {}

  /// This attempt to attest a batch has ended without a result. To be tried again later.
  ///
  /// @param batch which
  /// @param reason why, naming each member that did not sign, for people
  /// @param notYet the members that may sign it later, this one included
  record Failed(Batch batch, String reason, Set<MemberId> notYet) implements Action {
    public Failed {
      notYet = Set.copyOf(notYet);
    }
  }
}
