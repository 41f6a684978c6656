// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One node as a process of its own, started from the same jar and with the same JVM flags as this
/// one.
final class NodeProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path log;

  private NodeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts `wherry run --config configuration`; what it prints is appended to `log`.
  static NodeProcess start(Path configuration, Path log, Map<String, String> environment) {
    var command = new ArrayList<String>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElseGet(() -> Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(flags());
    command.addAll(program());
    command.addAll(List.of("run", "--config", configuration.toString()));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Redirect.PIPE)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return new NodeProcess(builder.start(), log);
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.INPUT_OUTPUT, "cannot start a node: " + failed.getMessage(), failed);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int exitValue() {
    return process.exitValue();
  }

  /// Where its output goes.
  Path log() {
    return log;
  }

  /// Asks it to stop and drain.
  void stop() {
    process.destroy();
  }

  /// Asks it to stop, and sees that it does.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /// Ourselves: the jar, whose manifest opens what must be open, or the class path that a test runs
  /// on.
  private static List<String> program() {
    var path = System.getProperty("java.class.path");
    return path.endsWith(".jar") && !path.contains(File.pathSeparator)
        ? List.of("-jar", path)
        : List.of("-cp", path, Main.class.getName());
  }

  /// Our own flags, less those that must not be had twice (agents, debuggers).
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .toList();
  }
}
