// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Delivery;
import io.wherry.queue.Kind;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Standing;
import io.wherry.queue.StoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads rows of one query. Attestations are shared between the deliveries that it answers.
final class Rows {
  /// What [#delivery] needs to be selected.
  static final String SELECT =
      """
      SELECT d.*,
        a.scheme AS a_scheme, a.key_epoch AS a_key_epoch, a.destination AS a_destination,
        a.messages AS a_messages, a.signature AS a_signature,
        t.nonce AS t_nonce, t.signed AS t_signed
      FROM delivery d
      LEFT JOIN attestation a ON a.key = d.attestation
      LEFT JOIN own_transaction t ON t.chain = d.destination_chain AND t.hash = d.own_transaction
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<Bytes, Attestation> attestations = new HashMap<>();

  /// The delivery in the present row.
  ///
  /// @throws StoreException.Unreadable where the row does not hold one
  Delivery delivery(ResultSet row) throws SQLException {
    try {
      var kind = Kind.valueOf(row.getString("kind"));
      return new Delivery(
          observation(row, new MessageId(hash(row, "id"))),
          standing(row),
          attestation(row),
          StateJson.read(kind, row.getString("state"), own(row)),
          row.getInt("attempts"),
          row.getLong("version"),
          Instant.ofEpochMilli(row.getLong("updated_at")));
    } catch (IllegalArgumentException wrong) {
      throw new StoreException.Unreadable(
          "delivery number %d: %s".formatted(row.getLong("number"), wrong.getMessage()), wrong);
    }
  }

  /// The observation in the present row of `delivery` or `slot_conflict`.
  static Observation observation(ResultSet row, MessageId id) throws SQLException {
    return new Observation(
        new Message(
            new Slot(address(row, "gateway"), hash(row, "send_id")),
            address(row, "sender"),
            address(row, "recipient"),
            bytes(row, "payload"),
            attributes(row.getString("attributes"))),
        id,
        new Checkpoint(row.getLong("block_height"), hash(row, "block_hash")),
        hash(row, "transaction_hash"),
        row.getInt("log_index"));
  }

  /// Attributes as they are stored.
  static String attributes(List<Bytes> attributes) {
    var array = JSON.createArrayNode();
    attributes.forEach(attribute -> array.add(attribute.toHex()));
    return array.toString();
  }

  /// The hash in `column`.
  static Hash32 hash(ResultSet row, String column) throws SQLException {
    return new Hash32(bytes(row, column));
  }

  private static List<Bytes> attributes(String text) {
    try {
      var attributes = new ArrayList<Bytes>();
      JSON.readTree(text).forEach(element -> attributes.add(Bytes.fromHex(element.asText())));
      return attributes;
    } catch (JacksonException wrong) {
      throw new StoreException.Unreadable(
          "expected a JSON array of attributes, got " + text, wrong);
    }
  }

  private static Standing standing(ResultSet row) throws SQLException {
    var name = row.getString("standing");
    return switch (name) {
      case "REVERSIBLE" -> new Standing.Reversible();
      case "IRREVERSIBLE" -> new Standing.Irreversible(row.getString("evidence"));
      case "VANISHED" -> new Standing.Vanished();
      default -> throw new IllegalArgumentException("unknown standing '%s'".formatted(name));
    };
  }

  private Optional<Attestation> attestation(ResultSet row) throws SQLException {
    var key = row.getBytes("attestation");
    if (key == null) {
      return Optional.empty();
    }
    var named = Bytes.of(key);
    var known = attestations.get(named);
    if (known == null) {
      known = readAttestation(row);
      attestations.put(named, known);
    }
    return Optional.of(known);
  }

  private static Attestation readAttestation(ResultSet row) throws SQLException {
    var joined = bytes(row, "a_messages");
    var ids = new ArrayList<MessageId>(joined.size() / 32);
    for (int at = 0; at < joined.size(); at += 32) {
      ids.add(new MessageId(new Hash32(joined.slice(at, at + 32))));
    }
    return new Attestation(
        new Batch(address(row, "a_destination"), new KeyEpoch(row.getLong("a_key_epoch")), ids),
        row.getString("a_scheme"),
        bytes(row, "a_signature"));
  }

  private static Optional<OwnTransaction> own(ResultSet row) throws SQLException {
    var hash = row.getBytes("own_transaction");
    return hash == null
        ? Optional.empty()
        : Optional.of(
            new OwnTransaction(Hash32.of(hash), bytes(row, "t_signed"), row.getLong("t_nonce")));
  }

  private static Address address(ResultSet row, String column) throws SQLException {
    return new Address(bytes(row, column));
  }

  private static Bytes bytes(ResultSet row, String column) throws SQLException {
    return Bytes.of(row.getBytes(column));
  }
}
