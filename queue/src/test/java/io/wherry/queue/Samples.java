// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue;

import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Deliveries and their parts, made from small numbers.
public final class Samples {
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  public static final ChainId SOURCE = ChainId.eip155(1);
  public static final ChainId DESTINATION = ChainId.eip155(10);
  public static final MemberId SELF = new MemberId(1);
  public static final RetryPolicy RETRY =
      new RetryPolicy(Duration.ofSeconds(1), 2, Duration.ofMinutes(1), 3);
  public static final Settings SETTINGS =
      new Settings(
          SELF, Set.of(SELF, new MemberId(2), new MemberId(3)), Duration.ofSeconds(30), RETRY);

  private Samples() {}

  public static Hash32 hash(long number) {
    return Hash32.of(ByteBuffer.allocate(32).putLong(0, number).putLong(24, number).array());
  }

  public static Checkpoint block(long height) {
    return block(height, 0);
  }

  public static Checkpoint block(long height, int fork) {
    return new Checkpoint(height, hash(height * 1_000 + fork));
  }

  public static Address account(ChainId chain, int number) {
    return Address.eip155(chain, Bytes.of(ByteBuffer.allocate(20).putInt(16, number).array()));
  }

  public static Message message(long sequence) {
    return message(sequence, "payload " + sequence);
  }

  public static Message message(long sequence, String payload) {
    return new Message(
        Slot.ofSequence(account(SOURCE, 100), sequence),
        account(SOURCE, 1),
        account(DESTINATION, 2),
        Bytes.of(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        List.of(Bytes.fromHex("0x01020304"), Bytes.EMPTY));
  }

  public static Observation observation(long sequence, Checkpoint block) {
    return observation(message(sequence), block);
  }

  public static Observation observation(Message message, Checkpoint block) {
    return new Observation(
        message, MessageFormat.id(message), block, hash(block.height() * 7 + 1), 3);
  }

  public static Attestation attestation(long keyEpoch, MessageId... ids) {
    return new Attestation(
        new Batch(account(DESTINATION, 100), new KeyEpoch(keyEpoch), List.of(ids)),
        "secp256k1-evm",
        Bytes.of(new byte[52]));
  }

  public static OwnTransaction transaction(long nonce) {
    return new OwnTransaction(hash(9_000 + nonce), Bytes.of((byte) nonce, (byte) 2), nonce);
  }
}
