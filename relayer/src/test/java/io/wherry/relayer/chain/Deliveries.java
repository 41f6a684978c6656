// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.chain;

import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Event;
import io.wherry.queue.Machine;
import io.wherry.queue.RetryPolicy;
import io.wherry.queue.Settings;
import io.wherry.queue.State;
import io.wherry.queue.Step;
import io.wherry.queue.sql.Database;
import io.wherry.queue.sql.SqlDeliveryStore;
import io.wherry.relayer.duty.Wakes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/// A store of one member with a clock of its own, and messages from one chain to another.
@NullMarked
public final class Deliveries implements AutoCloseable, Wakes {
  public static final ChainId SOURCE = ChainId.eip155(1);
  public static final ChainId DESTINATION = ChainId.eip155(2);
  public static final Checkpoint BLOCK = new Checkpoint(5, Keccak.hash("block 5"));

  public final SqlDeliveryStore store;
  public final InstantSource clock = () -> this.now;
  private final Database database;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  public Deliveries(Path folder) {
    var self = new MemberId(1);
    database =
        Database.open(
            folder, new Database.Options(16, 16, 1, Database.Durability.NONE), "test", now);
    store =
        new SqlDeliveryStore(
            database,
            new Machine(new Settings(self, Set.of(self), Duration.ZERO, RetryPolicy.standard())));
  }

  /// Message number `sequence`, as it is seen on its source.
  public static Observation observation(long sequence) {
    var account = Bytes.of(new byte[20]);
    var message =
        new Message(
            Slot.ofSequence(Address.eip155(SOURCE, account), sequence),
            Address.eip155(SOURCE, account),
            Address.eip155(DESTINATION, account),
            Bytes.EMPTY,
            List.of());
    return new Observation(
        message, MessageFormat.id(message), BLOCK, Keccak.hash("transaction"), (int) sequence);
  }

  /// Stores messages 1 to `count` as seen in [#BLOCK].
  public List<MessageId> seen(int count) {
    var observations =
        java.util.stream.LongStream.rangeClosed(1, count)
            .mapToObj(Deliveries::observation)
            .toList();
    store.recordScan(SOURCE, Optional.empty(), BLOCK, observations, List.of(), now);
    return observations.stream().map(Observation::id).toList();
  }

  /// Stores messages 1 to `count` as final, and attested each by itself.
  public List<MessageId> attested(int count) {
    var ids = seen(count);
    for (var id : ids) {
      store.apply(id, new Event.BecameFinal(now, BLOCK, "test"));
      var batch =
          new Batch(
              Address.eip155(DESTINATION, Bytes.of(new byte[20])), new KeyEpoch(1), List.of(id));
      store.apply(
          id,
          new Event.AttestationReceived(
              now, new Attestation(batch, "secp256k1-evm", Bytes.of(new byte[52]))));
    }
    return ids;
  }

  public State state(MessageId id) {
    return store.find(id).orElseThrow().state();
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public void after(List<Step> steps) {}

  @Override
  public void deliver(ChainId destination) {}

  @Override
  public void close() {
    database.close();
  }
}
