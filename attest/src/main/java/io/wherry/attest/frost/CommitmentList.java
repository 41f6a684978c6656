// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import io.wherry.model.Bytes;
import io.wherry.model.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The commitments of one signing session in their only admitted order: ascending by member, each
/// once, every member known, at least t of them. A list in any other form would have another hash
/// for the same signers, or one signer twice.
public final class CommitmentList {
  private final List<Commitment> entries;

  private CommitmentList(List<Commitment> entries) {
    this.entries = entries;
  }

  /// Checks a list that came from a coordinator.
  ///
  /// @throws IllegalArgumentException naming what is wrong: too few or too many, an unknown member,
  ///   a member twice, or an order that is not ascending
  public static CommitmentList of(GroupKey group, List<Commitment> entries) {
    if (entries.size() < group.threshold() || entries.size() > group.members()) {
      throw new IllegalArgumentException(
          "expected %d to %d commitments, got %d"
              .formatted(group.threshold(), group.members(), entries.size()));
    }
    int before = 0;
    for (var entry : entries) {
      var member = entry.member();
      if (!group.has(member)) {
        throw new IllegalArgumentException(
            "expected members of 1 to %d, got %s".formatted(group.members(), member));
      }
      if (member.number() <= before) {
        throw new IllegalArgumentException(
            "expected members in ascending order and each once, got %s after member-%d"
                .formatted(member, before));
      }
      before = member.number();
    }
    return new CommitmentList(List.copyOf(entries));
  }

  /// The commitments in ascending order.
  public List<Commitment> entries() {
    return entries;
  }

  /// The signers in ascending order.
  public List<MemberId> members() {
    return entries.stream().map(Commitment::member).toList();
  }

  /// The commitment of `member`, where it signs.
  public Optional<Commitment> of(MemberId member) {
    return entries.stream().filter(entry -> entry.member().equals(member)).findFirst();
  }

  /// RFC 9591 section 4.3: id ‖ D ‖ E of each, joined.
  Bytes encoded() {
    var parts = new ArrayList<Bytes>();
    for (var entry : entries) {
      parts.add(Scalar.of(entry.member()).encoded());
      parts.add(entry.hiding().encoded());
      parts.add(entry.binding().encoded());
    }
    return Bytes.concat(parts.toArray(Bytes[]::new));
  }
}
