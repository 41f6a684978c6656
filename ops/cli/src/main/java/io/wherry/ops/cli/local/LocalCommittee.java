// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli.local;

import io.wherry.adapters.evm.WalletKey;
import io.wherry.attest.cluster.Identity;
import io.wherry.attest.cluster.IdentityFile;
import io.wherry.attest.cluster.IdentityFileException;
import io.wherry.attest.frost.Curves;
import io.wherry.attest.frost.Suite;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.ShareFile;
import io.wherry.attest.keys.TrustedDealer;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A committee on this machine, for the demo and for tests: identities, key shares from a trusted
/// dealer, and a configuration for each node. The dealer has held the whole key, so all of it is
/// worthless for anything but a demonstration; files and logs say so.
public final class LocalCommittee {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;
  private final int threshold;
  private final List<Integer> ports;
  private final List<Integer> apiPorts;
  private final List<KeyShare> shares;
  private final List<Identity> identities = new ArrayList<>();
  private final List<String> walletSecrets = new ArrayList<>();
  private final List<WalletKey> wallets = new ArrayList<>();

  /// Makes keys, and chooses free ports. Nothing is written yet.
  ///
  /// @param folder where the nodes' files will stand
  /// @param threshold how many members attest
  /// @param members how many there are
  /// @throws UncheckedIOException where there are no free ports
  public LocalCommittee(Path folder, int threshold, int members) {
    this.folder = folder;
    this.threshold = threshold;
    var free = Ports.free(2 * members);
    ports = free.subList(0, members);
    apiPorts = free.subList(members, 2 * members);
    shares =
        TrustedDealer.deal(
            Curves.load(RANDOM), threshold, members, Suite.EVM, new KeyEpoch(1), RANDOM);
    for (var share : shares) {
      identities.add(Identity.generate(share.member(), RANDOM));
      var secret = new byte[32];
      RANDOM.nextBytes(secret);
      var hex = Bytes.of(secret).toHex();
      walletSecrets.add(hex);
      wallets.add(WalletKey.parse(hex));
    }
  }

  /// What the gateways are told.
  public BigInteger groupKey() {
    return new BigInteger(1, shares.getFirst().group().key().x().toArray());
  }

  /// The addresses that pay for deliveries, 20 bytes each.
  public List<Bytes> wallets() {
    return wallets.stream().map(WalletKey::address).toList();
  }

  /// Where node number `index` (from 0) takes its peers' connections.
  public int clusterPort(int index) {
    return ports.get(index);
  }

  /// Where node number `index` (from 0) serves its API.
  public int apiPort(int index) {
    return apiPorts.get(index);
  }

  /// Writes everything that the nodes need, and answers their configuration files. To be called
  /// once.
  ///
  /// @param chains what the nodes serve
  /// @throws UncheckedIOException where a file cannot be written
  public List<Path> write(List<LocalChain> chains) {
    var files = new ArrayList<Path>();
    try {
      for (int i = 0; i < shares.size(); i++) {
        var home = Files.createDirectories(folder.resolve("node-" + (i + 1)));
        IdentityFile.write(identities.get(i), home.resolve("identity"));
        var password = password();
        secret(home.resolve("share-password"), new String(password));
        ShareFile.write(home.resolve("share"), shares.get(i), password, RANDOM);
        shares.get(i).close();
        secret(home.resolve("wallet"), walletSecrets.get(i));
        files.add(Files.writeString(home.resolve("wherry.yaml"), configuration(i, chains)));
      }
    } catch (IOException failed) {
      throw unwritable(failed);
    } catch (IdentityFileException failed) {
      throw unwritable(new IOException(failed.getMessage(), failed));
    }
    return files;
  }

  private UncheckedIOException unwritable(IOException failed) {
    return new UncheckedIOException(
        "cannot write the nodes' files below %s: %s".formatted(folder, failed.getMessage()),
        failed);
  }

  private String configuration(int index, List<LocalChain> chains) {
    var yaml = new StringBuilder();
    yaml.append(
        """
        # Node %d of a local committee. Its key share comes from a trusted dealer: unfit for production.
        node:
          member: %d
          data-directory: data
          identity: identity
        api:
          port: %d
        cluster:
          name: demo
        committee:
          threshold: %d
          members:
        """
            .formatted(index + 1, index + 1, apiPort(index), threshold));
    for (int i = 0; i < identities.size(); i++) {
      yaml.append(
          """
              - member: %d
                identity: %s
                endpoint: 127.0.0.1:%d
          """
              .formatted(
                  identities.get(i).member().number(),
                  identities.get(i).publicKey(),
                  ports.get(i)));
    }
    yaml.append(
        """
        key-share:
          file: share
          password: { file: share-password }
        chains:
        """);
    for (var chain : chains) {
      yaml.append(
          """
            - id: %s
              endpoints: [ "%s" ]
              gateway: "%s"
              finality: %s
              poll: 200ms
              wallet: { file: wallet }
          """
              .formatted(chain.id(), chain.anvil().uri(), chain.gateway(), chain.finality()));
    }
    yaml.append(
        """
        delivery:
          takeover: 4s
          retry-first: 500ms
          retry-max: 10s
        """);
    return yaml.toString();
  }

  private static char[] password() {
    var random = new byte[18];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random).toCharArray();
  }

  private static void secret(Path file, String content) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, content);
  }
}
