// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.wherry.ops.cli.local.NodeProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// Asks the demo's nodes where messages are, and tells of every change.
final class DemoTracker implements AutoCloseable {
  private static final long POLL_MILLIS = 200;

  /// One node of the demo.
  record Node(int number, NodeProcess process, URI api, Path configuration, NodeClient client) {}

  /// Where changes are told.
  @FunctionalInterface
  interface Teller {
    void say(String format, Object... arguments);
  }

  private final List<Node> nodes;
  private final Teller teller;
  private final Map<String, DemoMessage> messages = new LinkedHashMap<>();
  private final Map<String, Map<Integer, String>> states = new HashMap<>();
  private final Map<String, Set<String>> others = new HashMap<>();
  private final Set<Integer> gone = new HashSet<>();

  DemoTracker(List<Node> nodes, Teller teller) {
    this.nodes = List.copyOf(nodes);
    this.teller = teller;
  }

  void add(DemoMessage message) {
    messages.put(message.id(), message);
  }

  List<DemoMessage> messages() {
    return List.copyOf(messages.values());
  }

  /// Whether every node that is up knows every message as settled.
  boolean allSettled() {
    return messages.values().stream().allMatch(this::settledEverywhere);
  }

  /// Waits until each node does all of its work and sees the others; false where that does not come
  /// about.
  boolean awaitReady(Duration timeout, CountDownLatch stop) throws InterruptedException {
    for (long waited = 0; waited < timeout.toMillis(); waited += POLL_MILLIS) {
      if (nodes.stream().allMatch(this::ready)) {
        return true;
      }
      if (nodes.stream().anyMatch(node -> !node.process().isAlive())
          || stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  /// What is known of nodes that are not well, a line each.
  String troubles() {
    var text = new StringBuilder();
    for (var node : nodes) {
      if (!node.process().isAlive()) {
        text.append(
            "%nnode %d ended with exit code %d: see %s"
                .formatted(node.number(), node.process().exitValue(), node.process().log()));
      }
    }
    return text.toString();
  }

  /// Asks every node once.
  void look() {
    for (var node : nodes) {
      if (!node.process().isAlive() && gone.add(node.number())) {
        teller.say(
            "  node %d   process %d is gone (exit code %d); start it again with: ./wherry run --config %s",
            node.number(), node.process().pid(), node.process().exitValue(), node.configuration());
      }
      try {
        for (var message : messages.values()) {
          if (!settledAt(node, message)) {
            node.client()
                .get("/v1/messages/" + message.id())
                .ifPresent(document -> learn(node, message, document));
          }
        }
        node.client().get("/v1/messages?limit=20").ifPresent(this::learnOthers);
      } catch (CommandException unreachable) {
        // a node that is down is told of above, and may come back under another process
      }
    }
  }

  private void learn(Node node, DemoMessage message, JsonNode document) {
    states
        .computeIfAbsent(message.id(), _ -> new HashMap<>())
        .put(node.number(), document.path("state").asString());
    var news = message.learn(document);
    news.forEach(
        (stage, after) ->
            teller.say(
                "  %-12s %-9s %+6.1f s%s",
                message.title(),
                stage,
                after.toMillis() / 1000.0,
                stage.equals("Included") || stage.equals("Submitted")
                    ? "  transaction " + message.transaction()
                    : ""));
  }

  /// Messages that somebody else sent while the demo stays up.
  private void learnOthers(JsonNode list) {
    for (var message : list.path("messages")) {
      var id = message.path("id").asString();
      var state = message.path("state").asString();
      // nodes see a message at different times: each state is told once, by the first that has it
      if (!messages.containsKey(id)
          && others.computeIfAbsent(id, _ -> new HashSet<>()).add(state)) {
        teller.say("  %s…  %s %s", id.substring(0, 10), state, message.path("reason").asString(""));
      }
    }
  }

  private boolean ready(Node node) {
    try {
      return node.client()
          .get("/v1/status")
          .filter(
              status -> {
                for (var duty : status.path("duties")) {
                  if (!duty.path("condition").asString().equals("healthy")) {
                    return false;
                  }
                }
                for (var member : status.path("committee").path("members")) {
                  if (!member.path("present").asBoolean()) {
                    return false;
                  }
                }
                return true;
              })
          .isPresent();
    } catch (CommandException notYet) {
      return false;
    }
  }

  private boolean settledEverywhere(DemoMessage message) {
    return nodes.stream()
            .filter(node -> node.process().isAlive())
            .allMatch(node -> settledAt(node, message))
        && message.settled();
  }

  private boolean settledAt(Node node, DemoMessage message) {
    return "Settled"
        .equals(states.getOrDefault(message.id(), Map.of()).getOrDefault(node.number(), ""));
  }

  @Override
  public void close() {
    new ArrayList<>(nodes).forEach(node -> node.client().close());
  }
}
