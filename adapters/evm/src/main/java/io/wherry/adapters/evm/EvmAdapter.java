// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.vertx.core.Vertx;
import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.ChainWriter;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/// A gateway on an EVM chain. All calls block, on virtual or worker threads only.
public final class EvmAdapter implements ChainAdapter {
  private final ChainId chain;
  private final Address gateway;
  private final Rpc rpc;
  private final EvmReader reader;
  private final EvmWriter writer;
  private final Wallet wallet;

  private EvmAdapter(EvmSettings settings, Rpc rpc) {
    this.rpc = rpc;
    chain = settings.chain();
    gateway = Address.eip155(chain, settings.gateway());
    reader = new EvmReader(rpc, gateway, settings);
    writer = new EvmWriter(rpc, gateway, settings);
    wallet = new Wallet(rpc, chain, settings.walletKey());
  }

  /// Connects to the first endpoint that answers, and checks that it serves the configured chain
  /// and that a gateway is there.
  ///
  /// @throws ChainException.Transient where no endpoint answers: try again
  /// @throws ChainException.Permanent where one serves another chain, or has no gateway at the
  ///   address
  public static EvmAdapter open(EvmSettings settings, Vertx vertx) throws ChainException {
    ChainException.Transient unreachable = null;
    for (var endpoint : settings.endpoints()) {
      var service =
          VertxWeb3jService.open(
              vertx, endpoint, settings.timeoutMillis(), settings.responseBytesMax());
      var rpc = new Rpc(service, settings.batchCallsMax());
      boolean good = false;
      try {
        check(rpc, settings);
        good = true;
        return new EvmAdapter(settings, rpc);
      } catch (ChainException.Transient failed) {
        unreachable = failed;
      } finally {
        if (!good) {
          rpc.close();
        }
      }
    }
    throw unreachable == null
        ? new ChainException.Permanent("expected at least one endpoint")
        : unreachable;
  }

  @Override
  public ChainId chain() {
    return chain;
  }

  @Override
  public Address gateway() {
    return gateway;
  }

  @Override
  public ChainReader reader() {
    return reader;
  }

  @Override
  public ChainWriter writer() {
    return writer;
  }

  /// What the gateway says of itself at the newest block.
  ///
  /// @param sequence messages sent so far
  /// @param keyEpoch the current key's epoch, from 1
  /// @param groupKey the current key's x coordinate
  /// @param paused whether it neither sends nor delivers
  public record GatewayState(long sequence, long keyEpoch, BigInteger groupKey, boolean paused) {}

  /// Asks the gateway for its state, for checks at start and for health.
  ///
  /// @throws ChainException.Transient where the endpoint failed
  public GatewayState gatewayState() throws ChainException {
    var views =
        rpc.results(
            List.of(
                view(gateway.account(), GatewayAbi.SEQUENCE),
                view(gateway.account(), GatewayAbi.KEY_EPOCH),
                view(gateway.account(), GatewayAbi.PAUSED)));
    long keyEpoch = GatewayAbi.word(views.get(1), 0).longValueExact();
    var key = rpc.results(List.of(view(gateway.account(), GatewayAbi.groupKey(keyEpoch))));
    return new GatewayState(
        GatewayAbi.word(views.get(0), 0).longValueExact(),
        keyEpoch,
        GatewayAbi.word(key.getFirst(), 0),
        GatewayAbi.flag(views.get(2)));
  }

  /// What the wallet holds, in wei.
  ///
  /// @throws ChainException.Transient where the endpoint failed
  public BigInteger walletBalanceWei() throws ChainException {
    return rpc.call("eth_getBalance", wallet.address().toHex(), "latest").bigQuantity();
  }

  @Override
  public void close() {
    rpc.close();
  }

  private static void check(Rpc rpc, EvmSettings settings) throws ChainException {
    checkChain(rpc, settings.chain());
    var gateway = settings.gateway();
    var code = rpc.call("eth_getCode", gateway.toHex(), "latest").data();
    var sequence = view(gateway, GatewayAbi.SEQUENCE);
    var answer = rpc.ask(sequence.method(), sequence.params().toArray());
    boolean answers =
        switch (answer) {
          case Rpc.Answer.Result(var json) -> json.data().size() == 32;
          case Rpc.Answer.Refused refused -> {
            if (refused.data().isEmpty()
                && !refused.message().toLowerCase(java.util.Locale.ROOT).contains("revert")) {
              throw rpc.refusal(refused);
            }
            yield false;
          }
        };
    if (code.size() == 0 || !answers) {
      throw new ChainException.Permanent(
          "no gateway contract at %s on %s (%s); check the address, or deploy one there"
              .formatted(
                  gateway,
                  settings.chain(),
                  code.size() == 0 ? "there is no code" : "sequence() is not answered"));
    }
  }

  static void checkChain(Rpc rpc, ChainId expected) throws ChainException {
    var number = rpc.call("eth_chainId").quantity();
    if (!expected.reference().equals(Long.toString(number))) {
      throw new ChainException.Permanent(
          "%s serves eip155:%d, but %s is configured".formatted(rpc.endpoint(), number, expected));
    }
  }

  private static Rpc.Call view(Bytes contract, Bytes data) {
    return Rpc.Call.of("eth_call", Map.of("to", contract.toHex(), "data", data.toHex()), "latest");
  }
}
