// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import io.wherry.ops.cli.local.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The packaged `wherry` program, as the launcher starts it.
final class Program {
  /// The project's root.
  static final Path ROOT = Path.of(System.getProperty("wherry.root", "../..")).toAbsolutePath();

  private static final Path JAR = ROOT.resolve("ops/cli/target/app/wherry.jar");

  /// The launcher's flags; processes here live for seconds, so the second compiler is left out.
  private static final List<String> FLAGS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xmx256m");

  private Program() {}

  /// How to start it.
  static JavaProgram wherry() {
    if (!Files.isReadable(JAR)) {
      throw new IllegalStateException(JAR + " is missing: build it with ./wherry build");
    }
    return JavaProgram.packaged(JAR, FLAGS);
  }

  /// How a process ended.
  ///
  /// @param exitCode its exit code
  /// @param out what it wrote to standard output
  /// @param err what it wrote to standard error
  record Outcome(int exitCode, String out, String err) {}

  /// Runs it with `arguments` to its end.
  static Outcome run(String... arguments) {
    return run(Map.of(), arguments);
  }

  /// Runs it with `arguments` to its end.
  ///
  /// @param environment set beside our own
  /// @throws AssertionError where it does not end within [Await#DEADLINE]
  static Outcome run(Map<String, String> environment, String... arguments) {
    try (var running = start(environment, arguments)) {
      return running.awaitEnd();
    }
  }

  /// Starts it with `arguments`.
  ///
  /// @param environment set beside our own
  static Running start(Map<String, String> environment, String... arguments) {
    return start(environment, wherry().with(arguments));
  }

  /// Starts any command.
  ///
  /// @param environment set beside our own
  static Running start(Map<String, String> environment, List<String> command) {
    try {
      var out = Files.createTempFile("wherry-scenario", ".out");
      var err = Files.createTempFile("wherry-scenario", ".err");
      var builder =
          new ProcessBuilder(command)
              .redirectOutput(Redirect.to(out.toFile()))
              .redirectError(Redirect.to(err.toFile()));
      builder.environment().putAll(environment);
      return new Running(builder.start(), out, err);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// A process under way; it and its children end with this JVM at the latest.
  static final class Running implements AutoCloseable {
    private final Process process;
    private final Path out;
    private final Path err;
    private final Thread guard = new Thread(this::kill, "process-guard");

    Running(Process process, Path out, Path err) {
      this.process = process;
      this.out = out;
      this.err = err;
      Runtime.getRuntime().addShutdownHook(guard);
    }

    long pid() {
      return process.pid();
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /// Processes that it started, and theirs.
    List<ProcessHandle> children() {
      return process.descendants().toList();
    }

    String out() {
      return read(out);
    }

    String err() {
      return read(err);
    }

    /// Sends it a signal by name, such as `INT`.
    void signal(String name) throws IOException, InterruptedException {
      var sent = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      if (sent != 0) {
        throw new IOException("kill -%s %d failed".formatted(name, pid()));
      }
    }

    /// Waits for its end.
    ///
    /// @throws AssertionError where it does not end within [Await#DEADLINE]
    Outcome awaitEnd() {
      try {
        if (!process.waitFor(Await.DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError(
              "the process did not end within %s%n%s%n%s".formatted(Await.DEADLINE, out(), err()));
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", interrupted);
      }
      return new Outcome(process.exitValue(), out(), err());
    }

    @Override
    public void close() {
      kill();
      Runtime.getRuntime().removeShutdownHook(guard);
      try {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    private void kill() {
      children().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }

    private static String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
