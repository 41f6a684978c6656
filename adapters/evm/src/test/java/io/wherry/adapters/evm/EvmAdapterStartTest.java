// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainWriter.Inclusion;
import io.wherry.chain.ChainWriter.Preparation;
import io.wherry.chain.Scan;
import io.wherry.chain.SingleKeySigner;
import io.wherry.model.Address;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Starting against a real anvil, and a message's whole way between two of them.
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EvmAdapterStartTest {
  private AnvilHarness chain;

  @BeforeAll
  void start() throws ChainException {
    chain = new AnvilHarness();
  }

  @AfterAll
  void stop() {
    if (chain != null) {
      chain.close();
    }
  }

  private EvmSettings settings(ChainId id, Bytes gateway, URI... endpoints) {
    return EvmSettings.of(id, List.of(endpoints), gateway, WalletKey.parse(AnvilNode.SECOND_KEY))
        .withTimeoutMillis(2000);
  }

  @Test
  void refusesAnEndpointOfAnotherChain() {
    var settings = settings(ChainId.eip155(1), chain.gateway, chain.node.uri());

    assertThatThrownBy(() -> EvmAdapter.open(settings, chain.vertx))
        .isInstanceOf(ChainException.Permanent.class)
        .hasMessageContaining("eip155:31337")
        .hasMessageContaining("eip155:1 ");
  }

  @Test
  void refusesAnAddressWithoutCode() {
    var nobody = Bytes.fromHex("0x00000000000000000000000000000000000000ee");
    var settings = settings(AnvilHarness.CHAIN, nobody, chain.node.uri());

    assertThatThrownBy(() -> EvmAdapter.open(settings, chain.vertx))
        .isInstanceOf(ChainException.Permanent.class)
        .hasMessageContaining("no gateway contract at " + nobody);
  }

  @Test
  void refusesAContractThatIsNoGateway() {
    var other = chain.accepting().account();
    var settings = settings(AnvilHarness.CHAIN, other, chain.node.uri());

    assertThatThrownBy(() -> EvmAdapter.open(settings, chain.vertx))
        .isInstanceOf(ChainException.Permanent.class)
        .hasMessageContaining("no gateway contract at " + other);
  }

  @Test
  void triesLaterWhereNothingListens() throws IOException {
    var settings = settings(AnvilHarness.CHAIN, chain.gateway, nothing());

    assertThatThrownBy(() -> EvmAdapter.open(settings, chain.vertx))
        .isInstanceOf(ChainException.Transient.class);
  }

  @Test
  void takesTheFirstEndpointThatAnswers() throws IOException, ChainException {
    var settings = settings(AnvilHarness.CHAIN, chain.gateway, nothing(), chain.node.uri());

    try (var adapter = EvmAdapter.open(settings, chain.vertx)) {
      var state = adapter.gatewayState();
      assertThat(state.keyEpoch()).isEqualTo(1);
      assertThat(state.groupKey()).isEqualTo(chain.signer.publicX());
      assertThat(state.paused()).isFalse();
      assertThat(adapter.walletBalanceWei()).isGreaterThan(BigInteger.TEN.pow(20));
    }
  }

  @Test
  void refusesToBlockAnEventLoop() throws Exception {
    try (var adapter = chain.open()) {
      var thrown = new CompletableFuture<Throwable>();
      chain.vertx.runOnContext(
          loop -> {
            try {
              thrown.complete(new AssertionError(adapter.reader().start(1).toString()));
            } catch (ChainException | RuntimeException refused) {
              thrown.complete(refused);
            }
          });
      assertThat(thrown.get(5, TimeUnit.SECONDS))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("event loop");
    }
  }

  @Test
  void servesAVerticleOnVirtualThreads() throws Exception {
    var scanned = new CompletableFuture<Scan>();
    var verticle =
        new AbstractVerticle() {
          @Override
          public void start() throws Exception {
            try (var adapter = chain.open()) {
              scanned.complete(adapter.reader().scan(adapter.reader().start(1), 5));
            }
          }
        };
    var _ =
        chain
            .vertx
            .deployVerticle(
                verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
            .onFailure(scanned::completeExceptionally);

    assertThat(scanned.get(10, TimeUnit.SECONDS)).isInstanceOf(Scan.Found.class);
  }

  @Test
  void carriesAMessageFromOneChainToAnother() throws ChainException {
    var binary = AnvilNode.binary(Path.of(System.getProperty("wherry.root", ".")));
    var signer = new SingleKeySigner(5);
    var there = ChainId.eip155(31_338);
    try (var node = AnvilNode.start(binary, 31_338, new AnvilNode.Mining.PerTransaction());
        var operator =
            EvmAccount.open(
                chain.vertx, node.uri(), WalletKey.parse(AnvilNode.FIRST_KEY), 5000, 5000)) {
      var deployer = new ContractDeployer(operator);
      var gateway =
          deployer.deployGateway(operator.address(), operator.address(), signer.publicX());
      var board = deployer.deployMessageBoard(gateway);
      var payload = Bytes.fromHex("0x68656c6c6f");

      // the source mines at intervals here, as real chains do
      chain.node.setIntervalMining(1);
      var sent =
          new GatewayClient(chain.account, chain.gateway)
              .sendMessage(Address.eip155(there, board), payload, List.of());
      chain.node.setIntervalMining(0);
      assertThat(sent.sequence()).isPositive();

      try (var adapter = EvmAdapter.open(settings(there, gateway, node.uri()), chain.vertx)) {
        var batch = new Batch(adapter.gateway(), new KeyEpoch(1), List.of(sent.id()));
        var ready =
            (Preparation.Ready)
                adapter.writer().prepare(List.of(sent.message()), signer.attest(batch));
        adapter.writer().submit(ready.transaction());
        node.mine(1);
        assertThat(adapter.writer().inclusion(ready.transaction()))
            .isInstanceOfSatisfying(
                Inclusion.Included.class, included -> assertThat(included.succeeded()).isTrue());
      }
      var answer = operator.call(board, ContractArtifact.named("MessageBoard").call("lastPayload"));
      assertThat(answer.slice(64, 64 + payload.size())).isEqualTo(payload);
    }
  }

  private static URI nothing() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + probe.getLocalPort());
    }
  }
}
