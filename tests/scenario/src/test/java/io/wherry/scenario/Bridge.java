// SPDX-License-Identifier: Apache-2.0
package io.wherry.scenario;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.ContractArtifact;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.format.Keccak;
import io.wherry.model.MessageId;
import io.wherry.ops.cli.local.LocalChain;
import io.wherry.ops.cli.local.LocalCommittee;
import io.wherry.ops.cli.local.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole bridge on this machine: two chains, and a committee of three (two of them attest) whose
/// nodes are real processes. Members have the numbers 1 to 3. Not thread-safe, but for sending.
final class Bridge implements AutoCloseable {
  static final List<Integer> MEMBERS = List.of(1, 2, 3);
  private static final int THRESHOLD = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String DELIVERED = Keccak.hash("MessageDelivered(bytes32)").toString();

  private final List<AutoCloseable> closings = new ArrayList<>();
  private final Map<Integer, NodeProcess> nodes = new TreeMap<>();
  private final List<MessageId> sent = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final Path folder;
  private final LocalCommittee committee;
  private final LocalChain a;
  private final LocalChain b;
  private final List<Path> files;

  private Bridge() throws IOException, ChainException {
    folder = Files.createTempDirectory("wherry-scenario");
    boolean good = false;
    try {
      var vertx = Vertx.vertx();
      closings.add(() -> vertx.close().await());
      committee = new LocalCommittee(folder, THRESHOLD, MEMBERS.size());
      a = chain(vertx, "A", 31_337, new AnvilNode.Mining.PerTransaction());
      b = chain(vertx, "B", 31_338, new AnvilNode.Mining.EverySeconds(1));
      files = committee.write(List.of(a, b));
      good = true;
    } finally {
      if (!good) {
        close();
      }
    }
  }

  /// Starts the chains and writes the committee's files; no node runs yet.
  static Bridge prepare() throws IOException, ChainException {
    return new Bridge();
  }

  /// Starts all of it, and waits until every node is ready and sees the others.
  static Bridge start() throws IOException, ChainException {
    var bridge = prepare();
    boolean good = false;
    try {
      bridge.startNodes(MEMBERS);
      bridge.awaitReady(MEMBERS);
      good = true;
      return bridge;
    } finally {
      if (!good) {
        bridge.close();
      }
    }
  }

  private LocalChain chain(Vertx vertx, String name, long number, AnvilNode.Mining mining)
      throws ChainException {
    var chain = LocalChain.start(Program.ROOT, vertx, name, number, mining, committee.groupKey());
    closings.add(chain);
    committee.wallets().forEach(chain::fund);
    return chain;
  }

  /// The chain with a block for each transaction, final at once.
  LocalChain a() {
    return a;
  }

  /// The chain with a block every second, final two blocks later.
  LocalChain b() {
    return b;
  }

  List<LocalChain> chains() {
    return List.of(a, b);
  }

  LocalCommittee committee() {
    return committee;
  }

  /// The configuration of `member`.
  Path configuration(int member) {
    return files.get(member - 1);
  }

  // ---- nodes ----

  /// Starts nodes that are not running, on the data that they have.
  void startNodes(Collection<Integer> members) {
    for (int member : members) {
      var running = nodes.get(member);
      if (running == null || !running.isAlive()) {
        nodes.put(
            member,
            NodeProcess.start(
                Program.wherry(), configuration(member), log(member), Map.of("NO_COLOR", "1")));
      }
    }
  }

  NodeProcess node(int member) {
    var node = nodes.get(member);
    if (node == null) {
      throw new IllegalStateException("member %d was never started".formatted(member));
    }
    return node;
  }

  /// Ends nodes as a crash would, all at once.
  void kill(Collection<Integer> members) {
    members.forEach(member -> ProcessHandle.of(node(member).pid()).ifPresent(Bridge::kill));
    members.forEach(member -> node(member).kill());
  }

  private static void kill(ProcessHandle process) {
    var _ = process.destroyForcibly();
  }

  /// Waits until all duties of `members` do their work and each sees exactly these members.
  void awaitReady(Collection<Integer> members) {
    Await.until(
        "members %s are ready".formatted(members),
        () -> members.stream().allMatch(member -> ready(member, members)),
        this::report);
  }

  private boolean ready(int member, Collection<Integer> present) {
    if (!node(member).isAlive()) {
      throw new AssertionError(
          "member %d ended with exit code %d%n%s"
              .formatted(member, node(member).exitValue(), report()));
    }
    var status = get(member, "/v1/status");
    return status.isPresent()
        && stream(status.get().path("duties"))
            .allMatch(duty -> duty.path("condition").asString().equals("healthy"))
        && stream(status.get().path("committee").path("members"))
            .allMatch(
                other ->
                    other.path("present").asBoolean()
                        == present.contains(other.path("member").asInt()));
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return IntStream.range(0, array.size()).mapToObj(array::get);
  }

  /// What `member` answers to `GET path`; empty where it does not answer, or not with 200.
  Optional<JsonNode> get(int member, String path) {
    return get(api(member).resolve(path));
  }

  /// What a node answers to `GET uri`; empty where it does not answer, or not with 200.
  Optional<JsonNode> get(URI uri) {
    try {
      var answer =
          http.send(
              HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(JSON.readTree(answer.body()))
          : Optional.empty();
    } catch (IOException | JacksonException unanswered) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /// Where `member` serves its API.
  URI api(int member) {
    return URI.create("http://127.0.0.1:" + committee.apiPort(member - 1));
  }

  /// All that `member` logged in all of its lives.
  String logged(int member) {
    try {
      return Files.exists(log(member)) ? Files.readString(log(member)) : "";
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Path log(int member) {
    return folder.resolve("node-%d.log".formatted(member));
  }

  // ---- messages ----

  /// Sends texts to the other chain's message board, each mined before the next.
  List<MessageId> send(LocalChain from, int count) throws ChainException {
    var ids = new ArrayList<MessageId>();
    var to = from.equals(a) ? b : a;
    for (int i = 0; i < count; i++) {
      var id = from.sendText(to, "message %d of %d".formatted(i + 1, count)).id();
      ids.add(id);
      sent.add(id);
    }
    return ids;
  }

  /// All that was ever sent.
  List<MessageId> sent() {
    return List.copyOf(sent);
  }

  /// What `member` says of a message: its state, or `Unknown`.
  String state(int member, MessageId id) {
    return get(member, "/v1/messages/" + id)
        .map(message -> message.path("state").asString())
        .orElse("Unknown");
  }

  /// Waits until each of `members` knows each of `ids` as settled.
  void awaitSettled(Collection<MessageId> ids, Collection<Integer> members) {
    for (int member : members) {
      for (var id : ids) {
        Await.until(
            "member %d knows %s as settled".formatted(member, id),
            () -> state(member, id).equals("Settled"),
            this::report);
      }
    }
  }

  /// How many messages the board of `chain` received in all.
  long received(LocalChain chain) throws ChainException {
    var answer =
        chain.user().call(chain.board(), ContractArtifact.named("MessageBoard").call("count"));
    return new BigInteger(1, answer.toArray()).longValueExact();
  }

  /// How many `MessageDelivered` events each message has on `chain`.
  Map<String, Integer> deliveries(LocalChain chain) {
    var logs =
        JSON.readTree(
            chain
                .anvil()
                .rpc(
                    "eth_getLogs",
                    Map.of(
                        "address",
                        chain.gateway().toHex(),
                        "fromBlock",
                        "0x0",
                        "topics",
                        List.of(DELIVERED))));
    var counts = new HashMap<String, Integer>();
    logs.forEach(log -> counts.merge(log.path("topics").path(1).asString(), 1, Integer::sum));
    return counts;
  }

  /// All that may explain a failure: every node's status, messages and last lines of log.
  String report() {
    var text = new StringBuilder();
    for (int member : nodes.keySet()) {
      text.append("---- member %d, %s%n".formatted(member, node(member).isAlive() ? "up" : "down"));
      get(member, "/v1/status").ifPresent(status -> text.append(status).append('\n'));
      get(member, "/v1/messages?limit=10").ifPresent(list -> text.append(list).append('\n'));
      var lines = logged(member).lines().toList();
      lines
          .subList(Math.max(0, lines.size() - 40), lines.size())
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  /// Ends every process and removes every file.
  @Override
  public void close() {
    nodes.values().forEach(NodeProcess::kill);
    for (var closing : closings.reversed()) {
      try {
        closing.close();
      } catch (Exception failed) {
        throw new IllegalStateException("while closing a bridge", failed);
      }
    }
    http.close();
    try (var below = Files.walk(folder)) {
      for (var file : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
