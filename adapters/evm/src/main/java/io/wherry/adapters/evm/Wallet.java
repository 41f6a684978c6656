// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.format.Keccak;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

/// One account at one endpoint: what it can afford, and its signatures.
final class Wallet {
  private static final BigInteger TIP_WITHOUT_ADVICE = BigInteger.valueOf(1_000_000_000L);

  private final Rpc rpc;
  private final long chainNumber;
  private final WalletKey key;

  Wallet(Rpc rpc, ChainId chain, WalletKey key) {
    this.rpc = rpc;
    this.key = key;
    chainNumber = Long.parseLong(chain.reference());
  }

  /// What a transaction may cost now.
  ///
  /// @param tipWei the priority fee per gas
  /// @param maxWei the most that is paid per gas, base fee and tip together
  record Fees(BigInteger tipWei, BigInteger maxWei) {}

  /// What the chain says about the account and its fees.
  ///
  /// @param count transactions of the account, with those that wait
  /// @param balanceWei what it holds
  /// @param baseFeeWei of the newest block, where the chain has one
  /// @param tipWei what the endpoint advises
  /// @param blockGasLimit of the newest block
  record State(
      long count,
      BigInteger balanceWei,
      Optional<BigInteger> baseFeeWei,
      BigInteger tipWei,
      BigInteger blockGasLimit) {
    /// Twice the base fee and the tip, so that six full blocks cannot outbid it (EIP-1559), but no
    /// more than `ceilingWei`; empty where even the next block would cost more.
    Optional<Fees> fees(BigInteger ceilingWei) {
      var base = baseFeeWei.orElse(BigInteger.ZERO);
      if (base.compareTo(ceilingWei) > 0) {
        return Optional.empty();
      }
      var tip = tipWei.min(ceilingWei.subtract(base));
      var max = base.shiftLeft(1).add(tip).min(ceilingWei);
      return Optional.of(new Fees(tip.min(max), max));
    }
  }

  Bytes address() {
    return key.address();
  }

  State state() throws ChainException {
    var address = address().toHex();
    var answers =
        rpc.batch(
            List.of(
                Rpc.Call.of("eth_getTransactionCount", address, "pending"),
                Rpc.Call.of("eth_getBalance", address, "latest"),
                BlockHeader.byTag("latest"),
                Rpc.Call.of("eth_maxPriorityFeePerGas")));
    var head = BlockHeader.parse(rpc.result(answers.get(2)));
    if (head.isEmpty()) {
      throw rpc.result(answers.get(2)).unexpected("the latest block");
    }
    return new State(
        rpc.result(answers.get(0)).quantity(),
        rpc.result(answers.get(1)).bigQuantity(),
        head.get().baseFeePerGas(),
        switch (answers.get(3)) {
          case Rpc.Answer.Result(var json) -> json.bigQuantity();
          case Rpc.Answer.Refused refused -> TIP_WITHOUT_ADVICE;
        },
        head.get().gasLimit());
  }

  /// How much gas a transaction from this wallet would burn, or why it would fail.
  Rpc.Answer estimate(Optional<Bytes> to, Bytes data) throws ChainException {
    var call =
        to.isPresent()
            ? Map.of("from", address().toHex(), "to", to.get().toHex(), "data", data.toHex())
            : Map.of("from", address().toHex(), "data", data.toHex());
    return rpc.ask("eth_estimateGas", call, "latest");
  }

  /// Signs a type 2 transaction (EIP-1559).
  ///
  /// @param to the contract; empty to create one
  Bytes sign(long nonce, Optional<Bytes> to, Bytes data, BigInteger gasLimit, Fees fees) {
    var transaction =
        RawTransaction.createTransaction(
            chainNumber,
            BigInteger.valueOf(nonce),
            gasLimit,
            to.map(Bytes::toHex).orElse(""),
            BigInteger.ZERO,
            data.toHex(),
            fees.tipWei(),
            fees.maxWei());
    return Bytes.of(TransactionEncoder.signMessage(transaction, key.credentials()));
  }

  /// A signed transaction's name.
  static Hash32 hash(Bytes signed) {
    return Keccak.hash(signed);
  }
}
