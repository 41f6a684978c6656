// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer;

import io.wherry.adapters.evm.WalletKey;
import io.wherry.attest.cluster.Endpoint;
import io.wherry.attest.cluster.Identity;
import io.wherry.attest.cluster.IdentityFile;
import io.wherry.attest.cluster.IdentityFileException;
import io.wherry.attest.cluster.IdentityKey;
import io.wherry.attest.cluster.Roster;
import io.wherry.attest.frost.Curve;
import io.wherry.attest.keys.KeyShare;
import io.wherry.attest.keys.ShareFile;
import io.wherry.attest.keys.ShareFileException;
import io.wherry.model.ChainId;
import io.wherry.relayer.config.Configuration;
import io.wherry.relayer.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Everything secret or pinned that a node reads once at its start, checked against one another.
///
/// @param identity signs this node's envelopes
/// @param roster who the committee is
/// @param share this member's part of the group key
/// @param wallets the key that pays on each chain
/// @param endpoints the URLs of each chain; they may hold keys
/// @param warnings what an operator must know at all times
record Keys(
    Identity identity,
    Roster roster,
    KeyShare share,
    Map<ChainId, WalletKey> wallets,
    Map<ChainId, List<URI>> endpoints,
    List<String> warnings) {
  /// Reads and checks.
  ///
  /// @param environment the process' environment, for secrets that stand there
  static Keys read(Configuration configuration, Map<String, String> environment, Curve curve)
      throws StartException {
    var roster = roster(configuration);
    var identity = identity(configuration, roster);
    var warnings = new ArrayList<String>();
    var share = share(configuration, environment, curve, warnings);
    var wallets = new HashMap<ChainId, WalletKey>();
    var endpoints = new HashMap<ChainId, List<URI>>();
    for (var chain : configuration.chains()) {
      wallets.put(chain.id(), wallet(chain, environment));
      endpoints.put(chain.id(), endpoints(chain, environment));
    }
    return new Keys(identity, roster, share, wallets, endpoints, List.copyOf(warnings));
  }

  private static Roster roster(Configuration configuration) throws StartException {
    try {
      return new Roster(
          configuration.cluster().name(),
          configuration.cluster().name(),
          configuration.committee().threshold(),
          configuration.committee().members().stream()
              .map(
                  member ->
                      new Roster.Member(
                          member.id(),
                          IdentityKey.parse(member.identity()),
                          new Endpoint(member.host(), member.port())))
              .toList());
    } catch (IllegalArgumentException wrong) {
      throw new StartException(
          StartException.Kind.CONFIGURATION,
          "%s: committee: %s".formatted(configuration.file(), wrong.getMessage()),
          wrong);
    }
  }

  private static Identity identity(Configuration configuration, Roster roster)
      throws StartException {
    var node = configuration.node();
    try {
      var identity = IdentityFile.read(node.member(), node.identity());
      var listed = roster.member(node.member()).orElseThrow().key();
      if (!listed.equals(identity.publicKey())) {
        throw new StartException(
            StartException.Kind.PERMISSION,
            "%s holds the key %s, but the committee lists %s with %s: name the right identity file, or mend the committee"
                .formatted(node.identity(), identity.publicKey(), node.member(), listed));
      }
      return identity;
    } catch (IdentityFileException unusable) {
      throw new StartException(
          StartException.Kind.PERMISSION, String.valueOf(unusable.getMessage()), unusable);
    }
  }

  private static KeyShare share(
      Configuration configuration,
      Map<String, String> environment,
      Curve curve,
      List<String> warnings)
      throws StartException {
    var file = configuration.keyShare().file();
    var password =
        secret(configuration.keyShare().password(), environment, "key-share.password")
            .toCharArray();
    ShareFile.Loaded loaded;
    try {
      loaded = ShareFile.read(file, configuration.node().member(), password, curve);
    } catch (ShareFileException wrong) {
      throw new StartException(
          StartException.Kind.PERMISSION,
          "%s: check key-share.file and key-share.password in %s"
              .formatted(wrong.getMessage(), configuration.file()),
          wrong);
    } catch (IOException unreadable) {
      throw new StartException(
          StartException.Kind.INPUT_OUTPUT,
          "key share %s cannot be read (%s): check key-share.file"
              .formatted(file, unreadable.getClass().getSimpleName()),
          unreadable);
    } finally {
      Arrays.fill(password, '\0');
    }
    for (var caution : loaded.cautions()) {
      warnings.add(
          switch (caution) {
            case TRUSTED_DEALER ->
                "the key share comes from a trusted dealer: one process has held the whole key; unfit for production";
            case READABLE_BY_OTHERS ->
                "the key share %s can be read by others: chmod 600 it".formatted(file);
          });
    }
    var share = loaded.share();
    var committee = configuration.committee();
    var listed = committee.members().stream().map(Configuration.Member::id).sorted().toList();
    if (!listed.equals(share.group().memberIds())) {
      share.close();
      throw new StartException(
          StartException.Kind.CONFIGURATION,
          "key share %s is of a key of members %s, but the committee lists %s"
              .formatted(file, share.group().memberIds(), listed));
    }
    var told =
        "%d of %d in key epoch %s"
            .formatted(committee.threshold(), committee.members().size(), committee.keyEpoch());
    var held =
        "%d of %d in key epoch %s"
            .formatted(share.group().threshold(), share.group().members(), share.epoch());
    if (!told.equals(held)) {
      share.close();
      throw new StartException(
          StartException.Kind.CONFIGURATION,
          "key share %s is of a key of %s, but the committee is configured as %s"
              .formatted(file, held, told));
    }
    return share;
  }

  private static WalletKey wallet(Configuration.Chain chain, Map<String, String> environment)
      throws StartException {
    try {
      return WalletKey.parse(secret(chain.wallet(), environment, "the wallet of " + chain.id()));
    } catch (IllegalArgumentException malformed) {
      throw new StartException(
          StartException.Kind.PERMISSION,
          "the wallet of %s: %s".formatted(chain.id(), malformed.getMessage()),
          malformed);
    }
  }

  private static List<URI> endpoints(Configuration.Chain chain, Map<String, String> environment)
      throws StartException {
    var uris = new ArrayList<URI>();
    for (int i = 0; i < chain.endpoints().size(); i++) {
      try {
        uris.add(URI.create(chain.endpoints().get(i).url(environment)));
      } catch (Secret.SecretException missing) {
        throw new StartException(
            StartException.Kind.PERMISSION,
            "endpoint %d of %s: %s".formatted(i, chain.id(), missing.getMessage()),
            missing);
      } catch (IllegalArgumentException malformed) {
        // the cause would show the URL, which may hold a key
        throw new StartException(
            StartException.Kind.CONFIGURATION,
            "endpoint %d of %s: expected a well-formed http or https URL".formatted(i, chain.id()));
      }
    }
    return List.copyOf(uris);
  }

  private static String secret(Secret source, Map<String, String> environment, String what)
      throws StartException {
    try {
      return source.read(environment);
    } catch (Secret.SecretException missing) {
      throw new StartException(
          StartException.Kind.PERMISSION, "%s: %s".formatted(what, missing.getMessage()), missing);
    }
  }
}
