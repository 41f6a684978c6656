// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// A transaction that delivers, and its bytes. A wallet's name in it stands for its signature.
///
/// @param wallet who pays
/// @param nonce its place in the wallet's order
/// @param messages what is delivered
/// @param attestation what allows it
record Delivery(Address wallet, long nonce, List<Message> messages, Attestation attestation) {
  private static final int ITEMS_MAX = Batch.MESSAGES_MAX;
  private static final int BYTES_MAX = 1 << 20;

  Delivery {
    messages = List.copyOf(messages);
  }

  Bytes encode() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      write(out, wallet.encoded());
      out.writeLong(nonce);
      out.writeInt(messages.size());
      for (var message : messages) {
        write(out, message.slot().gateway().encoded());
        out.write(message.slot().sendId().toArray());
        write(out, message.sender().encoded());
        write(out, message.recipient().encoded());
        write(out, message.payload());
        out.writeInt(message.attributes().size());
        for (var attribute : message.attributes()) {
          write(out, attribute);
        }
      }
      var batch = attestation.batch();
      write(out, batch.destination().encoded());
      out.writeLong(batch.keyEpoch().number());
      out.writeInt(batch.messages().size());
      for (var id : batch.messages()) {
        out.write(id.hash().toArray());
      }
      out.writeUTF(attestation.scheme());
      write(out, attestation.signature());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return Bytes.of(bytes.toByteArray());
  }

  /// @throws IllegalArgumentException where the bytes are not a delivery's
  static Delivery decode(Bytes encoded) {
    try (var in = new DataInputStream(new ByteArrayInputStream(encoded.toArray()))) {
      var wallet = Address.parse(read(in));
      long nonce = in.readLong();
      var messages = new ArrayList<Message>();
      for (int left = count(in); left > 0; left--) {
        messages.add(message(in));
      }
      var destination = Address.parse(read(in));
      var keyEpoch = new KeyEpoch(in.readLong());
      var ids = new ArrayList<MessageId>();
      for (int left = count(in); left > 0; left--) {
        ids.add(new MessageId(Hash32.of(in.readNBytes(32))));
      }
      var batch = new Batch(destination, keyEpoch, ids);
      var delivery =
          new Delivery(wallet, nonce, messages, new Attestation(batch, in.readUTF(), read(in)));
      if (!delivery.encode().equals(encoded)) {
        throw new IllegalArgumentException("expected nothing behind a transaction");
      }
      return delivery;
    } catch (IOException cut) {
      throw new IllegalArgumentException("expected a whole transaction", cut);
    }
  }

  private static Message message(DataInputStream in) throws IOException {
    var slot = new Slot(Address.parse(read(in)), Hash32.of(in.readNBytes(32)));
    var sender = Address.parse(read(in));
    var recipient = Address.parse(read(in));
    var payload = read(in);
    var attributes = new ArrayList<Bytes>();
    for (int left = count(in); left > 0; left--) {
      attributes.add(read(in));
    }
    return new Message(slot, sender, recipient, payload, attributes);
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > ITEMS_MAX) {
      throw new IllegalArgumentException("expected at most %d items".formatted(ITEMS_MAX));
    }
    return count;
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.size());
    out.write(bytes.toArray());
  }

  private static Bytes read(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > BYTES_MAX) {
      throw new IllegalArgumentException("expected at most %d bytes".formatted(BYTES_MAX));
    }
    return Bytes.of(in.readNBytes(size));
  }
}
