// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli;

import io.wherry.adapters.evm.GatewayClient;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// One message of the demo: what was sent, and the earliest time at which any node saw it in each
/// state.
final class DemoMessage {
  private final String title;
  private final GatewayClient.Sent sent;
  private final Instant sentAt;
  private final Map<String, Instant> stages = new LinkedHashMap<>();
  private String state = "Sent";
  private String transaction = "";
  private long gasUsed;

  DemoMessage(String title, GatewayClient.Sent sent, Instant sentAt) {
    this.title = title;
    this.sent = sent;
    this.sentAt = sentAt;
  }

  String title() {
    return title;
  }

  String id() {
    return sent.id().toString();
  }

  GatewayClient.Sent sent() {
    return sent;
  }

  Instant sentAt() {
    return sentAt;
  }

  Map<String, Instant> stages() {
    return stages;
  }

  String state() {
    return state;
  }

  /// The transaction that delivered it; empty where not known yet.
  String transaction() {
    return transaction;
  }

  /// What the whole delivering transaction burnt; 0 where not known yet.
  long gasUsed() {
    return gasUsed;
  }

  boolean settled() {
    return stages.containsKey("Settled");
  }

  /// Takes in what one node says of it, and answers the stages that are news.
  Map<String, Duration> learn(JsonNode document) {
    var news = new LinkedHashMap<String, Duration>();
    for (var moment : document.path("timeline")) {
      var stage = moment.path("state").asString();
      var at = Instant.parse(moment.path("at").asString());
      var known = stages.get(stage);
      if (known == null || at.isBefore(known)) {
        stages.put(stage, at);
      }
      if (known == null) {
        news.put(stage, Duration.between(sentAt, at));
      }
    }
    state = settled() ? "Settled" : document.path("state").asString(state);
    var by = document.path("deliveryTransaction").asString("");
    if (!by.isEmpty()) {
      transaction = by;
    }
    gasUsed = Math.max(gasUsed, document.path("gasUsed").asLong(0));
    return news;
  }
}
