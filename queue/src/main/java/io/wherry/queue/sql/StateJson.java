// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.queue.Cost;
import io.wherry.queue.DeadReason;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.State;
import io.wherry.queue.StoreException;
import io.wherry.queue.WaitReason;
import io.wherry.queue.Witness;
import io.wherry.queue.Work;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/// A state as JSON, version [#VERSION], field by field. Our own transaction is not in it: it has a
/// table of its own. Unknown versions, kinds and names are refused, so a changed schema cannot pass
/// for the old one.
final class StateJson {
  /// The version that is written. Each that was ever released stays readable.
  static final int VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private StateJson() {}

  /// The JSON text of `state`.
  static String write(State state) {
    var json = JSON.createObjectNode().put("v", VERSION).put("kind", state.kind().name());
    switch (state) {
      case State.Observed observed -> {
        put(json, "since", observed.since());
        put(json, "checkAt", observed.checkAt());
      }
      case State.Final last -> put(json, "attestAt", last.attestAt());
      case State.Attested attested -> put(json, "submitAt", attested.submitAt());
      case State.Submitted submitted -> {
        put(json, "preparedAt", submitted.preparedAt());
        put(json, "checkAt", submitted.checkAt());
        json.put("lastError", submitted.lastError());
      }
      case State.Included included -> {
        put(json, included.block());
        included.transaction().ifPresent(hash -> json.put("transaction", hash.toString()));
        included.cost().ifPresent(cost -> put(json, cost));
        json.put("witness", included.witness().name());
        put(json, "since", included.since());
        put(json, "checkAt", included.checkAt());
        json.put("lastError", included.lastError());
      }
      case State.Settled settled -> {
        put(json, settled.block());
        settled.transaction().ifPresent(hash -> json.put("transaction", hash.toString()));
        settled.cost().ifPresent(cost -> put(json, cost));
        json.put("evidence", settled.evidence());
      }
      case State.Orphaned _ -> {}
      case State.Held held -> json.put("reason", held.reason().name()).put("detail", held.detail());
      case State.Waiting waiting -> {
        json.put("reason", waiting.reason().name());
        put(json, "retryAt", waiting.retryAt());
        json.put("lastError", waiting.lastError());
        json.put("resumes", waiting.resumes().name());
        json.put("waits", waiting.waits());
      }
      case State.DeadLetter dead ->
          json.put("reason", dead.reason().name()).put("lastError", dead.lastError());
    }
    return json.toString();
  }

  /// The state of kind `kind` that `text` holds.
  ///
  /// @param own our own transaction, where the delivery has one
  /// @throws StoreException.Unreadable where it holds none
  static State read(Kind kind, String text, Optional<OwnTransaction> own) {
    try {
      var json = JSON.readTree(text);
      if (json.path("v").asInt() != VERSION || !text(json, "kind").equals(kind.name())) {
        throw new StoreException.Unreadable(
            "expected a state %s of version %d, got %s".formatted(kind, VERSION, text));
      }
      return read(kind, json, own);
    } catch (JacksonException | IllegalArgumentException wrong) {
      throw new StoreException.Unreadable(
          "expected a state %s of version %d, got %s".formatted(kind, VERSION, text), wrong);
    }
  }

  private static State read(Kind kind, JsonNode json, Optional<OwnTransaction> own) {
    return switch (kind) {
      case OBSERVED -> new State.Observed(instant(json, "since"), instant(json, "checkAt"));
      case FINAL -> new State.Final(instant(json, "attestAt"));
      case ATTESTED -> new State.Attested(instant(json, "submitAt"));
      case SUBMITTED ->
          new State.Submitted(
              own.orElseThrow(() -> new IllegalArgumentException("no own transaction")),
              instant(json, "preparedAt"),
              instant(json, "checkAt"),
              text(json, "lastError"));
      case INCLUDED ->
          new State.Included(
              block(json),
              transaction(json),
              own,
              cost(json),
              Witness.valueOf(text(json, "witness")),
              instant(json, "since"),
              instant(json, "checkAt"),
              text(json, "lastError"));
      case SETTLED ->
          new State.Settled(block(json), transaction(json), cost(json), text(json, "evidence"));
      case ORPHANED -> new State.Orphaned();
      case HELD -> new State.Held(HoldReason.valueOf(text(json, "reason")), text(json, "detail"));
      case WAITING ->
          new State.Waiting(
              WaitReason.valueOf(text(json, "reason")),
              instant(json, "retryAt"),
              text(json, "lastError"),
              Work.valueOf(text(json, "resumes")),
              Math.toIntExact(number(json, "waits")));
      case DEAD_LETTER ->
          new State.DeadLetter(DeadReason.valueOf(text(json, "reason")), text(json, "lastError"));
    };
  }

  private static void put(ObjectNode json, String field, Instant at) {
    json.put(field, at.toEpochMilli());
  }

  private static void put(ObjectNode json, Checkpoint block) {
    json.put("height", block.height()).put("hash", block.hash().toString());
  }

  private static void put(ObjectNode json, Cost cost) {
    json.put("gasUsed", cost.gasUsed()).put("feePaid", cost.feePaid().toString());
  }

  private static Checkpoint block(JsonNode json) {
    return new Checkpoint(number(json, "height"), Hash32.fromHex(text(json, "hash")));
  }

  private static Optional<Hash32> transaction(JsonNode json) {
    return json.has("transaction")
        ? Optional.of(Hash32.fromHex(text(json, "transaction")))
        : Optional.empty();
  }

  private static Optional<Cost> cost(JsonNode json) {
    return json.has("gasUsed")
        ? Optional.of(new Cost(number(json, "gasUsed"), new BigInteger(text(json, "feePaid"))))
        : Optional.empty();
  }

  private static Instant instant(JsonNode json, String field) {
    return Instant.ofEpochMilli(number(json, field));
  }

  private static long number(JsonNode json, String field) {
    var value = json.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("expected a number in '%s'".formatted(field));
    }
    return value.asLong();
  }

  private static String text(JsonNode json, String field) {
    var value = json.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("expected a text in '%s'".formatted(field));
    }
    return value.asText();
  }
}
