// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.ops.cli.CommandException;
import io.wherry.ops.cli.ExitCode;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "gas",
    description = "What the gateway's transactions cost on an EVM chain, attested by a committee.",
    mixinStandardHelpOptions = true)
final class GasCommand implements Callable<Integer> {
  private static final int SAMPLES_MAX = 1000;

  @Option(names = "--json", description = "Print one JSON object, and nothing else.")
  private boolean json;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "21",
      description = "Transactions of each kind, 1 to 1000. Default: ${DEFAULT-VALUE}")
  private int samples = 21;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of keys, nonces and payloads. Default: ${DEFAULT-VALUE}")
  private long seed = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (samples < 1 || samples > SAMPLES_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "--samples: expected 1 to %d, got %d".formatted(SAMPLES_MAX, samples));
    }
    var report = measure();
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else {
      out.print(report.table());
      out.printf("seed %d%n", seed);
    }
    out.flush();
    return report.withinBounds() ? ExitCode.OK.code() : ExitCode.FAILED.code();
  }

  private GasReport measure() {
    var root = Path.of(Objects.requireNonNullElse(System.getenv("WHERRY_HOME"), ""));
    try (var chain = GasChain.start(anvil(root.toAbsolutePath()), seed)) {
      return GasReport.of(chain, samples);
    } catch (ChainException failed) {
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          Objects.requireNonNullElse(failed.getMessage(), failed.toString()),
          failed);
    }
  }

  private static AnvilNode anvil(Path root) {
    try {
      return AnvilNode.start(
          AnvilNode.binary(root), GasChain.NUMBER, new AnvilNode.Mining.PerTransaction());
    } catch (IllegalStateException notThere) {
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          Objects.requireNonNullElse(notThere.getMessage(), notThere.toString()),
          notThere);
    }
  }
}
