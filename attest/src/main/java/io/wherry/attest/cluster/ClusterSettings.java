// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.MemberId;
import java.time.Duration;
import java.util.List;

/// How this node takes part in the cluster.
///
/// @param cluster the cluster's name: nodes of another name are refused, which keeps accidents
///   apart but proves nothing
/// @param self this node's member number, shown to others
/// @param listenHost name or address of the one interface to listen on; never a wildcard, because
///   the ports have neither encryption nor authentication
/// @param clusterPort Hazelcast's port, 1 to 65,535; fixed, since others must find it
/// @param busPort the event bus's port, 1 to 65,535, or 0 for any: others learn it from the cluster
/// @param peers where the nodes of the committee listen; this node's own endpoint may be among them
/// @param startTimeout how long the event bus may take to start, once the cluster was joined or
///   found to be absent, which takes 15 seconds at most
public record ClusterSettings(
    String cluster,
    MemberId self,
    String listenHost,
    int clusterPort,
    int busPort,
    List<Endpoint> peers,
    Duration startTimeout) {
  /// Where a node listens unless told otherwise.
  public static final String LISTEN_HOST_DEFAULT = "127.0.0.1";

  private static final Duration START_TIMEOUT_DEFAULT = Duration.ofSeconds(60);

  public ClusterSettings {
    peers = List.copyOf(peers);
    if (clusterPort < 1 || clusterPort > 0xffff) {
      throw new IllegalArgumentException(
          "expected a cluster port of 1 to 65535, got " + clusterPort);
    }
    if (busPort < 0 || busPort > 0xffff) {
      throw new IllegalArgumentException("expected a bus port of 0 to 65535, got " + busPort);
    }
    if (busPort == clusterPort) {
      throw new IllegalArgumentException(
          "cluster port and bus port must differ, got %d for both".formatted(busPort));
    }
    if (peers.size() > Roster.MEMBERS_MAX) {
      throw new IllegalArgumentException(
          "expected at most %d peers, got %d".formatted(Roster.MEMBERS_MAX, peers.size()));
    }
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new IllegalArgumentException("expected a start timeout above 0, got " + startTimeout);
    }
  }

  /// The settings that follow from a roster: this node listens on `listenHost` at the port that the
  /// roster names for it, the event bus at any port.
  ///
  /// @throws IllegalArgumentException when `self` is not in the roster
  public static ClusterSettings of(Roster roster, MemberId self, String listenHost) {
    var own =
        roster
            .member(self)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s is not in the roster of cluster %s".formatted(self, roster.cluster())));
    return new ClusterSettings(
        roster.cluster(),
        self,
        listenHost,
        own.endpoint().port(),
        0,
        roster.members().stream().map(Roster.Member::endpoint).toList(),
        START_TIMEOUT_DEFAULT);
  }
}
