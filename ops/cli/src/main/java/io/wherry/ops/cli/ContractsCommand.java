// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.ContractDeployer;
import io.wherry.attest.frost.Scalar;
import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import java.math.BigInteger;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "contracts",
    description = "Puts Wherry's contracts on a chain.",
    subcommands = ContractsCommand.DeployCommand.class,
    mixinStandardHelpOptions = true)
final class ContractsCommand {
  private ContractsCommand() {}

  @Command(
      name = "deploy",
      description =
          "Deploys a gateway, and prints its address and the block to start watching from.",
      mixinStandardHelpOptions = true)
  static final class DeployCommand implements Callable<Integer> {
    @Mixin private AccountOptions account = new AccountOptions();

    @Option(
        names = "--group-key",
        required = true,
        paramLabel = "X",
        description =
            "The committee's key: 0x and 64 hexadecimal digits, as the node's log and status show it.")
    private String groupKey = "";

    @Option(
        names = "--owner",
        paramLabel = "ADDRESS",
        description = "Who may unpause and name the guardian. Default: the paying account")
    private @Nullable String owner;

    @Option(
        names = "--guardian",
        paramLabel = "ADDRESS",
        description = "Who may pause. Default: the owner")
    private @Nullable String guardian;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      // all of them before the chain is asked: a mistake of the caller is said at once
      var key = groupKey();
      var givenOwner = owner == null ? null : address("--owner", owner);
      var givenGuardian = guardian == null ? null : address("--guardian", guardian);
      var vertx = Vertx.vertx();
      try (var paying = account.open(vertx)) {
        var owning = givenOwner == null ? paying.address() : givenOwner;
        var guarding = givenGuardian == null ? owning : givenGuardian;
        var gateway = new ContractDeployer(paying).deployGateway(owning, guarding, key);
        spec.commandLine()
            .getOut()
            .printf(
                "gateway %s on %s%nowner %s%nguardian %s%n",
                gateway, paying.chain(), owning, guarding);
        return ExitCode.OK.code();
      } catch (ChainException failed) {
        throw new CommandException(
            ExitCode.UNAVAILABLE,
            Objects.requireNonNullElse(failed.getMessage(), failed.toString()),
            failed);
      } finally {
        var _ = vertx.close();
      }
    }

    /// The gateway's verifier takes an x coordinate below the group's order alone.
    private BigInteger groupKey() {
      if (!groupKey.matches("0x[0-9a-fA-F]{64}")) {
        throw new CommandException(
            ExitCode.USAGE,
            "--group-key: expected 0x and 64 hexadecimal digits, got '%s'".formatted(groupKey));
      }
      var x = new BigInteger(groupKey.substring(2), 16);
      if (x.signum() == 0 || x.compareTo(Scalar.ORDER) >= 0) {
        throw new CommandException(
            ExitCode.USAGE,
            "--group-key: expected a number from 1 and below the order of secp256k1, got '%s'"
                .formatted(groupKey));
      }
      return x;
    }

    private static Bytes address(String option, String text) {
      if (!text.matches("0x[0-9a-fA-F]{40}")) {
        throw new CommandException(
            ExitCode.USAGE,
            "%s: expected 0x and 40 hexadecimal digits, got '%s'".formatted(option, text));
      }
      return Bytes.fromHex(text);
    }
  }
}
