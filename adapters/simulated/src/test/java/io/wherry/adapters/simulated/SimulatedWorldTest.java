// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Preparation;
import io.wherry.chain.ChainWriter.Transaction;
import io.wherry.chain.FinalityPolicy;
import io.wherry.chain.FinalityVerdict;
import io.wherry.chain.Receipt;
import io.wherry.chain.Scan;
import io.wherry.chain.SingleKeySigner;
import io.wherry.chain.Verdict;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.Message;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the simulation does beyond the suite: time, chance, lies.
final class SimulatedWorldTest implements InstantSource {
  private static final ChainId HERE = ChainId.eip155(1);
  private static final ChainId THERE = ChainId.eip155(2);
  private final SingleKeySigner signer = new SingleKeySigner(3);
  private Instant now = Instant.EPOCH;

  @Override
  public Instant instant() {
    return now;
  }

  private SimulatedChain chain(long seed, ChainId id) {
    return new SimulatedWorld(seed, this)
        .found(id, 1000, (digest, attestation) -> signer.verifies(digest, attestation.signature()));
  }

  private static Address account(ChainId chain, int number) {
    return Address.eip155(chain, Bytes.concat(Bytes.of(new byte[19]), Bytes.of((byte) number)));
  }

  private Observation sent(SimulatedChain chain) {
    chain.send(account(HERE, 1), account(THERE, 2), Bytes.of((byte) 9), List.of());
    chain.mine();
    return chain.sent().getLast();
  }

  private static Message incoming(int sequence) {
    return new Message(
        Slot.ofSequence(account(THERE, 9), sequence),
        account(THERE, 8),
        account(HERE, 7),
        Bytes.EMPTY,
        List.of());
  }

  private static Scan.Found found(SimulatedAdapter adapter) throws ChainException {
    return (Scan.Found) adapter.reader().scan(adapter.reader().start(1), 1000);
  }

  @Test
  void makesTheBlocksThatAreDueByTheClock() {
    var world = new SimulatedWorld(1, this);
    var fast = world.found(HERE, 1000, (digest, attestation) -> true);
    var slow = world.found(THERE, 2500, (digest, attestation) -> true);

    now = now.plusMillis(999);
    world.advance();
    assertThat(fast.head().height()).isZero();
    now = now.plusMillis(4001);
    world.advance();
    world.advance();

    assertThat(fast.head().height()).isEqualTo(5);
    assertThat(slow.head().height()).isEqualTo(2);
    assertThat(world.chains()).containsExactly(fast, slow);
  }

  @Test
  void isTheSameForTheSameSeedAndOtherForAnother() {
    var weather = new Weather(200, 3, 100, 100, 100);
    var heads = new ArrayList<String>();
    for (long seed : new long[] {7, 7, 8}) {
      now = Instant.EPOCH;
      var chain = chain(seed, HERE);
      chain.weather(weather);
      for (int i = 0; i < 50; i++) {
        chain.send(account(HERE, 1), account(THERE, 2), Bytes.EMPTY, List.of());
        now = now.plusMillis(1000);
        chain.advance();
      }
      heads.add(chain.head().hash() + " " + chain.sent().size());
    }

    assertThat(heads.get(0)).isEqualTo(heads.get(1)).isNotEqualTo(heads.get(2));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void deliversEachMessageOnceInAnyWeather(long seed) throws ChainException {
    var chain = chain(seed, HERE);
    chain.weather(new Weather(200, 3, 300, 200, 200));
    var adapter = chain.open(account(HERE, 3));
    var messages = new ArrayList<Message>();
    for (int i = 1; i <= 10; i++) {
      messages.add(incoming(i));
    }
    var open = new HashSet<>(messages);
    for (int round = 0; round < 1000 && !open.isEmpty(); round++) {
      now = now.plusMillis(1000);
      chain.advance();
      for (var message : messages) {
        push(adapter, message);
        try {
          if (adapter.reader().delivered(message) instanceof Verdict.Yes) {
            open.remove(message);
          }
        } catch (ChainException.Transient unknown) {
          // asked again in the next round
        }
      }
    }
    chain.weather(Weather.CALM);

    assertThat(open).isEmpty();
    var ids = chain.received().stream().map(Receipt::id).toList();
    assertThat(ids).doesNotHaveDuplicates();
  }

  /// One careless attempt: prepares anew each time.
  private void push(SimulatedAdapter adapter, Message message) throws ChainException {
    var batch = new Batch(adapter.gateway(), new KeyEpoch(1), List.of(MessageFormat.id(message)));
    try {
      if (adapter.writer().prepare(List.of(message), signer.attest(batch))
          instanceof Preparation.Ready(Transaction transaction)) {
        adapter.writer().submit(transaction);
      }
    } catch (ChainException.Transient failed) {
      // the endpoint failed by chance: the next round tries again
    }
  }

  @Test
  void hidesAMessageFromOneReaderOnly() throws ChainException {
    var chain = chain(1, HERE);
    var message = sent(chain);
    var liar = chain.open(account(HERE, 3));
    var honest = chain.open(account(HERE, 3));

    liar.endpoint().hide(message.id());

    assertThat(found(liar).sent()).isEmpty();
    assertThat(found(liar).next()).isEqualTo(found(honest).next());
    assertThat(found(honest).sent()).containsExactly(message);
  }

  @Test
  void showsAMessageThatWasNeverSent() throws ChainException {
    var chain = chain(1, HERE);
    var real = sent(chain);
    var forged = new Observation(incoming(5), real.id(), real.block(), real.transaction(), 1);
    var liar = chain.open(account(HERE, 3));

    liar.endpoint().forge(forged);

    assertThat(found(liar).sent()).containsExactly(real, forged);
    assertThat(chain.sent()).containsExactly(real);
  }

  @Test
  void givesBlocksAnotherHashConsistently() throws ChainException {
    var chain = chain(1, HERE);
    var real = sent(chain);
    var liar = chain.open(account(HERE, 3));
    liar.endpoint().wrongHashes(true);

    var seen = found(liar).sent().getFirst();

    assertThat(seen.id()).isEqualTo(real.id());
    assertThat(seen.block().hash()).isNotEqualTo(real.block().hash());
    assertThat(liar.reader().finality(seen.block(), new FinalityPolicy.Confirmations(0)))
        .isInstanceOf(FinalityVerdict.Final.class);
    assertThat(liar.reader().finality(real.block(), new FinalityPolicy.Confirmations(0)))
        .isInstanceOf(FinalityVerdict.Orphaned.class);
  }

  @Test
  void lagsBehindTheHead() throws ChainException {
    var chain = chain(1, HERE);
    var head = chain.mine();
    chain.mine();
    var real = sent(chain);
    var adapter = chain.open(account(HERE, 3));

    adapter.endpoint().lag(2);

    assertThat(found(adapter).next()).isEqualTo(head);
    assertThat(adapter.reader().scan(real.block(), 10)).isEqualTo(new Scan.Idle(1));
    assertThat(adapter.reader().finality(real.block(), new FinalityPolicy.Finalized()))
        .isInstanceOf(FinalityVerdict.Unknown.class);
  }

  @Test
  void failsOnCommand() {
    var chain = chain(1, HERE);
    var adapter = chain.open(account(HERE, 3));
    adapter.endpoint().fail(true);

    assertThatThrownBy(() -> adapter.reader().start(0))
        .isInstanceOf(ChainException.Transient.class);
    assertThatThrownBy(() -> push(adapter.writer())).isInstanceOf(ChainException.Transient.class);
  }

  private void push(io.wherry.chain.ChainWriter writer) throws ChainException {
    var message = incoming(1);
    var batch =
        new Batch(chain(1, HERE).gateway(), new KeyEpoch(1), List.of(MessageFormat.id(message)));
    writer.prepare(List.of(message), signer.attest(batch));
  }

  @Test
  void refusesAWalletThatCannotPay() throws ChainException {
    var chain = chain(1, HERE);
    var adapter = chain.open(account(HERE, 3));
    chain.fund(account(HERE, 3), BigInteger.ONE);
    var message = incoming(1);
    var batch = new Batch(chain.gateway(), new KeyEpoch(1), List.of(MessageFormat.id(message)));

    assertThat(adapter.writer().prepare(List.of(message), signer.attest(batch)))
        .isInstanceOfSatisfying(
            Preparation.Refused.class,
            refused -> assertThat(refused.reason()).contains("holds 1, needs 800000"));
  }

  @Test
  void givesFeesBackWithTheBlocksThatAForkTakes() throws ChainException {
    var chain = chain(1, HERE);
    chain.mine();
    var wallet = account(HERE, 3);
    var adapter = chain.open(wallet);
    chain.fund(wallet, BigInteger.valueOf(1_000_000));
    var message = incoming(1);
    var batch = new Batch(chain.gateway(), new KeyEpoch(1), List.of(MessageFormat.id(message)));
    var ready =
        (Preparation.Ready) adapter.writer().prepare(List.of(message), signer.attest(batch));
    adapter.writer().submit(ready.transaction());
    chain.mine();
    assertThat(chain.balance(wallet)).isEqualTo(200_000);

    chain.reorganise(1, true);

    assertThat(chain.balance(wallet)).isEqualTo(1_000_000);
    assertThat(adapter.writer().inclusion(ready.transaction())).isEqualTo(new Inclusion.Pending());
    chain.mine();
    assertThat(adapter.writer().inclusion(ready.transaction()))
        .isInstanceOf(Inclusion.Included.class);
    assertThat(chain.balance(wallet)).isEqualTo(200_000);
  }
}
