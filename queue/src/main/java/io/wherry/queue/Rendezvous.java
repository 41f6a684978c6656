// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import io.wherry.model.MessageId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Ranks members for a message by highest random weight, so that all nodes agree on who goes first
/// without talking. A member's weight is `SHA-256(message id, 32 bytes ‖ member number, 4 bytes,
/// big-endian)`, compared as an unsigned number; the heaviest has rank 0. The same ranking chooses
/// who coordinates the attestation and who delivers.
///
/// @see <a href="https://www.eecs.umich.edu/techreports/cse/96/CSE-TR-316-96.pdf">Thaler and
///   Ravishankar, A Name-Based Mapping Scheme for Rendezvous</a>
public final class Rendezvous {
  private Rendezvous() {}

  /// All `members` for message `id`, the first in rank first. Doubles count once.
  public static List<MemberId> order(MessageId id, Collection<MemberId> members) {
    return members.stream()
        .distinct()
        .map(member -> new Weighed(member, weight(id, member)))
        .sorted(Comparator.comparing(Weighed::weight).reversed())
        .map(Weighed::member)
        .toList();
  }

  /// The rank of `member` among `members` for message `id`, from 0.
  ///
  /// @throws IllegalArgumentException where it is not among them
  public static int rank(MessageId id, Collection<MemberId> members, MemberId member) {
    int rank = order(id, members).indexOf(member);
    if (rank < 0) {
      throw new IllegalArgumentException("expected one of %s, got %s".formatted(members, member));
    }
    return rank;
  }

  private static Hash32 weight(MessageId id, MemberId member) {
    var sha256 = sha256();
    sha256.update(id.hash().toArray());
    sha256.update(ByteBuffer.allocate(4).putInt(member.number()).array());
    return Hash32.of(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  private record Weighed(MemberId member, Hash32 weight) {}
}
