// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.vertx.core.Vertx;
import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An account that an operator or a test acts with: it sends single transactions and waits for
/// each. Not for relaying, which must survive a crash between sending and knowing. One call at a
/// time.
public final class EvmAccount implements AutoCloseable {
  private static final int RESPONSE_BYTES_MAX = 16 << 20;
  private static final int BATCH_CALLS_MAX = 20;
  private static final long POLL_MILLIS = 100;

  private final Rpc rpc;
  private final ChainId chain;
  private final Wallet wallet;
  private final long waitMillisMax;

  private EvmAccount(Rpc rpc, ChainId chain, WalletKey key, long waitMillisMax) {
    this.rpc = rpc;
    this.chain = chain;
    this.waitMillisMax = waitMillisMax;
    wallet = new Wallet(rpc, chain, key);
  }

  /// Connects, and asks the endpoint which chain it serves.
  ///
  /// @param timeoutMillis for one exchange
  /// @param waitMillisMax how long to wait for a transaction to be mined
  /// @throws ChainException.Transient where the endpoint does not answer
  public static EvmAccount open(
      Vertx vertx, URI endpoint, WalletKey key, long timeoutMillis, long waitMillisMax)
      throws ChainException {
    var service = VertxWeb3jService.open(vertx, endpoint, timeoutMillis, RESPONSE_BYTES_MAX);
    var rpc = new Rpc(service, BATCH_CALLS_MAX);
    boolean good = false;
    try {
      var chain = ChainId.eip155(rpc.call("eth_chainId").quantity());
      good = true;
      return new EvmAccount(rpc, chain, key, waitMillisMax);
    } finally {
      if (!good) {
        rpc.close();
      }
    }
  }

  /// What became of a transaction that was mined and did not revert.
  ///
  /// @param transaction its hash
  /// @param block the block that holds it
  /// @param gasUsed what it burnt
  /// @param contract the contract that it created, if it did
  public record Executed(
      Hash32 transaction, Checkpoint block, long gasUsed, Optional<Bytes> contract) {}

  /// The chain that the endpoint serves.
  public ChainId chain() {
    return chain;
  }

  /// The account's 20 bytes.
  public Bytes address() {
    return wallet.address();
  }

  /// What the account holds, in wei.
  ///
  /// @throws ChainException.Transient where the endpoint failed
  public BigInteger balanceWei() throws ChainException {
    return rpc.call("eth_getBalance", address().toHex(), "latest").bigQuantity();
  }

  /// What a view of `contract` answers to `data`.
  ///
  /// @throws ChainException where the endpoint failed or the call reverted
  public Bytes call(Bytes contract, Bytes data) throws ChainException {
    return rpc.call("eth_call", Map.of("to", contract.toHex(), "data", data.toHex()), "latest")
        .data();
  }

  /// Calls `contract` in a transaction and waits until it is mined. A repeat calls again.
  ///
  /// @throws ChainException.Permanent where it would revert or did, with the reason, or the account
  ///   cannot pay
  /// @throws ChainException.Transient where the endpoint failed, or the transaction, which the
  ///   message names, was not mined in time: it may still be
  public Executed execute(Bytes contract, Bytes data) throws ChainException {
    return mined(send(Optional.of(contract), data)).executed();
  }

  /// Creates a contract and waits until it is mined. A repeat creates another one.
  ///
  /// @throws ChainException as [#execute] does
  public Bytes create(Bytes code) throws ChainException {
    return mined(send(Optional.empty(), code))
        .executed()
        .contract()
        .orElseThrow(
            () -> new ChainException.Transient(rpc.endpoint() + " names no created contract"));
  }

  @Override
  public void close() {
    rpc.close();
  }

  /// A mined transaction with its logs.
  record Mined(Executed executed, List<LogEntry> logs) {}

  Mined transact(Bytes contract, Bytes data) throws ChainException {
    return mined(send(Optional.of(contract), data));
  }

  private Hash32 send(Optional<Bytes> to, Bytes data) throws ChainException {
    var gas =
        switch (wallet.estimate(to, data)) {
          case Rpc.Answer.Result(var json) -> json.bigQuantity();
          case Rpc.Answer.Refused refused when refused.data().isPresent() ->
              throw new ChainException.Permanent(
                  "the call would revert: " + GatewayAbi.REASONS.describe(refused.data().get()));
          case Rpc.Answer.Refused refused -> throw rpc.refusal(refused);
        };
    var state = wallet.state();
    var base = state.baseFeeWei().orElse(BigInteger.ZERO);
    var fees = new Wallet.Fees(state.tipWei(), base.shiftLeft(1).add(state.tipWei()));
    var limit = gas.add(gas.shiftRight(2)).min(state.blockGasLimit().max(gas));
    if (state.balanceWei().compareTo(limit.multiply(fees.maxWei())) < 0) {
      throw new ChainException.Permanent(
          "account %s holds %s wei, needs %s"
              .formatted(address(), state.balanceWei(), limit.multiply(fees.maxWei())));
    }
    var signed = wallet.sign(state.count(), to, data, limit, fees);
    return rpc.call("eth_sendRawTransaction", signed.toHex()).hash();
  }

  private Mined mined(Hash32 transaction) throws ChainException {
    for (long waited = 0; waited <= waitMillisMax; waited += POLL_MILLIS) {
      var receipt = rpc.call("eth_getTransactionReceipt", transaction.toString());
      if (!receipt.isNull()) {
        return mined(transaction, receipt);
      }
      rpc.pause(POLL_MILLIS);
    }
    throw new ChainException.Transient(
        "transaction %s was sent, but not mined within %d ms"
            .formatted(transaction, waitMillisMax));
  }

  private Mined mined(Hash32 transaction, Json receipt) throws ChainException {
    if (receipt.field("status").quantity() != 1) {
      throw new ChainException.Permanent("transaction %s reverted".formatted(transaction));
    }
    var contract = receipt.optional("contractAddress");
    var logs = new ArrayList<LogEntry>();
    for (var log : receipt.field("logs").items()) {
      logs.add(LogEntry.parse(log));
    }
    return new Mined(
        new Executed(
            transaction,
            new Checkpoint(
                receipt.field("blockNumber").quantity(), receipt.field("blockHash").hash()),
            receipt.field("gasUsed").quantity(),
            contract.isPresent() ? Optional.of(contract.get().data(20)) : Optional.empty()),
        logs);
  }
}
