// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.ContractDeployer;
import io.wherry.adapters.evm.EvmAccount;
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
      if (!groupKey.matches("0x[0-9a-fA-F]{64}")) {
        throw new CommandException(
            ExitCode.USAGE,
            "--group-key: expected 0x and 64 hexadecimal digits, got '%s'".formatted(groupKey));
      }
      var vertx = Vertx.vertx();
      try (var paying = account.open(vertx)) {
        var owning = owner == null ? paying.address() : address("--owner", owner);
        var guarding = guardian == null ? owning : address("--guardian", guardian);
        var gateway = deploy(paying, owning, guarding);
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

    private Bytes deploy(EvmAccount paying, Bytes owning, Bytes guarding) throws ChainException {
      return new ContractDeployer(paying)
          .deployGateway(owning, guarding, new BigInteger(groupKey.substring(2), 16));
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
