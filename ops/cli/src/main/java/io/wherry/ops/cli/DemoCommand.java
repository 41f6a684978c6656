// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.GatewayClient;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.ops.cli.local.JavaProgram;
import io.wherry.ops.cli.local.LocalChain;
import io.wherry.ops.cli.local.LocalCommittee;
import io.wherry.ops.cli.local.NodeProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description =
        "Starts two local chains and a committee of three nodes, and sends messages and tokens both ways.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int THRESHOLD = 2;
  private static final int MEMBERS = 3;
  private static final long POLL_MILLIS = 200;
  private static final BigInteger TOKEN = BigInteger.TEN.pow(18);

  @Option(names = "--once", description = "End when everything is settled, or cannot be.")
  private boolean once;

  @Option(
      names = "--json",
      description = "With --once: print one JSON object in the end, and nothing else.")
  private boolean json;

  @Option(names = "--keep", description = "Keep configurations, databases and logs.")
  private boolean keep;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "With --once: give up after so many seconds. Default: ${DEFAULT-VALUE}")
  private int timeoutSeconds = 120;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final List<AutoCloseable> running = new ArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean trouble;

  @Override
  public Integer call() {
    if (json && !once) {
      throw new CommandException(ExitCode.USAGE, "--json needs --once");
    }
    var root = Path.of(Objects.requireNonNullElse(System.getenv("WHERRY_HOME"), ""));
    var folder =
        root.toAbsolutePath().resolve(".wherry").resolve("demo-" + ProcessHandle.current().pid());
    var hook = new Thread(this::interrupted, "demo-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return demonstrate(root.toAbsolutePath(), folder);
    } catch (ChainException | IllegalStateException failed) {
      if (stopping()) {
        // what was being set up went away with us
        return ExitCode.FAILED.code();
      }
      trouble = true;
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          Objects.requireNonNullElse(failed.getMessage(), failed.toString()),
          failed);
    } catch (UncheckedIOException failed) {
      if (stopping()) {
        return ExitCode.FAILED.code();
      }
      trouble = true;
      throw new CommandException(
          ExitCode.INPUT_OUTPUT, String.valueOf(failed.getMessage()), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED.code();
    } finally {
      closeAll();
      tidy(folder);
      stopped.countDown();
    }
  }

  /// Ctrl-C: let the main thread close everything, and wait until it has.
  private void interrupted() {
    stop.countDown();
    try {
      if (!stopped.await(60, TimeUnit.SECONDS)) {
        closeAll();
      }
    } catch (InterruptedException giveUp) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean stopping() {
    return stop.getCount() == 0;
  }

  private int demonstrate(Path root, Path folder) throws ChainException, InterruptedException {
    var began = Instant.now();
    var vertx = Vertx.vertx();
    running.add(vertx::close);
    say("Wherry demo: two chains, three nodes, a %d-of-%d threshold key.", THRESHOLD, MEMBERS);
    say("The key comes from a trusted dealer, for this demo alone: unfit for production.");
    say("");
    var committee = new LocalCommittee(folder, THRESHOLD, MEMBERS);
    var a = chain(root, vertx, committee, "A", 31_337, new AnvilNode.Mining.PerTransaction());
    var b = chain(root, vertx, committee, "B", 31_338, new AnvilNode.Mining.EverySeconds(1));
    a.linkTo(b);
    b.linkTo(a);
    for (var wallet : committee.wallets()) {
      a.fund(wallet);
      b.fund(wallet);
    }
    var files = committee.write(List.of(a, b));
    var tracker = startNodes(committee, files, folder);
    if (!tracker.awaitReady(Duration.ofSeconds(60), stop)) {
      if (stopping()) {
        say("Stopping.");
        return ExitCode.FAILED.code();
      }
      trouble = true;
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          "the nodes did not become ready; their logs are in " + folder + tracker.troubles());
    }
    say("  ready after %.1f s", seconds(began, Instant.now()));
    say("");
    send(tracker, "text A → B", () -> a.sendText(b, "Hello from chain A"));
    send(tracker, "text B → A", () -> b.sendText(a, "Hello from chain B"));
    send(tracker, "token A → B", () -> a.sendToken(b, TOKEN));
    send(tracker, "token B → A", () -> b.sendToken(a, TOKEN.multiply(BigInteger.TWO)));
    var deadline = Instant.now().plusSeconds(timeoutSeconds);
    while (!tracker.allSettled() && !(once && Instant.now().isAfter(deadline))) {
      tracker.look();
      if (stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return ExitCode.FAILED.code();
      }
    }
    trouble |= !tracker.allSettled();
    report(tracker);
    if (once) {
      return (tracker.allSettled() ? ExitCode.OK : ExitCode.FAILED).code();
    }
    suggest(committee, a, b, files.getFirst());
    while (!stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      tracker.look();
    }
    say("");
    say("Stopping.");
    return ExitCode.OK.code();
  }

  private LocalChain chain(
      Path root,
      Vertx vertx,
      LocalCommittee committee,
      String name,
      long number,
      AnvilNode.Mining mining)
      throws ChainException {
    var chain = LocalChain.start(root, vertx, name, number, mining, committee.groupKey());
    running.add(chain);
    say("  chain %s  %-13s anvil at %s, %s", name, chain.id(), chain.anvil().uri(), chain.habit());
    say(
        "           gateway %s  token %s  bridge %s",
        chain.gateway(), chain.token(), chain.bridge());
    return chain;
  }

  private DemoTracker startNodes(LocalCommittee committee, List<Path> files, Path folder) {
    var nodes = new ArrayList<DemoTracker.Node>();
    for (int i = 0; i < files.size(); i++) {
      var process =
          NodeProcess.start(
              JavaProgram.same(Main.class),
              files.get(i),
              folder.resolve("node-%d.log".formatted(i + 1)),
              Map.of());
      running.add(process);
      var api = URI.create("http://127.0.0.1:" + committee.apiPort(i));
      nodes.add(new DemoTracker.Node(i + 1, process, api, files.get(i), new NodeClient(api)));
      say("  node %d   process %d, API %s", i + 1, process.pid(), api);
    }
    var tracker = new DemoTracker(nodes, this::say);
    running.add(tracker);
    return tracker;
  }

  @FunctionalInterface
  private interface Sending {
    GatewayClient.Sent send() throws ChainException;
  }

  /// Sends, and counts the time from before the sending transaction leaves.
  private void send(DemoTracker tracker, String title, Sending sending) throws ChainException {
    var began = Instant.now();
    var sent = sending.send();
    var message = new DemoMessage(title, sent, began);
    tracker.add(message);
    say("  %-12s sent      transaction %s", title, sent.transaction());
    say("  %-12s           message %s", "", sent.id());
  }

  private void report(DemoTracker tracker) {
    var messages = tracker.messages();
    long settled = messages.stream().filter(DemoMessage::settled).count();
    if (json) {
      spec.commandLine().getOut().println(DemoReport.json(messages));
      return;
    }
    say("");
    for (var line : DemoReport.table(messages)) {
      say("%s", line);
    }
    say("settled %d/%d", settled, messages.size());
  }

  private void suggest(LocalCommittee committee, LocalChain a, LocalChain b, Path firstNode) {
    say("");
    say("The demo stays up until Ctrl-C. Things to try in another terminal:");
    say("  ./wherry status --api http://127.0.0.1:%d", committee.apiPort(0));
    say("  ./wherry messages list --api http://127.0.0.1:%d", committee.apiPort(1));
    say("  ./wherry send --rpc %s --gateway %s \\", a.anvil().uri(), a.gateway());
    say("      --to %s:%s --text 'Hello again' --demo-key", b.id(), b.board());
    say(
        "  kill -9 the process of any one node: messages still arrive. Kill two: they wait, until you");
    say("  start one again with: ./wherry run --config %s", firstNode);
    say("");
  }

  private void say(String format, Object... arguments) {
    if (!json) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(format + "%n", arguments);
      out.flush();
    }
  }

  private synchronized void closeAll() {
    var rest = new ArrayList<>(running);
    running.clear();
    // ask all nodes at once, so that they drain side by side
    rest.stream()
        .filter(NodeProcess.class::isInstance)
        .map(NodeProcess.class::cast)
        .forEach(NodeProcess::stop);
    for (var part : rest.reversed()) {
      try {
        part.close();
      } catch (Exception failed) {
        // the rest must be stopped all the same; what failed is said
        spec.commandLine().getErr().println("wherry: while stopping: " + failed);
      }
    }
  }

  private void tidy(Path folder) {
    if (keep || trouble) {
      if (Files.exists(folder)) {
        spec.commandLine().getErr().println("wherry: kept " + folder);
      }
      return;
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      spec.commandLine().getErr().println("wherry: could not remove " + folder + ": " + failed);
    }
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }
}
