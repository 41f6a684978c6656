// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.format.Keccak;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Slot;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.StaticStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint32;

/// The gateway's calls and events in bytes. Decoding is strict: what does not encode back to the
/// same bytes is refused.
final class GatewayAbi {
  static final Hash32 MESSAGE_SENT =
      Keccak.hash("MessageSent(bytes32,bytes,bytes,bytes,uint256,bytes[])");
  static final Hash32 MESSAGE_DELIVERED = Keccak.hash("MessageDelivered(bytes32)");
  static final Hash32 MESSAGE_FAILED = Keccak.hash("MessageFailed(bytes32,bytes)");
  static final RevertReasons REASONS = new RevertReasons(ContractArtifact.named("IGateway").abi());

  static final String SCHEME = "secp256k1-evm";
  private static final int SIGNATURE_BYTES = 52;
  private static final int COMMITMENT_BYTES = 20;
  private static final int WORD = 32;

  private static final String MESSAGE = "(bytes32,bytes,address,bytes,bytes[])";
  private static final String ATTESTATION = "(uint32,address,uint256)";
  private static final Bytes DELIVER =
      selector("deliver(bytes,%s,bytes32[],%s)".formatted(MESSAGE, ATTESTATION));
  private static final Bytes DELIVER_BATCH =
      selector("deliverBatch((bytes,%s[])[],%s)".formatted(MESSAGE, ATTESTATION));
  private static final Bytes DELIVERED = selector("delivered(bytes,bytes32)");
  private static final Bytes FAILED = selector("failed(bytes32)");
  private static final Bytes SEND_MESSAGE = selector("sendMessage(bytes,bytes,bytes[])");
  private static final Bytes GROUP_KEY = selector("groupKey(uint32)");

  static final Bytes SEQUENCE = selector("sequence()");
  static final Bytes KEY_EPOCH = selector("keyEpoch()");
  static final Bytes PAUSED = selector("paused()");

  private GatewayAbi() {}

  /// Delivers one message of the attested batch.
  static Bytes deliver(Message message, List<Hash32> proof, Attestation attestation) {
    return encode(
        DELIVER,
        new DynamicBytes(message.slot().gateway().encoded().toArray()),
        struct(message),
        new DynamicArray<>(
            Bytes32.class, proof.stream().map(hash -> new Bytes32(hash.toArray())).toList()),
        struct(attestation));
  }

  /// Delivers a whole batch: neighbours from one source gateway form a group.
  static Bytes deliverBatch(List<Message> messages, Attestation attestation) {
    var groups = new ArrayList<DynamicStruct>();
    for (int from = 0; from < messages.size(); ) {
      var source = messages.get(from).slot().gateway();
      int to = from;
      var group = new ArrayList<DynamicStruct>();
      while (to < messages.size() && messages.get(to).slot().gateway().equals(source)) {
        group.add(struct(messages.get(to++)));
      }
      groups.add(
          new DynamicStruct(
              new DynamicBytes(source.encoded().toArray()),
              new DynamicArray<>(DynamicStruct.class, group)));
      from = to;
    }
    return encode(
        DELIVER_BATCH, new DynamicArray<>(DynamicStruct.class, groups), struct(attestation));
  }

  static Bytes delivered(Slot slot) {
    return encode(
        DELIVERED,
        new DynamicBytes(slot.gateway().encoded().toArray()),
        new Bytes32(slot.sendId().toArray()));
  }

  static Bytes failed(MessageId id) {
    return encode(FAILED, new Bytes32(id.hash().toArray()));
  }

  static Bytes groupKey(long keyEpoch) {
    return encode(GROUP_KEY, new Uint32(keyEpoch));
  }

  static Bytes sendMessage(Address recipient, Bytes payload, List<Bytes> attributes) {
    return encode(
        SEND_MESSAGE,
        new DynamicBytes(recipient.encoded().toArray()),
        new DynamicBytes(payload.toArray()),
        bytesArray(attributes));
  }

  /// The message in a `MessageSent` log of `gateway`.
  ///
  /// @throws ChainException.Transient where it is not what a gateway emits: the endpoint made it up
  static Message sent(LogEntry log, Address gateway, int payloadBytesMax) throws ChainException {
    if (log.topics().size() != 2) {
      throw malformed(log, "one indexed value");
    }
    List<Type<?>> values;
    try {
      values = decode(log.data());
    } catch (RuntimeException undecodable) {
      throw new ChainException.Transient(text(log, "the ABI of MessageSent"), undecodable);
    }
    var payload = bytes(values.get(2));
    if (((Uint256) values.get(3)).getValue().signum() != 0) {
      throw malformed(log, "no value");
    }
    if (payload.size() > payloadBytesMax) {
      throw malformed(log, "a payload of at most %d bytes".formatted(payloadBytesMax));
    }
    var slot = new Slot(gateway, log.topics().get(1));
    if (slot.sequence().isEmpty()) {
      throw malformed(log, "a sequence number as sendId");
    }
    var attributes = new ArrayList<Bytes>();
    for (Type<?> attribute : ((DynamicArray<?>) values.get(4)).getValue()) {
      attributes.add(bytes(attribute));
    }
    try {
      var sender = Address.parse(bytes(values.get(0)));
      if (!sender.chain().equals(gateway.chain())) {
        throw malformed(log, "a sender on " + gateway.chain());
      }
      return new Message(slot, sender, Address.parse(bytes(values.get(1))), payload, attributes);
    } catch (IllegalArgumentException notCanonical) {
      throw new ChainException.Transient(
          text(log, String.valueOf(notCanonical.getMessage())), notCanonical);
    }
  }

  /// The message that a `MessageDelivered` log names.
  static MessageId delivered(LogEntry log) throws ChainException {
    if (log.topics().size() != 2 || log.data().size() != 0) {
      throw malformed(log, "one indexed value and no data");
    }
    return new MessageId(log.topics().get(1));
  }

  /// The recipient's error in a `MessageFailed` log, in words.
  static String failure(LogEntry log) throws ChainException {
    if (log.topics().size() != 2) {
      throw malformed(log, "one indexed value");
    }
    try {
      var decoded = Web3Abi.decode(log.data(), List.of(new TypeReference<DynamicBytes>() {}));
      return REASONS.describe(bytes(decoded.getFirst()));
    } catch (RuntimeException undecodable) {
      throw new ChainException.Transient(text(log, "the ABI of MessageFailed"), undecodable);
    }
  }

  /// A word answered by a view.
  static BigInteger word(Json answer, int index) throws ChainException {
    var data = answer.data();
    if (data.size() < WORD * (index + 1)) {
      throw answer.unexpected("%d words".formatted(index + 1));
    }
    return new BigInteger(1, data.slice(WORD * index, WORD * (index + 1)).toArray());
  }

  /// A boolean answered by a view.
  static boolean flag(Json answer) throws ChainException {
    var word = word(answer, 0);
    if (word.bitLength() > 1) {
      throw answer.unexpected("a boolean");
    }
    return word.signum() != 0;
  }

  /// Checks what the contract would otherwise refuse unread.
  static void check(Attestation attestation) throws ChainException {
    if (!attestation.scheme().equals(SCHEME) || attestation.signature().size() != SIGNATURE_BYTES) {
      throw new ChainException.Permanent(
          "expected an attestation of scheme %s with %d bytes, got %s with %d"
              .formatted(
                  SCHEME, SIGNATURE_BYTES, attestation.scheme(), attestation.signature().size()));
    }
  }

  private static List<Type<?>> decode(Bytes data) {
    var values =
        Web3Abi.decode(
            data,
            List.of(
                new TypeReference<DynamicBytes>() {},
                new TypeReference<DynamicBytes>() {},
                new TypeReference<DynamicBytes>() {},
                new TypeReference<Uint256>() {},
                new TypeReference<DynamicArray<DynamicBytes>>() {}));
    if (!Web3Abi.encode(values).equals(data)) {
      throw new IllegalArgumentException("does not encode back to the same bytes");
    }
    return values;
  }

  private static DynamicStruct struct(Message message) {
    return new DynamicStruct(
        new Bytes32(message.slot().sendId().toArray()),
        new DynamicBytes(message.sender().encoded().toArray()),
        new org.web3j.abi.datatypes.Address(message.recipient().account().toHex()),
        new DynamicBytes(message.payload().toArray()),
        bytesArray(message.attributes()));
  }

  private static StaticStruct struct(Attestation attestation) {
    var signature = attestation.signature();
    return new StaticStruct(
        new Uint32(attestation.batch().keyEpoch().number()),
        new org.web3j.abi.datatypes.Address(signature.slice(0, COMMITMENT_BYTES).toHex()),
        new Uint256(
            new BigInteger(1, signature.slice(COMMITMENT_BYTES, SIGNATURE_BYTES).toArray())));
  }

  private static DynamicArray<DynamicBytes> bytesArray(List<Bytes> items) {
    return new DynamicArray<>(
        DynamicBytes.class, items.stream().map(item -> new DynamicBytes(item.toArray())).toList());
  }

  private static Bytes bytes(Type<?> value) {
    return Bytes.of(((DynamicBytes) value).getValue());
  }

  private static Bytes encode(Bytes selector, Type<?>... arguments) {
    return Bytes.concat(selector, Web3Abi.encode(List.of(arguments)));
  }

  private static Bytes selector(String signature) {
    return Keccak.hash(signature).bytes().slice(0, 4);
  }

  private static ChainException malformed(LogEntry log, String expected) {
    return new ChainException.Transient(text(log, expected));
  }

  private static String text(LogEntry log, String expected) {
    return "log %d of block %s in %s: expected %s"
        .formatted(log.index(), log.block(), log.transaction(), expected);
  }
}
