// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import io.wherry.chain.FinalityPolicy;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a node is told. Read by [ConfigurationReader], which has checked every range and reference.
///
/// @param file where it stands
/// @param node who this node is
/// @param api where the HTTP API listens
/// @param cluster how the nodes find each other
/// @param committee who attests; the same on every node
/// @param keyShare this member's part of the group key
/// @param chains the chains served, at least one
/// @param delivery how deliveries are paced
public record Configuration(
    Path file,
    Node node,
    Api api,
    Cluster cluster,
    Committee committee,
    KeyShare keyShare,
    List<Chain> chains,
    Delivery delivery) {
  public Configuration {
    chains = List.copyOf(chains);
  }

  /// Who this node is.
  ///
  /// @param member its number in the committee
  /// @param dataDirectory where it keeps its database; one node at a time
  /// @param identity its private identity file
  public record Node(MemberId member, Path dataDirectory, Path identity) {}

  /// Where the HTTP API listens.
  ///
  /// @param host loopback by default
  /// @param port 1 to 65,535
  public record Api(String host, int port) {}

  /// How the nodes find each other.
  ///
  /// @param name nodes of another name are not let in
  /// @param eventBusPort where this node takes envelopes; 0: the system's choice
  public record Cluster(String name, int eventBusPort) {}

  /// Who attests.
  ///
  /// @param threshold how many members it takes
  /// @param keyEpoch the group key in use
  /// @param members all of them, by number
  public record Committee(int threshold, KeyEpoch keyEpoch, List<Member> members) {
    public Committee {
      members = List.copyOf(members);
    }

    /// The member of number `id`.
    ///
    /// @throws IllegalArgumentException where there is none
    public Member member(MemberId id) {
      return members.stream()
          .filter(member -> member.id().equals(id))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(id + " is not in the committee"));
    }
  }

  /// One member as all see it.
  ///
  /// @param id its number
  /// @param identity its public identity, `ed25519:<hex>`
  /// @param host where its node listens for peers
  /// @param port 1 to 65,535
  public record Member(MemberId id, String identity, String host, int port) {}

  /// This member's part of the group key.
  ///
  /// @param file the encrypted share
  /// @param password what opens it
  public record KeyShare(Path file, Secret password) {}

  /// One chain.
  ///
  /// @param id its name
  /// @param endpoints URLs of its JSON-RPC servers, each possibly secret
  /// @param gateway the gateway contract, 20 bytes
  /// @param startHeight from which block messages are looked for
  /// @param finality when an observation stops being reversible
  /// @param poll how long to wait when nothing is new
  /// @param requestTimeout how long an endpoint may take to answer
  /// @param blocksPerScanMax how many blocks one scan looks at
  /// @param wallet the private key that pays for deliveries
  /// @param feePerGasMaxGwei the highest bid for a unit of gas
  public record Chain(
      ChainId id,
      List<Endpoint> endpoints,
      Bytes gateway,
      long startHeight,
      FinalityPolicy finality,
      Duration poll,
      Duration requestTimeout,
      int blocksPerScanMax,
      Secret wallet,
      long feePerGasMaxGwei) {
    public Chain {
      endpoints = List.copyOf(endpoints);
    }
  }

  /// A JSON-RPC server.
  public sealed interface Endpoint {
    /// A URL that may be shown.
    ///
    /// @param url `http://…` or `https://…`
    record Plain(String url) implements Endpoint {}

    /// A URL that carries a key.
    ///
    /// @param source where it is to be had
    record Hidden(Secret source) implements Endpoint {}

    /// The URL itself.
    default String url(Map<String, String> environment) throws Secret.SecretException {
      return switch (this) {
        case Plain(var url) -> url;
        case Hidden(var source) -> source.read(environment);
      };
    }
  }

  /// How deliveries are paced.
  ///
  /// @param takeover how long each further member waits before it does what the one before it
  ///   should have done
  /// @param retryFirst the first back-off
  /// @param retryMax the longest back-off
  /// @param attemptsMax after how many failures a message becomes a dead letter
  /// @param batchMessagesMax how many messages are attested and delivered together at the most
  public record Delivery(
      Duration takeover,
      Duration retryFirst,
      Duration retryMax,
      int attemptsMax,
      int batchMessagesMax) {}
}
