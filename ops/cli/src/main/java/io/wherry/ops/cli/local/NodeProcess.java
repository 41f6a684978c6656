// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One node as a process of its own. Whoever starts it closes it; should this JVM end before, it
/// takes the process with it.
public final class NodeProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path log;
  private final Thread orphanGuard;

  private NodeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    // asked only, so that a node drains also then
    orphanGuard = new Thread(process::destroy, "node-orphan-guard");
    try {
      Runtime.getRuntime().addShutdownHook(orphanGuard);
    } catch (IllegalStateException goingDown) {
      process.destroyForcibly();
      throw goingDown;
    }
  }

  /// Starts `wherry run --config configuration`; what it prints is appended to `log`.
  ///
  /// @param program what to start
  /// @param environment set beside this process' own
  /// @throws UncheckedIOException where it cannot be started
  /// @throws IllegalStateException where this JVM is about to end
  public static NodeProcess start(
      JavaProgram program, Path configuration, Path log, Map<String, String> environment) {
    var builder =
        new ProcessBuilder(program.with("run", "--config", configuration.toString()))
            .redirectErrorStream(true)
            .redirectInput(Redirect.PIPE)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return new NodeProcess(builder.start(), log);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start a node: " + failed.getMessage(), failed);
    }
  }

  /// The process id.
  public long pid() {
    return process.pid();
  }

  /// Whether it runs.
  public boolean isAlive() {
    return process.isAlive();
  }

  /// How it ended.
  ///
  /// @throws IllegalThreadStateException while it runs
  public int exitValue() {
    return process.exitValue();
  }

  /// Where its output goes.
  public Path log() {
    return log;
  }

  /// Asks it to stop and drain (SIGTERM). A repeat asks again.
  public void stop() {
    process.destroy();
  }

  /// Ends it at once, as a crash would (SIGKILL), and waits until it is gone.
  public void kill() {
    process.destroyForcibly();
    close();
  }

  /// Waits until it has ended; false where it has not after `millis`.
  public boolean awaitEnd(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /// Asks it to stop, and sees that it does. A second call does nothing.
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
    try {
      Runtime.getRuntime().removeShutdownHook(orphanGuard);
    } catch (IllegalStateException goingDown) {
      // the guard runs already, and does the same
    }
  }
}
