// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.ChainException;
import io.wherry.chain.ChainWriter;
import io.wherry.chain.NonceSequence;
import io.wherry.format.Keccak;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import java.util.List;

/// Writes to a simulated chain through its endpoint.
final class SimulatedWriter implements ChainWriter {
  private final SimulatedChain chain;
  private final SimulatedEndpoint endpoint;
  private final Address wallet;
  private final NonceSequence nonces = new NonceSequence();

  SimulatedWriter(SimulatedChain chain, SimulatedEndpoint endpoint, Address wallet) {
    this.chain = chain;
    this.endpoint = endpoint;
    this.wallet = wallet;
  }

  @Override
  public Address wallet() {
    return wallet;
  }

  @Override
  public Preparation prepare(List<Message> messages, Attestation attestation)
      throws ChainException {
    check(messages, attestation);
    endpoint.before("prepare");
    if (chain.isPaused()) {
      return new Preparation.Refused(Preparation.Cause.PAUSED, "gateway is paused");
    }
    if (!chain.accepts(attestation)) {
      return new Preparation.AttestationRefused("InvalidAttestation()");
    }
    if (messages.stream().allMatch(message -> chain.isDelivered(message.slot()))) {
      return new Preparation.AlreadyDelivered();
    }
    if (messages.size() == 1 && chain.refuses(messages.getFirst().recipient())) {
      return new Preparation.Reverts("the recipient refused");
    }
    var price = SimulatedChain.fee(new Delivery(wallet, 0, messages, attestation));
    if (chain.balance(wallet).compareTo(price) < 0) {
      return new Preparation.Refused(
          Preparation.Cause.FUNDS,
          "wallet %s holds %s, needs %s".formatted(wallet, chain.balance(wallet), price));
    }
    long nonce = nonces.next(chain.pendingCount(wallet));
    var signed = new Delivery(wallet, nonce, messages, attestation).encode();
    endpoint.after("prepare");
    return new Preparation.Ready(new Transaction(Keccak.hash(signed), signed, nonce));
  }

  @Override
  public Submission submit(Transaction transaction) throws ChainException {
    endpoint.before("submit");
    var submission = take(transaction);
    switch (submission) {
      case Submission.Accepted accepted -> nonces.submitted(transaction.nonce());
      case Submission.NonceUsed used -> {
        // the chain's count tells
      }
      case Submission.Rejected rejected -> nonces.released(transaction.nonce());
    }
    endpoint.after("submit");
    return submission;
  }

  @Override
  public void discard(Transaction transaction) {
    nonces.released(transaction.nonce());
  }

  @Override
  public Inclusion inclusion(Transaction transaction) throws ChainException {
    endpoint.before("inclusion");
    synchronized (chain) {
      var mined = chain.mined(transaction.hash());
      if (mined.isPresent() && mined.get().block().height() <= endpoint.head()) {
        var at = mined.get();
        return new Inclusion.Included(
            endpoint.shown(at.block()), at.succeeded(), at.gasUsed(), at.fee());
      }
      if (mined.isPresent() || chain.minedCount(wallet) <= transaction.nonce()) {
        return new Inclusion.Pending();
      }
      nonces.released(transaction.nonce());
      return new Inclusion.Superseded(
          "nonce %d of %s was used by another transaction".formatted(transaction.nonce(), wallet));
    }
  }

  private Submission take(Transaction transaction) {
    Delivery delivery;
    try {
      delivery = Delivery.decode(transaction.signed());
    } catch (IllegalArgumentException malformed) {
      return new Submission.Rejected("malformed: " + malformed.getMessage());
    }
    var hash = Keccak.hash(transaction.signed());
    synchronized (chain) {
      if (chain.waits(hash) || chain.mined(hash).isPresent()) {
        return new Submission.Accepted();
      }
      if (delivery.nonce() < chain.minedCount(delivery.wallet())) {
        return new Submission.NonceUsed("nonce too low");
      }
      if (chain.waitingAt(delivery.wallet(), delivery.nonce()).isPresent()) {
        return new Submission.Rejected("replacement transaction underpriced");
      }
      chain.enqueue(hash, delivery);
      return new Submission.Accepted();
    }
  }

  private void check(List<Message> messages, Attestation attestation) throws ChainException {
    var batch = attestation.batch();
    if (!batch.destination().equals(chain.gateway())) {
      throw new ChainException.Permanent(
          "expected an attestation for %s, got one for %s"
              .formatted(chain.gateway(), batch.destination()));
    }
    List<MessageId> ids = messages.stream().map(MessageFormat::id).toList();
    if (!ids.equals(batch.messages())
        && !(ids.size() == 1 && batch.messages().contains(ids.getFirst()))) {
      throw new ChainException.Permanent(
          "expected all %d messages of the attested batch in its order or one of them, got %d"
              .formatted(batch.messages().size(), ids.size()));
    }
  }
}
