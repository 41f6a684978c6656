// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/// A committee with keys from a seed, its clock, and free loopback ports.
final class Committee {
  static final KeyEpoch EPOCH = new KeyEpoch(7);
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Duration TTL = Duration.ofSeconds(30);

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  final InstantSource clock = now::get;
  final Roster roster;

  private Committee(Roster roster) {
    this.roster = roster;
  }

  static Committee of(int size) {
    return named(
        "test", size, IntStream.rangeClosed(1, size).map(number -> 6_000 + number).toArray());
  }

  static Committee onFreePorts(String cluster, int size) {
    return named(cluster, size, freePorts(size));
  }

  private static Committee named(String cluster, int size, int[] ports) {
    var members = new ArrayList<Roster.Member>();
    for (int number = 1; number <= size; number++) {
      members.add(
          new Roster.Member(
              id(number),
              identity(number).publicKey(),
              new Endpoint("127.0.0.1", ports[number - 1])));
    }
    return new Committee(new Roster(cluster, "group", size, members));
  }

  static MemberId id(int number) {
    return new MemberId(number);
  }

  static Identity identity(int number) {
    try {
      return Identity.ofSeed(
          id(number),
          MessageDigest.getInstance("SHA-256")
              .digest(new byte[] {(byte) (number >> 8), (byte) number}));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  EnvelopeSealer sealer(int number, long bootEpoch) {
    return new EnvelopeSealer(
        identity(number), roster, EPOCH, bootEpoch, EnvelopeLimits.DEFAULT, clock);
  }

  EnvelopeOpener opener(int number) {
    return opener(number, Map.of());
  }

  EnvelopeOpener opener(int number, Map<MemberId, ReplayMark> heardBefore) {
    return new EnvelopeOpener(
        roster, id(number), Set.of(EPOCH), EnvelopeLimits.DEFAULT, clock, heardBefore);
  }

  ClusterSettings settings(int number) {
    return ClusterSettings.of(roster, id(number), "127.0.0.1");
  }

  void advance(Duration by) {
    now.updateAndGet(instant -> instant.plus(by));
  }

  /// Ports that were free a moment ago, all held at once so that they differ.
  static int[] freePorts(int count) {
    var held = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1")));
      }
      int[] ports = held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
      for (var socket : held) {
        socket.close();
      }
      return ports;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  List<Roster.Member> members() {
    return roster.members();
  }
}
