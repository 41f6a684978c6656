// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What came of the demo's messages, for people and for scripts.
final class DemoReport {
  private static final List<String> STAGES =
      List.of("Observed", "Final", "Attested", "Submitted", "Included", "Settled");

  private DemoReport() {}

  /// A table: seconds from sending to each stage, and the gas of both transactions.
  static List<String> table(List<DemoMessage> messages) {
    var lines = new ArrayList<String>();
    lines.add(
        "  %-12s %9s %9s %9s %9s %9s %9s %9s %9s"
            .formatted(
                "seconds to",
                "Observed",
                "Final",
                "Attested",
                "Submitted",
                "Included",
                "Settled",
                "send gas",
                "deliver"));
    for (var message : messages) {
      var line = new StringBuilder("  %-12s".formatted(message.title()));
      for (var stage : STAGES) {
        var at = message.stages().get(stage);
        line.append(
            at == null
                ? " %9s".formatted("-")
                : " %9.2f".formatted(Duration.between(message.sentAt(), at).toMillis() / 1000.0));
      }
      line.append(" %9d %9d".formatted(message.sent().gasUsed(), message.gasUsed()));
      lines.add(line.toString());
    }
    return lines;
  }

  /// One JSON object: `messages` (each with `title`, `id`, `lane`, `state`, `stages` with times,
  /// `transactions`, `gas`), `settled`, `total`.
  static String json(List<DemoMessage> messages) {
    var json = new JsonMapper();
    var root = json.createObjectNode();
    var list = root.putArray("messages");
    for (var message : messages) {
      list.add(document(json, message));
    }
    root.put("settled", messages.stream().filter(DemoMessage::settled).count());
    root.put("total", messages.size());
    return root.toString();
  }

  private static ObjectNode document(JsonMapper json, DemoMessage message) {
    var lane = message.sent().message().lane();
    var document = json.createObjectNode();
    document.put("title", message.title());
    document.put("id", message.id());
    document
        .putObject("lane")
        .put("source", lane.source().value())
        .put("destination", lane.destination().value());
    document.put("state", message.state());
    document.put("sentAt", message.sentAt().toString());
    var stages = document.putArray("stages");
    for (var stage : STAGES) {
      var at = message.stages().get(stage);
      if (at != null) {
        stages
            .addObject()
            .put("stage", stage)
            .put("at", at.toString())
            .put("afterMillis", Duration.between(message.sentAt(), at).toMillis());
      }
    }
    document
        .putObject("transactions")
        .put("send", message.sent().transaction().toString())
        .put("deliver", message.transaction());
    document
        .putObject("gas")
        .put("send", message.sent().gasUsed())
        .put("deliver", message.gasUsed());
    return document;
  }
}
