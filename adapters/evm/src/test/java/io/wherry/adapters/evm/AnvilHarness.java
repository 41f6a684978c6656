// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainHarness;
import io.wherry.chain.SingleKeySigner;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A gateway on a real anvil.
final class AnvilHarness implements ChainHarness {
  static final ChainId CHAIN = ChainId.eip155(31_337);
  private static final Address THERE =
      Address.eip155(
          ChainId.eip155(10), Bytes.fromHex("0x00000000000000000000000000000000000000aa"));
  private static final int FORK_DEPTH_MAX = 16;
  private static final BigInteger GAS_LIMIT = BigInteger.valueOf(2_000_000);

  final AnvilNode node;
  final Vertx vertx = Vertx.vertx();
  final SingleKeySigner signer = new SingleKeySigner(1);
  final EvmAccount account;
  final Bytes gateway;
  private final Rpc rpc;
  private final Wallet operator;
  private final Address accepting;
  private final Address refusing;

  AnvilHarness() throws ChainException {
    var binary = AnvilNode.binary(Path.of(System.getProperty("wherry.root", ".")));
    node = AnvilNode.start(binary, 31_337, new AnvilNode.Mining.PerTransaction());
    rpc = new Rpc(VertxWeb3jService.open(vertx, node.uri(), 5000, 1 << 20), 20);
    account = EvmAccount.open(vertx, node.uri(), WalletKey.parse(AnvilNode.FIRST_KEY), 5000, 5000);
    var deployer = new ContractDeployer(account);
    gateway = deployer.deployGateway(account.address(), account.address(), signer.publicX());
    accepting =
        Address.eip155(CHAIN, deployer.deploy(ContractArtifact.named("test/TrivialRecipient")));
    refusing =
        Address.eip155(
            CHAIN, deployer.deploy(ContractArtifact.named("test/RevertingRecipient"), 1));
    operator = new Wallet(rpc, CHAIN, WalletKey.parse(AnvilNode.FIRST_KEY));
    node.setAutomine(false);
    node.mine(20);
  }

  EvmSettings settings(URI endpoint) {
    return EvmSettings.of(CHAIN, List.of(endpoint), gateway, WalletKey.parse(AnvilNode.SECOND_KEY))
        .withForkDepthMax(FORK_DEPTH_MAX);
  }

  @Override
  public ChainAdapter open() throws ChainException {
    return EvmAdapter.open(settings(node.uri()), vertx);
  }

  @Override
  public Sent send(Bytes payload) throws ChainException {
    return sendTogether(List.of(payload)).getFirst();
  }

  @Override
  public List<Sent> sendTogether(List<Bytes> payloads) throws ChainException {
    var hashes = new ArrayList<Hash32>();
    for (var payload : payloads) {
      hashes.add(transact(GatewayAbi.sendMessage(THERE, payload, List.of())));
    }
    node.mine(1);
    var here = Address.eip155(CHAIN, gateway);
    var sent = new ArrayList<Sent>();
    for (var hash : hashes) {
      var receipt = rpc.call("eth_getTransactionReceipt", hash.toString());
      var log = LogEntry.parse(receipt.field("logs").items().getFirst());
      sent.add(new Sent(GatewayAbi.sent(log, here, 1 << 20), log.block(), hash));
    }
    return sent;
  }

  private Hash32 transact(Bytes data) throws ChainException {
    var state = operator.state();
    var fees = state.fees(BigInteger.TEN.pow(12)).orElseThrow();
    var signed = operator.sign(state.count(), Optional.of(gateway), data, GAS_LIMIT, fees);
    return rpc.call("eth_sendRawTransaction", signed.toHex()).hash();
  }

  @Override
  public void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      node.mine(1);
    }
  }

  @Override
  public void reorganise(int depth) {
    node.reorg(depth);
  }

  @Override
  public Checkpoint block(long height) throws ChainException {
    var block = rpc.results(List.of(BlockHeader.byNumber(height))).getFirst();
    return BlockHeader.parse(block, height).at();
  }

  @Override
  public long head() throws ChainException {
    return rpc.call("eth_blockNumber").quantity();
  }

  @Override
  public Address accepting() {
    return accepting;
  }

  @Override
  public Address refusing() {
    return refusing;
  }

  @Override
  public Attestation attest(Batch batch) {
    return signer.attest(batch);
  }

  @Override
  public void pauseGateway(boolean paused) throws ChainException {
    transact(ContractArtifact.named("Gateway").call(paused ? "pause" : "unpause"));
    node.mine(1);
  }

  @Override
  public void close() {
    account.close();
    rpc.close();
    node.close();
    vertx.close();
  }
}
