// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `wherry`: the relayer's one command line. Exit codes are those of [ExitCode].
@Command(
    name = "wherry",
    description = "Relays messages between chains by a committee's threshold signature.",
    subcommands = {
      DemoCommand.class,
      InitCommand.class,
      RunCommand.class,
      StatusCommand.class,
      MessagesCommand.class,
      SendCommand.class,
      ContractsCommand.class,
      HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    footer = {
      "",
      "Also, by the launcher: wherry build, wherry test [--fast], wherry bench NAME [--json].",
      "Exit codes: 0 done; 1 the answer is no; 64 wrong usage; 69 something needed does not answer;",
      "70 a bug; 74 a file or port is not to be had; 77 a password or key does not fit; 78 wrong configuration."
    })
final class Main {
  private Main() {}

  /// Runs one command and exits with its code.
  public static void main(String... arguments) {
    int code = commandLine().execute(arguments);
    System.exit(code == ExitCode.OK.code() ? written().code() : code);
  }

  /// Nobody may take an answer for complete that was cut off: a full disk, a closed pipe.
  private static ExitCode written() {
    if (System.out.checkError()) {
      System.err.println("wherry: the answer could not be written to standard output");
      return ExitCode.INPUT_OUTPUT;
    }
    return ExitCode.OK;
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler(
            (wrong, _) -> {
              var command = wrong.getCommandLine();
              command.getErr().println("wherry: " + wrong.getMessage());
              command
                  .getErr()
                  .println("See " + command.getCommandSpec().qualifiedName() + " --help.");
              return ExitCode.USAGE.code();
            });
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

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      var version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"wherry " + (version == null ? "(not packaged)" : version)};
    }
  }
}
