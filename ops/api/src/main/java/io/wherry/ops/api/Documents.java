// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.wherry.format.BatchFormat;
import io.wherry.model.Attestation;
import io.wherry.model.MessageId;
import io.wherry.queue.Cost;
import io.wherry.queue.Delivery;
import io.wherry.queue.Kind;
import io.wherry.queue.Moment;
import io.wherry.queue.State;
import io.wherry.relayer.NodeStatus;
import io.wherry.relayer.duty.Condition;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The API's JSON, version 1: fields may be added, never renamed. Hashes and bytes are `0x…`, times
/// are ISO 8601 in UTC, amounts are decimal strings in the chain's smallest unit.
final class Documents {
  private Documents() {}

  static JsonObject status(NodeStatus status) {
    var members = new JsonArray();
    for (var member : status.members()) {
      members.add(
          new JsonObject()
              .put("member", member.id().number())
              .put("endpoint", member.endpoint())
              .put("present", member.present())
              .put("self", member.self()));
    }
    var duties = new JsonArray();
    for (var duty : status.duties()) {
      var document = new JsonObject().put("name", duty.name());
      switch (duty.condition()) {
        case Condition.Starting _ -> document.put("condition", "starting");
        case Condition.Healthy _ ->
            document.put("condition", "healthy").put("detail", duty.progress());
        case Condition.Degraded(var reason, var since) ->
            document
                .put("condition", "degraded")
                .put("detail", reason)
                .put("since", since.toString());
        case Condition.Halted(var reason, var since) ->
            document
                .put("condition", "halted")
                .put("detail", reason)
                .put("since", since.toString());
      }
      duties.add(document);
    }
    var deliveries = new JsonObject();
    for (var kind : Kind.values()) {
      var count = status.deliveries().getOrDefault(kind, 0L);
      if (count > 0) {
        deliveries.put(name(kind), count);
      }
    }
    var dropped = new JsonObject();
    status.envelopesDropped().forEach((reason, count) -> dropped.put(reason, count));
    return new JsonObject()
        .put("member", status.member().number())
        .put("startedAt", status.startedAt().toString())
        .put("bootEpoch", status.bootEpoch())
        .put(
            "committee",
            new JsonObject()
                .put("threshold", status.threshold())
                .put("keyEpoch", status.keyEpoch().number())
                .put("groupKey", status.groupKey().toString())
                .put("rosterHash", status.rosterHash().toString())
                .put("members", members))
        .put("duties", duties)
        .put("deliveries", deliveries)
        .put("envelopesDropped", dropped)
        .put("warnings", new JsonArray(status.warnings()));
  }

  static JsonObject list(List<Delivery> deliveries) {
    var messages = new JsonArray();
    deliveries.forEach(delivery -> messages.add(summary(delivery)));
    return new JsonObject().put("messages", messages);
  }

  static JsonObject message(Delivery delivery, List<Moment> timeline) {
    var message = delivery.observation().message();
    var moments = new JsonArray();
    for (var moment : timeline) {
      var entry =
          new JsonObject()
              .put("at", moment.at().toString())
              .put("state", name(moment.kind()))
              .put("detail", moment.detail());
      moment.reason().ifPresent(reason -> entry.put("reason", reason));
      if (moment.times() > 1) {
        entry.put("times", moment.times()).put("lastAt", moment.lastAt().toString());
      }
      moments.add(entry);
    }
    var document =
        summary(delivery)
            .put("sourceGateway", message.slot().gateway().encoded().toHex())
            .put("payload", message.payload().toHex())
            .put(
                "observed",
                new JsonObject()
                    .put("height", delivery.observation().block().height())
                    .put("block", delivery.observation().block().hash().toString())
                    .put("transaction", delivery.observation().transaction().toString())
                    .put("logIndex", delivery.observation().logIndex()))
            .put("attempts", delivery.attempts())
            .put("attested", delivery.attestation().isPresent())
            .put("timeline", moments);
    switch (delivery.state()) {
      case State.Submitted submitted ->
          document.put("deliveryTransaction", submitted.transaction().hash().toString());
      case State.Included included -> {
        included
            .transaction()
            .ifPresent(hash -> document.put("deliveryTransaction", hash.toString()));
        included.cost().ifPresent(cost -> cost(document, cost));
      }
      case State.Settled settled -> {
        settled
            .transaction()
            .ifPresent(hash -> document.put("deliveryTransaction", hash.toString()));
        settled.cost().ifPresent(cost -> cost(document, cost));
        document.put("evidence", settled.evidence());
      }
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ -> {}
    }
    return document;
  }

  static JsonObject attestation(MessageId id, Attestation attestation) {
    var batch = attestation.batch();
    var ids = new JsonArray();
    batch.messages().forEach(message -> ids.add(message.toString()));
    var proof = new JsonArray();
    BatchFormat.proof(batch.messages(), batch.messages().indexOf(id))
        .forEach(hash -> proof.add(hash.toString()));
    return new JsonObject()
        .put("destinationGateway", batch.destination().encoded().toHex())
        .put("keyEpoch", batch.keyEpoch().number())
        .put("root", BatchFormat.root(batch.messages()).toString())
        .put("messages", ids)
        .put("proof", proof)
        .put("scheme", attestation.scheme())
        .put("signature", attestation.signature().toHex());
  }

  /// The state's name in the API: `DeadLetter` for `DEAD_LETTER`.
  static String name(Kind kind) {
    return Arrays.stream(kind.name().split("_"))
        .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  static Optional<Kind> kind(String name) {
    return Arrays.stream(Kind.values()).filter(kind -> name(kind).equals(name)).findFirst();
  }

  static String kinds() {
    return Arrays.stream(Kind.values()).map(Documents::name).collect(Collectors.joining(", "));
  }

  private static JsonObject summary(Delivery delivery) {
    var message = delivery.observation().message();
    var document =
        new JsonObject()
            .put("id", delivery.id().toString())
            .put("source", delivery.lane().source().value())
            .put("destination", delivery.lane().destination().value())
            .put("sendId", message.slot().sendId().toString())
            .put("sender", message.sender().toString())
            .put("recipient", message.recipient().toString())
            .put("state", name(delivery.state().kind()))
            .put("updatedAt", delivery.updatedAt().toString());
    delivery.state().reasonName().ifPresent(reason -> document.put("reason", reason));
    if (!delivery.state().error().isEmpty()) {
      document.put("error", delivery.state().error());
    }
    delivery.state().nextAttemptAt().ifPresent(at -> document.put("nextAttemptAt", at.toString()));
    return document;
  }

  private static void cost(JsonObject document, Cost cost) {
    document.put("gasUsed", cost.gasUsed()).put("feePaid", cost.feePaid().toString());
  }
}
