// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainWriter;
import io.wherry.chain.NonceSequence;
import io.wherry.format.BatchFormat;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Delivers to a gateway with one wallet.
final class EvmWriter implements ChainWriter {
  private static final List<String> KNOWN =
      List.of("already known", "already imported", "known transaction", "already_exists");
  private static final List<String> NONCE_USED =
      List.of("nonce too low", "nonce is too low", "oldnonce", "invalid nonce");
  private static final List<String> REPLACED = List.of("underpriced");
  private static final List<String> NEVER =
      List.of(
          "oversized",
          "exceeds block gas limit",
          "gas limit too high",
          "intrinsic gas too low",
          "invalid sender",
          "invalid signature",
          "invalid chain id",
          "not supported",
          "exceeds the configured cap",
          "rlp");

  /// The call wants more gas than a transaction may have: for a batch, fewer messages.
  private static final List<String> TOO_MUCH_GAS = List.of("exceeds allowance", "out of gas");

  /// What EIP-7825 leaves to one transaction: 2^24.
  private static final BigInteger TRANSACTION_GAS_MAX = BigInteger.ONE.shiftLeft(24);

  private final Rpc rpc;
  private final Address gateway;
  private final EvmSettings settings;
  private final Wallet wallet;
  private final NonceSequence nonces = new NonceSequence();

  EvmWriter(Rpc rpc, Address gateway, EvmSettings settings) {
    this.rpc = rpc;
    this.gateway = gateway;
    this.settings = settings;
    wallet = new Wallet(rpc, settings.chain(), settings.walletKey());
  }

  @Override
  public Address wallet() {
    return Address.eip155(settings.chain(), wallet.address());
  }

  @Override
  public Preparation prepare(List<Message> messages, Attestation attestation)
      throws ChainException {
    var data = callFor(messages, attestation);
    if (messages.size() > 1 && allDelivered(messages)) {
      return new Preparation.AlreadyDelivered();
    }
    return switch (wallet.estimate(Optional.of(gateway.account()), data)) {
      case Rpc.Answer.Refused refused -> refused(refused, messages);
      case Rpc.Answer.Result(var gas) -> sign(data, gas.bigQuantity());
    };
  }

  @Override
  public Submission submit(Transaction transaction) throws ChainException {
    var answer = rpc.ask("eth_sendRawTransaction", transaction.signed().toHex());
    var submission =
        switch (answer) {
          case Rpc.Answer.Result(var hash) -> {
            if (!hash.hash().equals(transaction.hash())) {
              throw hash.unexpected("the transaction's hash " + transaction.hash());
            }
            yield new Submission.Accepted();
          }
          case Rpc.Answer.Refused refused -> submissionOf(refused, transaction);
        };
    switch (submission) {
      case Submission.Accepted accepted -> nonces.submitted(transaction.nonce());
      case Submission.NonceUsed used -> {
        // the chain's count tells
      }
      case Submission.Rejected rejected -> nonces.released(transaction.nonce());
    }
    return submission;
  }

  @Override
  public void discard(Transaction transaction) {
    nonces.released(transaction.nonce());
  }

  @Override
  public Inclusion inclusion(Transaction transaction) throws ChainException {
    var included = receipt(transaction);
    if (included.isPresent()) {
      return included.get();
    }
    long count = rpc.call("eth_getTransactionCount", wallet.address().toHex(), "latest").quantity();
    if (count <= transaction.nonce()) {
      return new Inclusion.Pending();
    }
    // it may have been mined between the two questions
    included = receipt(transaction);
    if (included.isPresent()) {
      return included.get();
    }
    nonces.released(transaction.nonce());
    return new Inclusion.Superseded(
        "nonce %d of %s was used by another transaction".formatted(transaction.nonce(), wallet()));
  }

  /// The call that delivers what is asked, checked against what the attestation covers.
  private Bytes callFor(List<Message> messages, Attestation attestation) throws ChainException {
    GatewayAbi.check(attestation);
    var batch = attestation.batch();
    if (!batch.destination().equals(gateway)) {
      throw new ChainException.Permanent(
          "expected an attestation for %s, got one for %s".formatted(gateway, batch.destination()));
    }
    for (var message : messages) {
      if (!message.recipient().chain().equals(gateway.chain())) {
        throw new ChainException.Permanent(
            "expected messages to %s, got one to %s"
                .formatted(gateway.chain(), message.recipient()));
      }
    }
    List<MessageId> ids = messages.stream().map(MessageFormat::id).toList();
    if (ids.size() == 1 && batch.messages().contains(ids.getFirst())) {
      int index = batch.messages().indexOf(ids.getFirst());
      return GatewayAbi.deliver(
          messages.getFirst(), BatchFormat.proof(batch.messages(), index), attestation);
    }
    if (ids.equals(batch.messages())) {
      return GatewayAbi.deliverBatch(messages, attestation);
    }
    throw new ChainException.Permanent(
        "expected all %d messages of the attested batch in its order or one of them, got %d others"
            .formatted(batch.messages().size(), ids.size()));
  }

  private boolean allDelivered(List<Message> messages) throws ChainException {
    var calls = new ArrayList<Rpc.Call>();
    for (var message : messages) {
      calls.add(
          Rpc.Call.of(
              "eth_call",
              Map.of(
                  "to",
                  gateway.account().toHex(),
                  "data",
                  GatewayAbi.delivered(message.slot()).toHex()),
              "latest"));
    }
    for (var answer : rpc.results(calls)) {
      if (!GatewayAbi.flag(answer)) {
        return false;
      }
    }
    return true;
  }

  /// A call that would fail, told apart from an endpoint that did.
  private Preparation refused(Rpc.Answer.Refused refused, List<Message> messages)
      throws ChainException {
    var data = refused.data();
    if (data.isPresent()) {
      return reverts(data.get(), messages);
    }
    var said = refused.message().toLowerCase(Locale.ROOT);
    if (says(said, TOO_MUCH_GAS)) {
      return new Preparation.Reverts(refused.text());
    }
    if (said.contains("revert")) {
      return new Preparation.Reverts(refused.message());
    }
    throw rpc.refusal(refused);
  }

  /// A recipient can revert with the gateway's own errors. So what the gateway says of itself is
  /// believed only where its state agrees.
  private Preparation reverts(Bytes data, List<Message> messages) throws ChainException {
    var reason = GatewayAbi.REASONS.describe(data);
    var name = GatewayAbi.REASONS.name(data).orElse("");
    if (name.equals(RevertReasons.ALREADY_DELIVERED) && allDelivered(messages)) {
      return new Preparation.AlreadyDelivered();
    }
    if (name.equals(RevertReasons.PAUSED) && paused()) {
      return new Preparation.Refused(Preparation.Cause.PAUSED, "gateway is paused");
    }
    if (name.equals(RevertReasons.INVALID_ATTESTATION)
        || name.equals(RevertReasons.KEY_NOT_VALID)) {
      return new Preparation.AttestationRefused(reason);
    }
    return new Preparation.Reverts(reason);
  }

  private boolean paused() throws ChainException {
    return GatewayAbi.flag(
        rpc.call(
            "eth_call",
            Map.of("to", gateway.account().toHex(), "data", GatewayAbi.PAUSED.toHex()),
            "latest"));
  }

  private Preparation sign(Bytes data, BigInteger gasEstimate) throws ChainException {
    var state = wallet.state();
    if (state.baseFeeWei().isEmpty()) {
      return new Preparation.Refused(
          Preparation.Cause.OTHER,
          "%s has no base fee, and other than EIP-1559 transactions are not offered"
              .formatted(settings.chain()));
    }
    var fees = state.fees(settings.maxFeePerGasWei());
    if (fees.isEmpty()) {
      return new Preparation.Refused(
          Preparation.Cause.OTHER,
          "the base fee is %s wei per gas, above the ceiling of %s"
              .formatted(state.baseFeeWei().get(), settings.maxFeePerGasWei()));
    }
    var gasLimit =
        new BigDecimal(gasEstimate)
            .multiply(BigDecimal.valueOf(settings.gasLimitFactor()))
            .setScale(0, RoundingMode.CEILING)
            .toBigInteger()
            .min(TRANSACTION_GAS_MAX.min(state.blockGasLimit()).max(gasEstimate));
    var needed = gasLimit.multiply(fees.get().maxWei());
    if (state.balanceWei().compareTo(needed) < 0) {
      return new Preparation.Refused(
          Preparation.Cause.FUNDS,
          "wallet %s holds %s, needs %s"
              .formatted(wallet.address(), ether(state.balanceWei()), ether(needed)));
    }
    long nonce = nonces.next(state.count());
    var signed = wallet.sign(nonce, Optional.of(gateway.account()), data, gasLimit, fees.get());
    return new Preparation.Ready(new Transaction(Wallet.hash(signed), signed, nonce));
  }

  private Submission submissionOf(Rpc.Answer.Refused refused, Transaction transaction)
      throws ChainException {
    var said = refused.message().toLowerCase(Locale.ROOT);
    if (says(said, KNOWN) || known(transaction)) {
      return new Submission.Accepted();
    }
    if (says(said, NONCE_USED)) {
      return new Submission.NonceUsed(refused.text());
    }
    if (says(said, REPLACED) || says(said, NEVER)) {
      return new Submission.Rejected(refused.text());
    }
    // out of funds, limits, load: the same bytes may be welcome later
    throw rpc.refusal(refused);
  }

  private boolean known(Transaction transaction) throws ChainException {
    return !rpc.call("eth_getTransactionByHash", transaction.hash().toString()).isNull();
  }

  private static boolean says(String message, List<String> phrases) {
    return phrases.stream().anyMatch(message::contains);
  }

  private Optional<Inclusion.Included> receipt(Transaction transaction) throws ChainException {
    var receipt = rpc.call("eth_getTransactionReceipt", transaction.hash().toString());
    if (receipt.isNull() || receipt.field("blockHash").isNull()) {
      return Optional.empty();
    }
    if (!receipt.field("transactionHash").hash().equals(transaction.hash())) {
      throw receipt.field("transactionHash").unexpected(transaction.hash().toString());
    }
    long gasUsed = receipt.field("gasUsed").quantity();
    var price = receipt.field("effectiveGasPrice").bigQuantity();
    var dataFee = receipt.optional("l1Fee");
    return Optional.of(
        new Inclusion.Included(
            new Checkpoint(
                receipt.field("blockNumber").quantity(), receipt.field("blockHash").hash()),
            receipt.field("status").quantity() == 1,
            gasUsed,
            price
                .multiply(BigInteger.valueOf(gasUsed))
                .add(dataFee.isPresent() ? dataFee.get().bigQuantity() : BigInteger.ZERO)));
  }

  private static String ether(BigInteger wei) {
    return new BigDecimal(wei).movePointLeft(18).stripTrailingZeros().toPlainString();
  }
}
