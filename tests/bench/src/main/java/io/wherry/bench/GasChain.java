// SPDX-License-Identifier: Apache-2.0
package io.wherry.bench;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.ContractArtifact;
import io.wherry.adapters.evm.ContractDeployer;
import io.wherry.adapters.evm.EvmAccount;
import io.wherry.adapters.evm.EvmAdapter;
import io.wherry.adapters.evm.EvmSettings;
import io.wherry.adapters.evm.GatewayClient;
import io.wherry.adapters.evm.WalletKey;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
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
import io.wherry.model.Message;
import io.wherry.model.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One anvil with a gateway and recipients that only answer, and messages of a made-up source
/// gateway, in consecutive slots, to deliver to them. Deliveries go through the shipped adapter, as
/// a node's do. Everything that chance decides follows from a seed.
final class GasChain implements AutoCloseable {
  /// The chain's EIP-155 number.
  static final long NUMBER = 31_337;

  private static final ChainId ELSEWHERE = ChainId.eip155(1);
  private static final int PAYLOAD_BYTES = 32;
  private static final int RECIPIENTS = 50;
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long MINED_MILLIS_MAX = 30_000;

  private final AnvilNode anvil;
  private final Vertx vertx = Vertx.vertx();
  private final Random random;
  private final FrostCommittee committee;
  private final Address source;
  private final Address sender;
  private final EvmAccount user;
  private final Bytes gateway;
  private final EvmAdapter adapter;
  private final List<Address> recipients = new ArrayList<>();
  private long sequence;

  private GasChain(AnvilNode anvil, long seed) throws ChainException {
    this.anvil = anvil;
    random = new Random(seed);
    committee = new FrostCommittee(random);
    source = Address.eip155(ELSEWHERE, bytes(20));
    sender = Address.eip155(ELSEWHERE, bytes(20));
    user =
        EvmAccount.open(
            vertx,
            anvil.uri(),
            WalletKey.parse(AnvilNode.FIRST_KEY),
            TIMEOUT_MILLIS,
            MINED_MILLIS_MAX);
    var deployer = new ContractDeployer(user);
    gateway = deployer.deployGateway(user.address(), user.address(), committee.groupKey());
    for (int i = 0; i < RECIPIENTS; i++) {
      recipients.add(
          Address.eip155(
              user.chain(), deployer.deploy(ContractArtifact.named("test/TrivialRecipient"))));
    }
    var wallet = WalletKey.parse(AnvilNode.SECOND_KEY);
    adapter =
        EvmAdapter.open(EvmSettings.of(user.chain(), List.of(anvil.uri()), gateway, wallet), vertx);
  }

  /// Deploys everything on `anvil`, which makes a block for each transaction, and takes it over.
  ///
  /// @throws ChainException where it does not answer
  static GasChain start(AnvilNode anvil, long seed) throws ChainException {
    boolean good = false;
    try {
      var chain = new GasChain(anvil, seed);
      good = true;
      return chain;
    } finally {
      if (!good) {
        anvil.close();
      }
    }
  }

  /// Blocks are made by [#deliver] from now on, so that it need not wait for them.
  void mineOnDemand() {
    anvil.setAutomine(false);
  }

  /// Sends a message to another chain.
  ///
  /// @return gas of the transaction
  long send() throws ChainException {
    return new GatewayClient(user, gateway)
        .sendMessage(Address.eip155(ELSEWHERE, bytes(20)), bytes(PAYLOAD_BYTES), List.of())
        .gasUsed();
  }

  /// Delivers the next `size` messages in one transaction, each to a recipient of its own.
  ///
  /// @return gas of the transaction
  /// @throws ChainException also where not every message was delivered
  long deliver(int size) throws ChainException {
    var messages = new ArrayList<Message>();
    for (int i = 0; i < size; i++) {
      var slot = Slot.ofSequence(source, ++sequence);
      messages.add(new Message(slot, sender, recipients.get(i), bytes(PAYLOAD_BYTES), List.of()));
    }
    var ids = messages.stream().map(MessageFormat::id).toList();
    var attestation = committee.attest(new Batch(adapter.gateway(), FrostCommittee.EPOCH, ids));
    long gas = mined(prepared(messages, attestation));
    var again = adapter.writer().prepare(messages, attestation);
    if (!(again instanceof Preparation.AlreadyDelivered)) {
      throw unexpected("every message of the batch delivered", again);
    }
    return gas;
  }

  private Transaction prepared(List<Message> messages, Attestation attestation)
      throws ChainException {
    var preparation = adapter.writer().prepare(messages, attestation);
    if (preparation instanceof Preparation.Ready(var transaction)) {
      return transaction;
    }
    throw unexpected("a delivery that passes", preparation);
  }

  private long mined(Transaction transaction) throws ChainException {
    var submission = adapter.writer().submit(transaction);
    if (!(submission instanceof Submission.Accepted)) {
      throw unexpected("the transaction accepted", submission);
    }
    anvil.mine(1);
    var inclusion = adapter.writer().inclusion(transaction);
    if (inclusion instanceof Inclusion.Included included && included.succeeded()) {
      return included.gasUsed();
    }
    throw unexpected("a block with the transaction", inclusion);
  }

  private static ChainException unexpected(String expected, Object got) {
    return new ChainException.Permanent("expected %s, got %s".formatted(expected, got));
  }

  private Bytes bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  @Override
  public void close() {
    committee.close();
    // with it go the connections of adapter and account, which run on it
    var _ = vertx.close();
    anvil.close();
  }
}
