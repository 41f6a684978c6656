// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.queue.Kind;
import io.wherry.relayer.duty.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// How a node fares, at one moment.
///
/// @param member who it is
/// @param startedAt when this life of its process began
/// @param bootEpoch which life it is, from 1
/// @param threshold how many members attest
/// @param keyEpoch the group key in use
/// @param groupKey that key's x coordinate, as gateways are told it
/// @param rosterHash what all members must agree on
/// @param members all of them
/// @param duties what it does again and again, and how that fares
/// @param deliveries how many there are in each state
/// @param envelopesDropped what was refused from the cluster, by reason
/// @param warnings what an operator must know at all times
public record NodeStatus(
    MemberId member,
    Instant startedAt,
    long bootEpoch,
    int threshold,
    KeyEpoch keyEpoch,
    Hash32 groupKey,
    Hash32 rosterHash,
    List<Member> members,
    List<DutyStatus> duties,
    Map<Kind, Long> deliveries,
    Map<String, Long> envelopesDropped,
    List<String> warnings) {
  public NodeStatus {
    members = List.copyOf(members);
    duties = List.copyOf(duties);
    deliveries = Map.copyOf(deliveries);
    envelopesDropped = Map.copyOf(envelopesDropped);
    warnings = List.copyOf(warnings);
  }

  /// One member as the cluster shows it.
  ///
  /// @param id its number
  /// @param endpoint where its node listens, `host:port`
  /// @param present whether the cluster says that it is there
  /// @param self whether it is this node
  public record Member(MemberId id, String endpoint, boolean present, boolean self) {}

  /// One duty.
  ///
  /// @param name such as `watch eip155:1`
  /// @param condition how it fares
  /// @param progress where it stands, in words; empty where there is nothing to say
  public record DutyStatus(String name, Condition condition, String progress) {}

  /// Whether every duty does its work.
  public boolean ready() {
    return duties.stream().allMatch(duty -> duty.condition() instanceof Condition.Healthy);
  }
}
