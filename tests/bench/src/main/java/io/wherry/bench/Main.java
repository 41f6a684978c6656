// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import io.wherry.ops.cli.CommandException;
import io.wherry.ops.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// `wherry bench`: one subcommand for each benchmark. Exit codes are those of [ExitCode]; 1 says
/// that a bound was missed.
@Command(
    name = "wherry bench",
    description = "Measures Wherry. Without a name: lists the benchmarks.",
    synopsisSubcommandLabel = "[NAME]",
    subcommands = {GasCommand.class, HelpCommand.class},
    mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  /// Runs one benchmark and exits with its code.
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler(
            (wrong, _) -> {
              var command = wrong.getCommandLine();
              var err = command.getErr();
              if (command.getParent() == null
                  && wrong instanceof UnmatchedArgumentException unmatched) {
                err.printf(
                    "wherry: expected the name of a benchmark, got '%s'%n",
                    unmatched.getUnmatched().getFirst());
                list(command, err);
              } else {
                err.println("wherry: " + wrong.getMessage());
                err.println("See " + command.getCommandSpec().qualifiedName() + " --help.");
              }
              return ExitCode.USAGE.code();
            });
  }

  @Override
  public Integer call() {
    list(spec.commandLine(), spec.commandLine().getOut());
    return ExitCode.OK.code();
  }

  private static void list(CommandLine command, PrintWriter to) {
    to.println("Benchmarks (wherry bench NAME [--json]):");
    for (var benchmark : command.getSubcommands().values()) {
      if (!(benchmark.getCommand() instanceof HelpCommand)) {
        var spec = benchmark.getCommandSpec();
        to.printf("  %-12s %s%n", spec.name(), spec.usageMessage().description()[0]);
      }
    }
    to.flush();
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof CommandException stated) {
      command.getErr().println("wherry: " + stated.getMessage());
      return stated.exitCode().code();
    }
    command.getErr().println("wherry: this is a bug, please report it with the lines below");
    failure.printStackTrace(command.getErr());
    return ExitCode.SOFTWARE.code();
  }
}
