// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.Receipt;
import io.wherry.format.BatchFormat;
import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import io.wherry.model.Observation;
import io.wherry.model.Slot;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// A chain in memory with one gateway. Commands make blocks, forks and trouble; [#open] gives an
/// adapter to it; [#sent] and [#received] tell the truth, whatever endpoints say.
public final class SimulatedChain {
  /// Blocks between the head and the `safe` block.
  public static final int SAFE_DEPTH = 2;

  /// Blocks between the head and the `finalized` block.
  public static final int FINALIZED_DEPTH = 4;

  /// Orphaned blocks that are remembered, so that their branches can be followed.
  public static final int ORPHANS_MAX = 10_000;

  /// Messages and deliveries in one block at most.
  public static final int TRANSACTIONS_PER_BLOCK_MAX = 1000;

  static final long GAS_PER_TRANSACTION = 50_000;
  static final long GAS_PER_MESSAGE = 30_000;
  static final BigInteger GAS_PRICE = BigInteger.valueOf(10);
  private static final BigInteger WEALTH = BigInteger.TEN.pow(18);

  private final ChainId id;
  private final Address gateway;
  private final long blockMillis;
  private final Verifier verifier;
  private final SplittableRandom random;
  private final SplittableRandom mishaps;
  private final InstantSource clock;
  private final List<Block> blocks = new ArrayList<>();
  private final Map<Hash32, Block> orphans = new LinkedHashMap<>();
  private final Map<Hash32, Pending> waiting = new LinkedHashMap<>();
  private final Map<Hash32, Mined> mined = new HashMap<>();
  private final Set<Slot> delivered = new HashSet<>();
  private final Set<MessageId> failed = new HashSet<>();
  private final Set<Address> refusing = new HashSet<>();
  private final Map<Address, Long> nonces = new HashMap<>();
  private final Map<Address, BigInteger> balances = new HashMap<>();
  private Weather weather = Weather.CALM;
  private boolean paused;
  private long sequence;
  private long sends;
  private long nextBlockAtMillis;

  SimulatedChain(
      ChainId id,
      long blockMillis,
      Verifier verifier,
      SplittableRandom random,
      InstantSource clock) {
    if (blockMillis < 1) {
      throw new IllegalArgumentException("expected blockMillis of at least 1, got " + blockMillis);
    }
    this.id = id;
    this.blockMillis = blockMillis;
    this.verifier = verifier;
    this.random = random;
    // apart, so that how often endpoints are asked does not change the blocks
    mishaps = random.split();
    this.clock = clock;
    gateway = Address.eip155(id, Keccak.hash("gateway " + id).bytes().slice(12, 32));
    nextBlockAtMillis = clock.millis() + blockMillis;
    blocks.add(new Block(new Checkpoint(0, Keccak.hash("genesis " + id)), Hash32.ZERO));
  }

  /// A block and how to take it back.
  static final class Block {
    final Checkpoint at;
    final Hash32 parent;
    final List<Observation> sent = new ArrayList<>();
    final List<Receipt> received = new ArrayList<>();
    private final List<Pending> transactions = new ArrayList<>();
    private final ArrayDeque<Runnable> undo = new ArrayDeque<>();
    private int logs;

    Block(Checkpoint at, Hash32 parent) {
      this.at = at;
      this.parent = parent;
    }
  }

  /// A transaction that waits for a block.
  private sealed interface Pending {
    Hash32 hash();

    record Send(
        Hash32 hash, Address sender, Address recipient, Bytes payload, List<Bytes> attributes)
        implements Pending {}

    record Deliver(Hash32 hash, Delivery delivery) implements Pending {}
  }

  /// What became of a delivering transaction.
  record Mined(Checkpoint block, boolean succeeded, long gasUsed, BigInteger fee) {}

  // -------------------------------------------------------------- commands

  /// The chain's name.
  public ChainId id() {
    return id;
  }

  /// Its gateway.
  public Address gateway() {
    return gateway;
  }

  /// A new adapter with an honest endpoint of its own, that pays with `wallet`, an account on this
  /// chain. All wallets are rich at first.
  public SimulatedAdapter open(Address wallet) {
    return new SimulatedAdapter(this, wallet);
  }

  /// Sends a message, which waits for a block; answers the transaction's hash. A repeat sends
  /// another one.
  public synchronized Hash32 send(
      Address sender, Address recipient, Bytes payload, List<Bytes> attributes) {
    var name = "send %s %d".formatted(id, sends++);
    var hash = Keccak.hash(name);
    waiting.put(hash, new Pending.Send(hash, sender, recipient, payload, List.copyOf(attributes)));
    return hash;
  }

  /// Makes a block of what waits.
  public synchronized Checkpoint mine() {
    return mineAt(clock.millis());
  }

  /// Makes every block that is due by the clock, and the forks that chance brings.
  public synchronized void advance() {
    while (nextBlockAtMillis <= clock.millis()) {
      mineAt(nextBlockAtMillis);
      nextBlockAtMillis += blockMillis;
      if (chance(weather.forkPermille()) && blocks.size() > 1) {
        int deepest = Math.min(weather.forkDepthMax(), blocks.size() - 1);
        reorganise(1 + random.nextInt(deepest), true);
      }
    }
  }

  /// Replaces the newest `depth` blocks by as many others.
  ///
  /// @param depth 1 to the height
  /// @param keepTransactions whether theirs wait again, except those that chance loses; else they
  ///   are gone, and deliveries may be submitted again
  public synchronized void reorganise(int depth, boolean keepTransactions) {
    if (depth < 1 || depth >= blocks.size()) {
      throw new IllegalArgumentException(
          "expected a depth of 1 to %d, got %d".formatted(blocks.size() - 1, depth));
    }
    var back = new LinkedHashMap<Hash32, Pending>();
    for (int i = 0; i < depth; i++) {
      var block = blocks.removeLast();
      block.undo.forEach(Runnable::run);
      orphans.put(block.at.hash(), block);
      for (var transaction : block.transactions.reversed()) {
        if (keepTransactions && !chance(weather.lossPermille())) {
          back.putFirst(transaction.hash(), transaction);
        }
      }
    }
    forget();
    var later = new LinkedHashMap<>(waiting);
    waiting.clear();
    for (int i = 0; i < depth; i++) {
      mineAt(clock.millis());
    }
    waiting.putAll(back);
    later.forEach(waiting::putIfAbsent);
  }

  /// Whether the gateway neither sends nor delivers from now on. Not undone by forks.
  public synchronized void pause(boolean paused) {
    this.paused = paused;
  }

  /// Whether `recipient` refuses messages from now on. Not undone by forks.
  public synchronized void refuse(Address recipient, boolean refuses) {
    if (refuses) {
      refusing.add(recipient);
    } else {
      refusing.remove(recipient);
    }
  }

  /// Sets what `wallet` holds, in the chain's smallest unit.
  public synchronized void fund(Address wallet, BigInteger amount) {
    balances.put(wallet, amount);
  }

  /// What goes wrong by chance from now on.
  public synchronized void weather(Weather weather) {
    this.weather = weather;
  }

  // ----------------------------------------------------------------- truth

  /// The newest block.
  public synchronized Checkpoint head() {
    return blocks.getLast().at;
  }

  /// The block that stands at `height`, where there is one.
  public synchronized Optional<Checkpoint> block(long height) {
    return at(height).map(block -> block.at);
  }

  /// All messages that left this chain, as it stands now, in order.
  public synchronized List<Observation> sent() {
    return blocks.stream().flatMap(block -> block.sent.stream()).toList();
  }

  /// All that arrived on this chain, as it stands now, in order.
  public synchronized List<Receipt> received() {
    return blocks.stream().flatMap(block -> block.received.stream()).toList();
  }

  // ----------------------------------------------------- what adapters ask

  synchronized Optional<Block> at(long height) {
    return height < blocks.size() ? Optional.of(blocks.get((int) height)) : Optional.empty();
  }

  synchronized Optional<Block> orphan(Hash32 hash) {
    return Optional.ofNullable(orphans.get(hash));
  }

  synchronized boolean isDelivered(Slot slot) {
    return delivered.contains(slot);
  }

  synchronized boolean isFailed(MessageId message) {
    return failed.contains(message);
  }

  synchronized boolean isPaused() {
    return paused;
  }

  synchronized boolean refuses(Address recipient) {
    return refusing.contains(recipient);
  }

  synchronized BigInteger balance(Address wallet) {
    return balances.getOrDefault(wallet, WEALTH);
  }

  synchronized boolean accepts(Attestation attestation) {
    return attestation.batch().destination().equals(gateway)
        && verifier.accepts(BatchFormat.digest(attestation.batch()), attestation);
  }

  synchronized long minedCount(Address wallet) {
    return nonces.getOrDefault(wallet, 0L);
  }

  /// Those mined, and those that wait without a gap behind them.
  synchronized long pendingCount(Address wallet) {
    long next = minedCount(wallet);
    while (waitingAt(wallet, next).isPresent()) {
      next++;
    }
    return next;
  }

  synchronized Optional<Hash32> waitingAt(Address wallet, long nonce) {
    for (var pending : waiting.values()) {
      if (pending instanceof Pending.Deliver(Hash32 hash, Delivery delivery)
          && delivery.wallet().equals(wallet)
          && delivery.nonce() == nonce) {
        return Optional.of(hash);
      }
    }
    return Optional.empty();
  }

  synchronized boolean waits(Hash32 transaction) {
    return waiting.containsKey(transaction);
  }

  synchronized Optional<Mined> mined(Hash32 transaction) {
    return Optional.ofNullable(mined.get(transaction));
  }

  synchronized void enqueue(Hash32 hash, Delivery delivery) {
    waiting.putIfAbsent(hash, new Pending.Deliver(hash, delivery));
  }

  /// Whether an endpoint shall fail at this call.
  synchronized boolean endpointFails() {
    return weather.failurePermille() > 0 && mishaps.nextInt(1000) < weather.failurePermille();
  }

  synchronized boolean coin() {
    return mishaps.nextBoolean();
  }

  // --------------------------------------------------------------- mining

  private Checkpoint mineAt(long millis) {
    var parent = blocks.getLast().at;
    var entropy = ByteBuffer.allocate(24).putLong(parent.height() + 1).putLong(millis);
    var hash =
        Keccak.hash(
            Bytes.concat(
                parent.hash().bytes(), Bytes.of(entropy.putLong(random.nextLong()).array())));
    var block = new Block(new Checkpoint(parent.height() + 1, hash), parent.hash());
    blocks.add(block);
    boolean progress = true;
    var delayed = new HashSet<Hash32>();
    // again, because a nonce may stand behind the one that it waits for
    while (progress) {
      progress = false;
      for (Iterator<Pending> each = waiting.values().iterator(); each.hasNext(); ) {
        var transaction = each.next();
        if (block.transactions.size() >= TRANSACTIONS_PER_BLOCK_MAX
            || delayed.contains(transaction.hash())) {
          continue;
        }
        if (chance(weather.delayPermille())) {
          delayed.add(transaction.hash());
        } else if (execute(transaction, block)) {
          each.remove();
          block.transactions.add(transaction);
          progress = true;
        }
      }
    }
    waiting.values().removeIf(this::isVoid);
    return block.at;
  }

  /// Answers whether it got into the block.
  private boolean execute(Pending transaction, Block block) {
    return switch (transaction) {
      case Pending.Send send -> {
        execute(send, block);
        yield true;
      }
      case Pending.Deliver(Hash32 hash, Delivery delivery) -> {
        long next = minedCount(delivery.wallet());
        var fee = fee(delivery);
        if (delivery.nonce() != next || balance(delivery.wallet()).compareTo(fee) < 0) {
          yield false;
        }
        var before = balance(delivery.wallet());
        nonces.put(delivery.wallet(), next + 1);
        balances.put(delivery.wallet(), before.subtract(fee));
        block.undo.push(
            () -> {
              nonces.put(delivery.wallet(), next);
              balances.merge(delivery.wallet(), fee, BigInteger::add);
              mined.remove(hash);
            });
        mined.put(hash, new Mined(block.at, execute(hash, delivery, block), gas(delivery), fee));
        yield true;
      }
    };
  }

  private void execute(Pending.Send send, Block block) {
    if (paused) {
      return;
    }
    sequence++;
    block.undo.push(() -> sequence--);
    var message =
        new Message(
            Slot.ofSequence(gateway, sequence),
            send.sender(),
            send.recipient(),
            send.payload(),
            send.attributes());
    block.sent.add(
        new Observation(message, MessageFormat.id(message), block.at, send.hash(), block.logs++));
  }

  private boolean execute(Hash32 transaction, Delivery delivery, Block block) {
    var messages = delivery.messages();
    List<MessageId> ids = messages.stream().map(MessageFormat::id).toList();
    boolean single = messages.size() == 1;
    if (paused
        || !accepts(delivery.attestation())
        || !delivery.attestation().batch().messages().containsAll(ids)
        || single && delivered.contains(messages.getFirst().slot())
        || single && refusing.contains(messages.getFirst().recipient())) {
      return false;
    }
    for (int i = 0; i < ids.size(); i++) {
      var slot = messages.get(i).slot();
      var message = ids.get(i);
      if (delivered.contains(slot)) {
        continue;
      }
      Receipt.Outcome outcome;
      if (refusing.contains(messages.get(i).recipient())) {
        outcome = new Receipt.Outcome.Failed("the recipient refused");
        if (failed.add(message)) {
          block.undo.push(() -> failed.remove(message));
        }
      } else {
        outcome = new Receipt.Outcome.Delivered();
        delivered.add(slot);
        boolean failedBefore = failed.remove(message);
        block.undo.push(
            () -> {
              delivered.remove(slot);
              if (failedBefore) {
                failed.add(message);
              }
            });
      }
      block.received.add(new Receipt(message, outcome, block.at, transaction));
      block.logs++;
    }
    return true;
  }

  private boolean isVoid(Pending transaction) {
    return transaction instanceof Pending.Deliver(Hash32 hash, Delivery delivery)
        && delivery.nonce() < minedCount(delivery.wallet());
  }

  static long gas(Delivery delivery) {
    return GAS_PER_TRANSACTION + GAS_PER_MESSAGE * delivery.messages().size();
  }

  static BigInteger fee(Delivery delivery) {
    return GAS_PRICE.multiply(BigInteger.valueOf(gas(delivery)));
  }

  private boolean chance(int permille) {
    return permille > 0 && random.nextInt(1000) < permille;
  }

  private void forget() {
    var oldest = orphans.values().iterator();
    for (int over = orphans.size() - ORPHANS_MAX; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
  }
}
