// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.wherry.relayer.config.ConfigurationReader;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "init",
    description = "Writes a commented example configuration.",
    mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "wherry.yaml",
      description =
          "Where to write it; a file that is there is left alone. Default: ${DEFAULT-VALUE}")
  private Path file = Path.of("wherry.yaml");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try (var example =
        Objects.requireNonNull(
            ConfigurationReader.class.getResourceAsStream("example.yaml"), "example.yaml")) {
      Files.copy(example, file);
    } catch (FileAlreadyExistsException there) {
      throw new CommandException(
          ExitCode.INPUT_OUTPUT, file + " is there already: name another file, or remove it");
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.INPUT_OUTPUT, "cannot write " + file + ": " + failed.getMessage(), failed);
    }
    spec.commandLine()
        .getOut()
        .println("Wrote %s. Edit it, then: wherry run --config %s".formatted(file, file));
    return ExitCode.OK.code();
  }
}
