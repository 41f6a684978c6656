// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Preparation;
import io.wherry.chain.ChainWriter.Submission;
import io.wherry.chain.ChainWriter.Transaction;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the bridge relies on in any chain. Every adapter's tests extend this class and pass all of
/// it, the simulated chain's too: so what holds in the simulation holds on real chains.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ChainAdapterContract {
  private static final int ALL = 1000;
  private static final ChainId ELSEWHERE = ChainId.eip155(424_242);

  private ChainHarness chain;
  private ChainAdapter adapter;
  private long nextIncoming = 1;
  private int payloads;

  /// Sets up a chain with a gateway. Called once.
  protected abstract ChainHarness harness() throws Exception;

  @BeforeAll
  void setUpChain() throws Exception {
    chain = harness();
  }

  @AfterAll
  void tearDownChain() {
    if (chain != null) {
      chain.close();
    }
  }

  @BeforeEach
  void openAdapter() throws ChainException {
    adapter = chain.open();
  }

  @AfterEach
  void closeAdapter() {
    adapter.close();
  }

  // ------------------------------------------------------------------ scan

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, ALL})
  void findsEveryMessageOnceInOrderWhateverTheRange(int blocksMax) throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    var sent = new ArrayList<ChainHarness.Sent>();
    sent.add(chain.send(payload()));
    sent.add(chain.send(payload()));
    chain.mine(2);
    sent.addAll(chain.sendTogether(List.of(payload(), payload(), payload())));
    chain.mine(1);
    sent.add(chain.send(payload()));

    var found = scanToHead(cursor, blocksMax);

    assertThat(found.sent)
        .extracting(Observation::message)
        .containsExactlyElementsOf(sent.stream().map(ChainHarness.Sent::message).toList());
    assertThat(found.sent)
        .extracting(Observation::block)
        .containsExactlyElementsOf(sent.stream().map(ChainHarness.Sent::block).toList());
    assertThat(found.sent)
        .extracting(Observation::transaction)
        .containsExactlyElementsOf(sent.stream().map(ChainHarness.Sent::transaction).toList());
    assertThat(found.sent)
        .allSatisfy(seen -> assertThat(seen.id()).isEqualTo(MessageFormat.id(seen.message())));
    assertThat(found.sent).extracting(Observation::logIndex).doesNotContainNull();
    for (int i = 1; i < found.sent.size(); i++) {
      var before = found.sent.get(i - 1);
      var after = found.sent.get(i);
      if (before.block().equals(after.block())) {
        assertThat(after.logIndex()).isGreaterThan(before.logIndex());
      }
    }
    assertThat(found.cursor).isEqualTo(chain.block(chain.head()));
  }

  @Test
  void countsSlotsFromTheGatewayWithoutGaps() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    chain.send(payload());
    chain.send(payload());

    var found = scanToHead(cursor, ALL).sent;

    assertThat(found).hasSize(2);
    assertThat(found.get(1).message().slot().sequence().orElseThrow())
        .isEqualTo(found.get(0).message().slot().sequence().orElseThrow() + 1);
    assertThat(found.get(0).message().slot().gateway()).isEqualTo(adapter.gateway());
  }

  @Test
  void advancesByOneBlockWhereOneIsAskedFor() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    chain.mine(3);

    var first = found(adapter.reader().scan(cursor, 1));
    var second = found(adapter.reader().scan(first.next(), 1));

    assertThat(first.next()).isEqualTo(chain.block(cursor.height() + 1));
    assertThat(second.next()).isEqualTo(chain.block(cursor.height() + 2));
    assertThat(second.head()).isEqualTo(chain.head());
  }

  @Test
  void startsAtTheGivenHeight() throws ChainException {
    var before = chain.send(payload());
    var at = chain.send(payload());
    assertThat(at.block().height()).isEqualTo(before.block().height() + 1);

    var cursor = adapter.reader().start(at.block().height());

    assertThat(scanToHead(cursor, ALL).sent)
        .extracting(Observation::message)
        .containsExactly(at.message());
  }

  @Test
  void startsBehindTheNewestBlockButNotFurther() throws ChainException {
    long head = chain.head();

    assertThat(adapter.reader().start(head + 1)).isEqualTo(chain.block(head));
    assertThatThrownBy(() -> adapter.reader().start(head + 2))
        .isInstanceOf(ChainException.Transient.class);
  }

  @Test
  void isIdleAtTheHead() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);

    assertThat(adapter.reader().scan(cursor, ALL)).isEqualTo(new Scan.Idle(chain.head()));
  }

  @Test
  void answersTheSameCursorTheSameWay() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    chain.send(payload());
    chain.mine(2);

    var first = adapter.reader().scan(cursor, ALL);
    try (var restarted = chain.open()) {
      assertThat(adapter.reader().scan(cursor, ALL)).isEqualTo(first);
      assertThat(restarted.reader().scan(cursor, ALL)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 1000, 10_000})
  void carriesPayloadsOfAnySize(int size) throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    var payload = new byte[size];
    for (int i = 0; i < size; i++) {
      payload[i] = (byte) (i * 7 + size);
    }

    var sent = chain.send(Bytes.of(payload));

    assertThat(scanToHead(cursor, ALL).sent)
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.message()).isEqualTo(sent.message());
              assertThat(seen.message().payload()).isEqualTo(Bytes.of(payload));
            });
    assertDelivers(incoming(Bytes.of(payload), chain.accepting()));
  }

  // ----------------------------------------------------------------- forks

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10})
  void namesTheCommonAncestorOfAForkAndFindsWhatIsMinedAgain(int depth) throws ChainException {
    chain.mine(3);
    var cursor = adapter.reader().start(chain.head() + 1);
    var kept = chain.send(payload());
    var ancestor = chain.block(chain.head());
    chain.mine(depth - 1);
    var payload = payload();
    var orphan = chain.send(payload);
    var before = scanToHead(cursor, 4);
    assertThat(before.sent)
        .extracting(Observation::message)
        .containsExactly(kept.message(), orphan.message());

    chain.reorganise(depth);
    var reorganised = adapter.reader().scan(before.cursor, ALL);

    assertThat(reorganised).isEqualTo(new Scan.Reorganised(ancestor, chain.head()));
    var again = chain.send(payload);
    var after = scanToHead(ancestor, 4);
    assertThat(after.sent)
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.id()).isEqualTo(MessageFormat.id(orphan.message()));
              assertThat(seen.block()).isEqualTo(again.block()).isNotEqualTo(orphan.block());
            });
    assertThat(after.cursor).isEqualTo(chain.block(chain.head()));
  }

  @Test
  void followsAForkThatItMeetsRightAfterAStart() throws ChainException {
    chain.mine(5);
    long head = chain.head();
    var cursor = adapter.reader().start(head + 1);
    assertThat(adapter.reader().scan(cursor, ALL)).isInstanceOf(Scan.Idle.class);

    chain.reorganise(3);

    assertThat(adapter.reader().scan(cursor, ALL))
        .isEqualTo(new Scan.Reorganised(chain.block(head - 3), head));
  }

  @Test
  void goesBackToASharedBlockWhereTheForkCameWhileItWasAway() throws ChainException {
    chain.mine(8);
    var cursor = chain.block(chain.head());
    var shared = chain.block(chain.head() - 3);

    chain.reorganise(3);

    try (var restarted = chain.open()) {
      var ancestor = ((Scan.Reorganised) restarted.reader().scan(cursor, ALL)).ancestor();
      assertThat(ancestor.height()).isLessThanOrEqualTo(shared.height());
      assertThat(chain.block(ancestor.height())).isEqualTo(ancestor);
    }
  }

  @Test
  void ignoresAForkAboveTheCursor() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    chain.mine(2);
    var kept = found(adapter.reader().scan(cursor, 2)).next();
    chain.mine(3);
    scanToHead(kept, ALL);

    chain.reorganise(3);

    assertThat(found(adapter.reader().scan(kept, ALL)).next()).isEqualTo(chain.block(chain.head()));
  }

  @Test
  void neverSkipsABlockOverManyForks() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    long first = chain.head() + 1;
    chain.mine(12);
    for (int depth = 1; depth <= 4; depth++) {
      var looked = scanToHead(cursor, 5);
      chain.reorganise(depth);
      chain.mine(1);
      var fork = (Scan.Reorganised) adapter.reader().scan(looked.cursor, 5);
      cursor = fork.ancestor();
      assertThat(chain.block(cursor.height())).isEqualTo(cursor);
      assertThat(cursor.height()).isEqualTo(looked.cursor.height() - depth);
    }
    var sent = chain.send(payload());
    assertThat(scanToHead(cursor, 2).sent)
        .extracting(Observation::block)
        .containsExactly(sent.block());
    assertThat(cursor.height()).isGreaterThan(first);
  }

  // -------------------------------------------------------------- finality

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void isFinalByConfirmationsWhenEnoughBlocksStandOnIt(int depth) throws ChainException {
    var policy = new FinalityPolicy.Confirmations(depth);
    var block = chain.send(payload()).block();

    for (int missing = depth; missing > 0; missing--) {
      assertThat(adapter.reader().finality(block, policy))
          .isEqualTo(new FinalityVerdict.Pending(missing));
      chain.mine(1);
    }

    assertThat(adapter.reader().finality(block, policy)).isInstanceOf(FinalityVerdict.Final.class);
  }

  @Test
  void isFinalAtOnceWhereNoConfirmationIsWanted() throws ChainException {
    var block = chain.send(payload()).block();

    assertThat(adapter.reader().finality(block, new FinalityPolicy.Confirmations(0)))
        .isInstanceOf(FinalityVerdict.Final.class);
  }

  @Test
  void isFinalByTagWhenTheTagHasPassedIt() throws ChainException {
    for (var policy : List.of(new FinalityPolicy.Safe(), new FinalityPolicy.Finalized())) {
      var block = chain.send(payload()).block();
      assertThat(adapter.reader().finality(block, policy))
          .isInstanceOf(FinalityVerdict.Pending.class);
      int mined = 0;
      while (adapter.reader().finality(block, policy) instanceof FinalityVerdict.Pending) {
        assertThat(mined++).as("blocks until final").isLessThan(200);
        chain.mine(1);
      }
      assertThat(adapter.reader().finality(block, policy))
          .isInstanceOf(FinalityVerdict.Final.class);
    }
  }

  @Test
  void isOrphanedWhenAnotherBlockStandsThere() throws ChainException {
    chain.mine(3);
    var block = chain.block(chain.head() - 1);

    chain.reorganise(2);

    for (var policy :
        List.of(
            new FinalityPolicy.Confirmations(0),
            new FinalityPolicy.Safe(),
            new FinalityPolicy.Finalized())) {
      assertThat(adapter.reader().finality(block, policy))
          .isInstanceOf(FinalityVerdict.Orphaned.class);
    }
  }

  @Test
  void cannotTellTheFinalityOfABlockAboveTheHead() throws ChainException {
    var ahead = new Checkpoint(chain.head() + 5, chain.block(chain.head()).hash());

    assertThat(adapter.reader().finality(ahead, new FinalityPolicy.Confirmations(1)))
        .isInstanceOf(FinalityVerdict.Unknown.class);
  }

  // -------------------------------------------------------------- delivery

  @Test
  void preparesWithoutSending() throws ChainException {
    var message = incoming();

    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));
    chain.mine(1);

    assertThat(adapter.writer().inclusion(transaction)).isEqualTo(new Inclusion.Pending());
    assertThat(adapter.reader().delivered(message)).isInstanceOf(Verdict.No.class);
  }

  @Test
  void deliversWhatItPreparedAndReportsIt() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    var message = incoming();

    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    chain.mine(1);

    var included = included(transaction);
    assertThat(included.succeeded()).isTrue();
    assertThat(included.gasUsed()).isPositive();
    assertThat(included.feePaid()).isPositive();
    assertThat(included.block()).isEqualTo(chain.block(included.block().height()));
    assertThat(adapter.reader().delivered(message)).isEqualTo(new Verdict.Yes());
    assertThat(scanToHead(cursor, ALL).received)
        .containsExactly(
            new Receipt(
                MessageFormat.id(message),
                new Receipt.Outcome.Delivered(),
                included.block(),
                transaction.hash()));
  }

  @Test
  void takesTheSameBytesAgain() throws ChainException {
    var message = incoming();
    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    assertThat(adapter.writer().inclusion(transaction)).isEqualTo(new Inclusion.Pending());
    chain.mine(1);
    assertThat(included(transaction).succeeded()).isTrue();
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
  }

  @Test
  void takesAPreparedTransactionAfterARestart() throws ChainException {
    var message = incoming();
    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));

    try (var restarted = chain.open()) {
      assertThat(restarted.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
      chain.mine(1);
      assertThat(restarted.writer().inclusion(transaction)).isInstanceOf(Inclusion.Included.class);
    }
  }

  @Test
  void givesEachPreparedTransactionAPlaceOfItsOwn() throws ChainException {
    var first = incoming();
    var second = incoming();
    var a = ready(adapter.writer().prepare(List.of(first), attest(first)));
    var b = ready(adapter.writer().prepare(List.of(second), attest(second)));

    assertThat(b.hash()).isNotEqualTo(a.hash());
    assertThat(adapter.writer().submit(a)).isEqualTo(new Submission.Accepted());
    assertThat(adapter.writer().submit(b)).isEqualTo(new Submission.Accepted());
    chain.mine(1);
    assertThat(included(a).succeeded()).isTrue();
    assertThat(included(b).succeeded()).isTrue();
  }

  @Test
  void saysWhenSomebodyHasDeliveredBefore() throws ChainException {
    var message = incoming();
    assertDelivers(message);

    assertThat(adapter.writer().prepare(List.of(message), attest(message)))
        .isEqualTo(new Preparation.AlreadyDelivered());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void deliversASingleMessageOfABatch(int index) throws ChainException {
    var messages = List.of(incoming(), incoming(), incoming(), incoming(), incoming());
    var attestation = attest(messages);

    var transaction = ready(adapter.writer().prepare(List.of(messages.get(index)), attestation));
    adapter.writer().submit(transaction);
    chain.mine(1);

    assertThat(included(transaction).succeeded()).isTrue();
    for (int i = 0; i < messages.size(); i++) {
      assertThat(adapter.reader().delivered(messages.get(i)))
          .isInstanceOf(i == index ? Verdict.Yes.class : Verdict.No.class);
    }
  }

  @Test
  void deliversAWholeBatchFromSeveralGateways() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    var messages =
        List.of(incoming(1), incoming(1), incoming(2), incoming(1), incoming(2), incoming(2));

    var transaction = ready(adapter.writer().prepare(messages, attest(messages)));
    adapter.writer().submit(transaction);
    chain.mine(1);

    assertThat(included(transaction).succeeded()).isTrue();
    assertThat(scanToHead(cursor, ALL).received)
        .extracting(Receipt::id)
        .containsExactlyElementsOf(messages.stream().map(MessageFormat::id).toList());
  }

  @Test
  void deliversTheRestOfABatchOnce() throws ChainException {
    var messages = List.of(incoming(), incoming(), incoming());
    assertDelivers(messages.get(1));
    var cursor = adapter.reader().start(chain.head() + 1);

    var transaction = ready(adapter.writer().prepare(messages, attest(messages)));
    adapter.writer().submit(transaction);
    chain.mine(1);

    assertThat(included(transaction).succeeded()).isTrue();
    assertThat(scanToHead(cursor, ALL).received)
        .extracting(Receipt::id)
        .containsExactly(MessageFormat.id(messages.get(0)), MessageFormat.id(messages.get(2)));
    assertThat(adapter.writer().prepare(messages, attest(messages)))
        .isEqualTo(new Preparation.AlreadyDelivered());
  }

  @Test
  void reportsARecipientThatRefusesASingleMessage() throws ChainException {
    var message = incoming(payload(), chain.refusing());

    var preparation = adapter.writer().prepare(List.of(message), attest(message));

    assertThat(preparation).isInstanceOf(Preparation.Reverts.class);
    assertThat(((Preparation.Reverts) preparation).reason()).isNotBlank();
  }

  @Test
  void isolatesARecipientThatRefusesInABatch() throws ChainException {
    var cursor = adapter.reader().start(chain.head() + 1);
    var refused = incoming(payload(), chain.refusing());
    var messages = List.of(incoming(), refused, incoming());

    var transaction = ready(adapter.writer().prepare(messages, attest(messages)));
    adapter.writer().submit(transaction);
    chain.mine(1);

    assertThat(included(transaction).succeeded()).isTrue();
    var received = scanToHead(cursor, ALL).received;
    assertThat(received)
        .extracting(Receipt::id)
        .containsExactlyElementsOf(messages.stream().map(MessageFormat::id).toList());
    assertThat(received.get(0).outcome()).isEqualTo(new Receipt.Outcome.Delivered());
    assertThat(received.get(1).outcome()).isInstanceOf(Receipt.Outcome.Failed.class);
    assertThat(((Receipt.Outcome.Failed) received.get(1).outcome()).reason()).isNotBlank();
    assertThat(received.get(2).outcome()).isEqualTo(new Receipt.Outcome.Delivered());
    assertThat(adapter.reader().delivered(refused)).isInstanceOf(Verdict.No.class);
  }

  @Test
  void foreseesThatABadSignatureFails() throws ChainException {
    var message = incoming();
    var good = attest(message);
    var bytes = good.signature().toArray();
    bytes[bytes.length - 1] ^= 1;
    var bad = new Attestation(good.batch(), good.scheme(), Bytes.of(bytes));

    assertThat(adapter.writer().prepare(List.of(message), bad))
        .isInstanceOf(Preparation.AttestationRefused.class);
  }

  @Test
  void refusesMessagesThatTheAttestationDoesNotCover() {
    var covered = List.of(incoming(), incoming(), incoming());
    var attestation = attest(covered);

    assertThatThrownBy(() -> adapter.writer().prepare(List.of(incoming()), attestation))
        .isInstanceOf(ChainException.Permanent.class);
    assertThatThrownBy(() -> adapter.writer().prepare(covered.subList(0, 2), attestation))
        .isInstanceOf(ChainException.Permanent.class);
    assertThatThrownBy(() -> adapter.writer().prepare(covered.reversed(), attestation))
        .isInstanceOf(ChainException.Permanent.class);
  }

  @Test
  void refusesAnAttestationForAnotherGateway() {
    var message = incoming();
    var elsewhere = new Batch(gateway(9), new KeyEpoch(1), List.of(MessageFormat.id(message)));
    var attestation = new Attestation(elsewhere, "secp256k1-evm", attest(message).signature());

    assertThatThrownBy(() -> adapter.writer().prepare(List.of(message), attestation))
        .isInstanceOf(ChainException.Permanent.class);
  }

  @Test
  void saysWhenTheGatewayIsPaused() throws ChainException {
    var message = incoming();
    chain.pauseGateway(true);
    try {
      assertThat(adapter.writer().prepare(List.of(message), attest(message)))
          .isInstanceOf(Preparation.Refused.class);
    } finally {
      chain.pauseGateway(false);
    }
    assertDelivers(message);
  }

  @Test
  void knowsThatAnotherTransactionTookThePlace() throws ChainException {
    var first = incoming();
    var second = incoming();
    var forgotten = ready(adapter.writer().prepare(List.of(first), attest(first)));
    try (var restarted = chain.open()) {
      var taken = ready(restarted.writer().prepare(List.of(second), attest(second)));
      assertThat(taken.nonce()).isEqualTo(forgotten.nonce());
      restarted.writer().submit(taken);
      chain.mine(1);
    }

    assertThat(adapter.writer().inclusion(forgotten)).isInstanceOf(Inclusion.Superseded.class);
    assertThat(adapter.writer().submit(forgotten)).isInstanceOf(Submission.NonceUsed.class);
    assertDelivers(first);
  }

  @Test
  void deliversAgainWhatAForkTookBack() throws ChainException {
    chain.mine(2);
    var cursor = adapter.reader().start(chain.head() + 1);
    var message = incoming();
    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));
    adapter.writer().submit(transaction);
    chain.mine(1);
    var before = included(transaction);
    var seen = scanToHead(cursor, ALL);

    chain.reorganise(1);

    assertThat(adapter.reader().delivered(message)).isInstanceOf(Verdict.No.class);
    assertThat(adapter.writer().inclusion(transaction)).isEqualTo(new Inclusion.Pending());
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    chain.mine(1);
    var after = included(transaction);
    assertThat(after.block()).isNotEqualTo(before.block());
    assertThat(adapter.reader().scan(seen.cursor, ALL)).isInstanceOf(Scan.Reorganised.class);
    assertThat(scanToHead(cursor, ALL).received)
        .extracting(Receipt::block)
        .containsExactly(after.block());
  }

  @Test
  void namesItsWalletOnItsOwnChain() {
    assertThat(adapter.writer().wallet().chain()).isEqualTo(adapter.chain());
    assertThat(adapter.gateway().chain()).isEqualTo(adapter.chain());
    assertThat(adapter.reader()).isSameAs(adapter.reader());
    assertThat(adapter.writer()).isSameAs(adapter.writer());
  }

  // ------------------------------------------------------------- the tools

  private static final class Everything {
    private final List<Observation> sent = new ArrayList<>();
    private final List<Receipt> received = new ArrayList<>();
    private Checkpoint cursor;

    Everything(Checkpoint cursor) {
      this.cursor = cursor;
    }
  }

  private Everything scanToHead(Checkpoint from, int blocksMax) throws ChainException {
    var everything = new Everything(from);
    for (int look = 0; look < ALL; look++) {
      switch (adapter.reader().scan(everything.cursor, blocksMax)) {
        case Scan.Found found -> {
          assertThat(found.next().height())
              .isGreaterThan(everything.cursor.height())
              .isLessThanOrEqualTo(everything.cursor.height() + blocksMax);
          everything.sent.addAll(found.sent());
          everything.received.addAll(found.received());
          everything.cursor = found.next();
        }
        case Scan.Idle idle -> {
          assertThat(idle.head()).isEqualTo(chain.head());
          return everything;
        }
        case Scan.Reorganised fork -> throw new AssertionError("unexpected fork: " + fork);
      }
    }
    throw new AssertionError("no end after %d looks".formatted(ALL));
  }

  private static Scan.Found found(Scan scan) {
    assertThat(scan).isInstanceOf(Scan.Found.class);
    return (Scan.Found) scan;
  }

  private static Transaction ready(Preparation preparation) {
    assertThat(preparation).isInstanceOf(Preparation.Ready.class);
    return ((Preparation.Ready) preparation).transaction();
  }

  private Inclusion.Included included(Transaction transaction) throws ChainException {
    var inclusion = adapter.writer().inclusion(transaction);
    assertThat(inclusion).isInstanceOf(Inclusion.Included.class);
    return (Inclusion.Included) inclusion;
  }

  private void assertDelivers(Message message) throws ChainException {
    var transaction = ready(adapter.writer().prepare(List.of(message), attest(message)));
    assertThat(adapter.writer().submit(transaction)).isEqualTo(new Submission.Accepted());
    chain.mine(1);
    assertThat(included(transaction).succeeded()).isTrue();
    assertThat(adapter.reader().delivered(message)).isEqualTo(new Verdict.Yes());
  }

  private Attestation attest(Message message) {
    return attest(List.of(message));
  }

  private Attestation attest(List<Message> messages) {
    List<MessageId> ids = messages.stream().map(MessageFormat::id).toList();
    return chain.attest(new Batch(adapter.gateway(), new KeyEpoch(1), ids));
  }

  /// A payload that no other message has.
  private Bytes payload() {
    return Bytes.of(ByteBuffer.allocate(8).putInt(0x77686572).putInt(++payloads).array());
  }

  private Message incoming() {
    return incoming(1);
  }

  private Message incoming(int gateway) {
    return incoming(gateway, payload(), chain.accepting());
  }

  private Message incoming(Bytes payload, Address recipient) {
    return incoming(1, payload, recipient);
  }

  private Message incoming(int gateway, Bytes payload, Address recipient) {
    return new Message(
        Slot.ofSequence(gateway(gateway), nextIncoming++),
        Address.eip155(ELSEWHERE, account(77)),
        recipient,
        payload,
        List.of());
  }

  private static Address gateway(int number) {
    return Address.eip155(ELSEWHERE, account(number));
  }

  private static Bytes account(int number) {
    return Bytes.of(ByteBuffer.allocate(20).putInt(16, number).array());
  }
}
