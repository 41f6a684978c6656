// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.EvmAccount;
import io.wherry.adapters.evm.WalletKey;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.relayer.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// What every command has that sends a transaction.
final class AccountOptions {
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long MINED_MILLIS_MAX = 120_000;

  @Option(
      names = "--rpc",
      required = true,
      paramLabel = "URL",
      description = "A JSON-RPC endpoint of the chain.")
  private URI rpc = URI.create("http://127.0.0.1:8545");

  @ArgGroup(multiplicity = "1")
  private Key key = new Key();

  static final class Key {
    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "A file with the paying account's private key: 0x and 64 hexadecimal digits.")
    private @Nullable Path file;

    @Option(
        names = "--key-env",
        paramLabel = "NAME",
        description = "An environment variable with it.")
    private @Nullable String variable;

    @Option(
        names = "--demo-key",
        description = "The publicly known first account of a local anvil chain.")
    private boolean demo;
  }

  EvmAccount open(Vertx vertx) throws ChainException {
    return EvmAccount.open(vertx, rpc, walletKey(), TIMEOUT_MILLIS, MINED_MILLIS_MAX);
  }

  private WalletKey walletKey() {
    try {
      if (key.demo) {
        return WalletKey.parse(AnvilNode.FIRST_KEY);
      }
      var secret =
          key.file != null
              ? new Secret.InFile(key.file)
              : new Secret.InEnvironment(key.variable == null ? "" : key.variable);
      return WalletKey.parse(secret.read(Map.copyOf(System.getenv())));
    } catch (Secret.SecretException | IllegalArgumentException unusable) {
      throw new CommandException(
          ExitCode.PERMISSION, "the account's key: " + unusable.getMessage(), unusable);
    }
  }
}
