// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import io.wherry.attest.frost.Commitment;
import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Scalar;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.MemberId;
import java.util.List;

/// What members say to each other. Who said it is known from the signed envelope around it, never
/// from the packet. Nothing in a packet is secret.
public sealed interface Packet {
  /// The most commitments in one packet, and so in one pool.
  int OFFERS_MAX = 64;

  /// Coordinator to signer: send me commitments.
  ///
  /// @param bootEpoch the signer's boot epoch as the coordinator knows it, 0 where it knows none
  /// @param firstIndex the coordinator will use no commitment of that boot epoch below this index,
  ///   so the signer may wipe those nonces; from 0
  record CommitmentsWanted(long bootEpoch, long firstIndex) implements Packet {
    public CommitmentsWanted {
      notNegative("boot epoch", bootEpoch);
      notNegative("first index", firstIndex);
    }
  }

  /// Signer to coordinator: commitments that this coordinator alone may use. With none it announces
  /// the boot epoch.
  ///
  /// @param bootEpoch how often the signer was started; higher ones void all lower ones
  /// @param offers at most [#OFFERS_MAX], ascending by index
  record Commitments(long bootEpoch, List<Offer> offers) implements Packet {
    public Commitments {
      offers = List.copyOf(offers);
      notNegative("boot epoch", bootEpoch);
      if (offers.size() > OFFERS_MAX) {
        throw new IllegalArgumentException(
            "expected at most %d commitments, got %d".formatted(OFFERS_MAX, offers.size()));
      }
    }
  }

  /// One published commitment.
  ///
  /// @param index its number among those for this coordinator in this boot epoch, from 0
  /// @param hiding D
  /// @param binding E
  record Offer(long index, Point hiding, Point binding) {
    public Offer {
      notNegative("index", index);
    }
  }

  /// Coordinator to signers: sign this batch with these commitments.
  ///
  /// @param session names the attempt
  /// @param batch what to sign
  /// @param signers whose commitments are used, ascending by member, at most [GroupKey#MEMBERS_MAX]
  record SignRequest(SessionId session, Batch batch, List<Signer> signers) implements Packet {
    public SignRequest {
      signers = List.copyOf(signers);
      if (signers.isEmpty() || signers.size() > GroupKey.MEMBERS_MAX) {
        throw new IllegalArgumentException(
            "expected 1 to %d signers, got %d".formatted(GroupKey.MEMBERS_MAX, signers.size()));
      }
    }
  }

  /// One signer in a request, with the commitment of its that is used.
  ///
  /// @param member who
  /// @param bootEpoch the boot epoch that it published in
  /// @param index the commitment's index
  /// @param hiding D
  /// @param binding E
  record Signer(MemberId member, long bootEpoch, long index, Point hiding, Point binding) {
    public Signer {
      notNegative("boot epoch", bootEpoch);
      notNegative("index", index);
    }

    /// The commitment as FROST sees it.
    public Commitment commitment() {
      return new Commitment(member, hiding, binding);
    }
  }

  /// Signer to coordinator: my part of the signature, and fresh commitments for the next one.
  ///
  /// @param session which attempt
  /// @param z the signature share
  /// @param fresh new commitments in place of the used one
  record Share(SessionId session, Scalar z, Commitments fresh) implements Packet {}

  /// Signer to coordinator: no share.
  ///
  /// @param session which attempt
  /// @param kind why
  /// @param reason for people; cut to [#REASON_CHARS_MAX] printable characters
  record Declined(SessionId session, Kind kind, String reason) implements Packet {
    /// The longest reason.
    public static final int REASON_CHARS_MAX = 200;

    public Declined {
      reason =
          reason
              .substring(0, Math.min(reason.length(), REASON_CHARS_MAX))
              .replaceAll("[^\\x20-\\x7e]", "?");
    }

    /// Why there is no share.
    public enum Kind {
      /// The signer's own watcher or policy says: not now.
      NOT_YET,
      /// The signer will not sign this request.
      REFUSED,
      /// The signer does not have the nonce: it restarted, or has used or wiped it.
      NONCE_UNKNOWN,
      /// The signer has signed another message for one of the slots.
      CONFLICT
    }
  }

  /// Anyone to anyone: the result. It proves itself.
  ///
  /// @param attestation with a signature under the group key
  record Attested(Attestation attestation) implements Packet {}

  private static void notNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("expected a %s from 0, got %d".formatted(field, value));
    }
  }
}
