// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.wherry.ops.api.ApiVerticle;
import io.wherry.relayer.Node;
import io.wherry.relayer.StartException;
import io.wherry.relayer.config.Configuration;
import io.wherry.relayer.config.ConfigurationException;
import io.wherry.relayer.config.ConfigurationReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "run",
    description = "Runs a node until it is told to stop (SIGTERM or Ctrl-C).",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  private static final long API_SECONDS = 20;
  private static final long DRAIN_SECONDS_MAX = 60;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The node's configuration; `wherry init` writes an example.")
  private Path file = Path.of("wherry.yaml");

  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> mustEnd = new AtomicReference<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  @Override
  public Integer call() throws InterruptedException {
    try {
      return runUntilStopped(configuration());
    } finally {
      ended.countDown();
    }
  }

  private int runUntilStopped(Configuration configuration) throws InterruptedException {
    // The JVM ends with 143 after SIGTERM; a drained node has done what it was asked, and says so
    // with 0.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  try {
                    var _ = ended.await(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
                  } catch (InterruptedException giveUp) {
                    Thread.currentThread().interrupt();
                  }
                },
                "stop"));
    try (var node = start(configuration)) {
      api(node, configuration.api());
      LOG.info("running; SIGTERM or Ctrl-C stops it");
      stop.await();
      LOG.info("stopping: finishing what is under way");
    }
    var why = mustEnd.get();
    var code = why == null ? ExitCode.OK : ExitCode.INPUT_OUTPUT;
    if (why != null) {
      LOG.error("ended, because {}", why);
    }
    LOG.info("stopped");
    Runtime.getRuntime().halt(code.code());
    return code.code();
  }

  /// Another process holds the database: whatever this one does from now on is void.
  private void end(String why) {
    mustEnd.compareAndSet(null, why);
    stop.countDown();
  }

  private Configuration configuration() {
    try {
      return ConfigurationReader.read(file);
    } catch (ConfigurationException wrong) {
      throw new CommandException(
          ExitCode.CONFIGURATION, "the configuration cannot be used\n" + wrong.getMessage(), wrong);
    }
  }

  private Node start(Configuration configuration) {
    try {
      return Node.start(
          configuration, Map.copyOf(System.getenv()), InstantSource.system(), this::end);
    } catch (StartException obstacle) {
      throw new CommandException(
          switch (obstacle.kind()) {
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case PERMISSION -> ExitCode.PERMISSION;
            case INPUT_OUTPUT -> ExitCode.INPUT_OUTPUT;
          },
          String.valueOf(obstacle.getMessage()),
          obstacle);
    }
  }

  private static void api(Node node, Configuration.Api api) throws InterruptedException {
    try {
      var _ =
          node.vertx()
              .deployVerticle(
                  new ApiVerticle(node, api.host(), api.port(), InstantSource.system()),
                  new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
              .toCompletionStage()
              .toCompletableFuture()
              .get(API_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new CommandException(
          ExitCode.INPUT_OUTPUT,
          "the API cannot listen on %s:%d (%s): choose another api.port, or stop who listens there"
              .formatted(api.host(), api.port(), failed.getMessage()),
          failed);
    }
  }
}
