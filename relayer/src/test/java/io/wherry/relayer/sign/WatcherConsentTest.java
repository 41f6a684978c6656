// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.sign;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.attest.Consent.Answer;
import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import io.wherry.model.Message;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import io.wherry.queue.Event;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Machine;
import io.wherry.queue.RetryPolicy;
import io.wherry.queue.Settings;
import io.wherry.queue.sql.Database;
import io.wherry.queue.sql.SqlDeliveryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every answer, from what the store holds.
@NullMarked
final class WatcherConsentTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ChainId HERE = ChainId.eip155(1);
  private static final ChainId THERE = ChainId.eip155(2);
  private static final ChainId ELSEWHERE = ChainId.eip155(3);
  private static final Address SOURCE = account(HERE, 10);
  private static final Address DESTINATION = account(THERE, 20);
  private static final Checkpoint BLOCK = new Checkpoint(5, Keccak.hash("block 5"));

  private final Database database;
  private final SqlDeliveryStore store;
  private final WatcherConsent consent;

  WatcherConsentTest(@TempDir Path folder) {
    var self = new MemberId(1);
    database =
        Database.open(
            folder, new Database.Options(16, 16, 1, Database.Durability.NONE), "test", NOW);
    store =
        new SqlDeliveryStore(
            database,
            new Machine(new Settings(self, Set.of(self), Duration.ZERO, RetryPolicy.standard())));
    consent = new WatcherConsent(store, Map.of(HERE, SOURCE, THERE, DESTINATION));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Address account(ChainId chain, int number) {
    return Address.eip155(chain, Bytes.concat(Bytes.of(new byte[19]), Bytes.of((byte) number)));
  }

  private static Observation message(Address gateway, long sequence, ChainId to) {
    var message =
        new Message(
            Slot.ofSequence(gateway, sequence),
            account(gateway.chain(), 1),
            account(to, 2),
            Bytes.EMPTY,
            List.of());
    return new Observation(
        message, MessageFormat.id(message), BLOCK, Keccak.hash("transaction"), 0);
  }

  private void seen(Observation... observations) {
    store.recordScan(HERE, Optional.empty(), BLOCK, List.of(observations), List.of(), NOW);
  }

  private void becameFinal(Observation observation) {
    store.apply(observation.id(), new Event.BecameFinal(NOW, BLOCK, "evidence"));
  }

  private Answer ask(Address destination, Observation... observations) {
    return consent.ask(
        new Batch(
            destination,
            new KeyEpoch(1),
            Arrays.stream(observations).map(Observation::id).toList()));
  }

  @Test
  void givesTheSlotsOfWhatIsFinalInTheBatchsOrder() {
    var first = message(SOURCE, 1, THERE);
    var second = message(SOURCE, 2, THERE);
    seen(first, second);
    becameFinal(first);
    becameFinal(second);

    assertThat(ask(DESTINATION, second, first))
        .isEqualTo(new Answer.Given(List.of(second.message().slot(), first.message().slot())));
  }

  @Test
  void doesNotKnowYetWhatItHasNotSeen() {
    var unseen = message(SOURCE, 1, THERE);

    assertThat(ask(DESTINATION, unseen))
        .isEqualTo(new Answer.NotYet("message %s is not seen yet".formatted(unseen.id())));
  }

  @Test
  void doesNotKnowYetWhatIsNotFinal() {
    var young = message(SOURCE, 1, THERE);
    seen(young);

    assertThat(ask(DESTINATION, young))
        .isEqualTo(new Answer.NotYet("message %s is not final here yet".formatted(young.id())));
  }

  @Test
  void consentsToNoneOfABatchWhereOneIsNotFinal() {
    var last = message(SOURCE, 1, THERE);
    var young = message(SOURCE, 2, THERE);
    seen(last, young);
    becameFinal(last);

    assertThat(ask(DESTINATION, last, young)).isInstanceOf(Answer.NotYet.class);
  }

  @Test
  void doesNotConsentToWhatVanishedThoughItWasFinalBefore() {
    var gone = message(SOURCE, 1, THERE);
    seen(gone);
    becameFinal(gone);
    store.apply(gone.id(), new Event.SourceOrphaned(NOW, BLOCK));

    assertThat(ask(DESTINATION, gone))
        .isEqualTo(
            new Answer.NotYet(
                "message %s vanished from its source chain here".formatted(gone.id())));
  }

  @Test
  void doesNotConsentToWhatIsHeldThoughItIsFinal() {
    var held = message(SOURCE, 1, THERE);
    seen(held);
    becameFinal(held);
    store.apply(held.id(), new Event.Hold(NOW, HoldReason.OPERATOR, "wait"));

    assertThat(ask(DESTINATION, held))
        .isEqualTo(new Answer.NotYet("message %s is held here: OPERATOR".formatted(held.id())));
  }

  @Test
  void doesNotConsentToWhatAnOperatorGaveUp() {
    var dropped = message(SOURCE, 1, THERE);
    seen(dropped);
    becameFinal(dropped);
    store.apply(dropped.id(), new Event.Drop(NOW, "a mistake"));

    assertThat(ask(DESTINATION, dropped))
        .isEqualTo(new Answer.NotYet("message %s was given up here".formatted(dropped.id())));
  }

  @Test
  void doesNotKnowAChainThatIsNotConfigured() {
    var seen = message(SOURCE, 1, ELSEWHERE);

    assertThat(ask(account(ELSEWHERE, 20), seen))
        .isEqualTo(new Answer.NotYet("chain eip155:3 is not configured here"));
  }

  @Test
  void refusesAnotherGatewayThanTheConfiguredOne() {
    var last = message(SOURCE, 1, THERE);
    seen(last);
    becameFinal(last);

    assertThat(ask(account(THERE, 21), last))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith("the gateway of eip155:2 is ")
                    .contains("not"));
  }

  @Test
  void refusesAMessageThatGoesToAnotherChain() {
    var elsewhere = message(SOURCE, 1, HERE);
    seen(elsewhere);
    becameFinal(elsewhere);

    assertThat(ask(DESTINATION, elsewhere))
        .isEqualTo(new Answer.Refused("message %s goes to eip155:1".formatted(elsewhere.id())));
  }

  @Test
  void refusesAMessageThatLeftAnotherGateway() {
    var foreign = message(account(HERE, 11), 1, THERE);
    seen(foreign);
    becameFinal(foreign);

    assertThat(ask(DESTINATION, foreign))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.reason()).endsWith("no gateway of ours"));
  }
}
