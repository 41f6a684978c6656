// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.math.BigInteger;
import java.net.URI;
import java.util.List;

/// How one EVM chain is reached, and the limits in doing so.
///
/// @param chain an `eip155` chain; endpoints that serve another one are refused
/// @param endpoints 1 to 16 JSON-RPC addresses, `http` or `https`; they may hold secrets and are
///   never shown beyond host and port
/// @param gateway the gateway contract, 20 bytes
/// @param walletKey the key that pays for deliveries
/// @param timeoutMillis for one HTTP exchange, 1 to 600,000
/// @param responseBytesMax the largest answer that is read, 64 KiB to 1 GiB
/// @param batchCallsMax calls in one JSON-RPC batch, 1 to 1,000; 1 for endpoints without batches
/// @param payloadBytesMax the largest message payload that a log may hold, 1 to 16 MiB
/// @param logsMax logs in one look at more than one block, 1 to 100,000; above, fewer blocks are
///   looked at
/// @param forkDepthMax blocks of a fork that can be followed back, 1 to 10,000; also the number of
///   recent headers kept
/// @param maxFeePerGasWei the ceiling for the fee per gas, base fee and tip together, in wei
/// @param gasLimitFactor what the estimated gas is multiplied by, 1 to 10
public record EvmSettings(
    ChainId chain,
    List<URI> endpoints,
    Bytes gateway,
    WalletKey walletKey,
    long timeoutMillis,
    int responseBytesMax,
    int batchCallsMax,
    int payloadBytesMax,
    int logsMax,
    int forkDepthMax,
    BigInteger maxFeePerGasWei,
    double gasLimitFactor) {
  /// Checks every range.
  ///
  /// @throws IllegalArgumentException naming the setting, its value and its range
  public EvmSettings {
    endpoints = List.copyOf(endpoints);
    if (!chain.namespace().equals("eip155")) {
      throw new IllegalArgumentException("chain: expected an eip155 chain, got " + chain);
    }
    range("number of endpoints", endpoints.size(), 1, 16);
    endpoints.forEach(RpcEndpoint::new);
    if (gateway.size() != 20) {
      throw new IllegalArgumentException("gateway: expected 20 bytes, got " + gateway);
    }
    range("timeoutMillis", timeoutMillis, 1, 600_000);
    range("responseBytesMax", responseBytesMax, 64 << 10, 1 << 30);
    range("batchCallsMax", batchCallsMax, 1, 1000);
    range("payloadBytesMax", payloadBytesMax, 1, 16 << 20);
    range("logsMax", logsMax, 1, 100_000);
    range("forkDepthMax", forkDepthMax, 1, 10_000);
    if (maxFeePerGasWei.signum() <= 0) {
      throw new IllegalArgumentException(
          "maxFeePerGasWei: expected more than 0, got " + maxFeePerGasWei);
    }
    if (!(gasLimitFactor >= 1 && gasLimitFactor <= 10)) {
      throw new IllegalArgumentException("gasLimitFactor: expected 1 to 10, got " + gasLimitFactor);
    }
  }

  /// Settings with the usual limits: 10 s, 32 MiB, batches of 100, payloads of 64 KiB, 10,000 logs,
  /// forks of 256 blocks, 500 gwei, a quarter more gas than estimated.
  public static EvmSettings of(
      ChainId chain, List<URI> endpoints, Bytes gateway, WalletKey walletKey) {
    return new EvmSettings(
        chain,
        endpoints,
        gateway,
        walletKey,
        10_000,
        32 << 20,
        100,
        64 << 10,
        10_000,
        256,
        BigInteger.valueOf(500_000_000_000L),
        1.25);
  }

  /// The same with another fee ceiling, in wei per gas.
  public EvmSettings withMaxFeePerGasWei(BigInteger wei) {
    return new EvmSettings(
        chain,
        endpoints,
        gateway,
        walletKey,
        timeoutMillis,
        responseBytesMax,
        batchCallsMax,
        payloadBytesMax,
        logsMax,
        forkDepthMax,
        wei,
        gasLimitFactor);
  }

  /// The same with another bound on the depth of forks, in blocks.
  public EvmSettings withForkDepthMax(int blocks) {
    return new EvmSettings(
        chain,
        endpoints,
        gateway,
        walletKey,
        timeoutMillis,
        responseBytesMax,
        batchCallsMax,
        payloadBytesMax,
        logsMax,
        blocks,
        maxFeePerGasWei,
        gasLimitFactor);
  }

  /// The same with another bound on calls in one batch.
  public EvmSettings withBatchCallsMax(int calls) {
    return new EvmSettings(
        chain,
        endpoints,
        gateway,
        walletKey,
        timeoutMillis,
        responseBytesMax,
        calls,
        payloadBytesMax,
        logsMax,
        forkDepthMax,
        maxFeePerGasWei,
        gasLimitFactor);
  }

  /// The same with other endpoints, or the same ones in another order.
  public EvmSettings withEndpoints(List<URI> others) {
    return new EvmSettings(
        chain,
        others,
        gateway,
        walletKey,
        timeoutMillis,
        responseBytesMax,
        batchCallsMax,
        payloadBytesMax,
        logsMax,
        forkDepthMax,
        maxFeePerGasWei,
        gasLimitFactor);
  }

  /// The same with another time-out for one exchange, in milliseconds.
  public EvmSettings withTimeoutMillis(long millis) {
    return new EvmSettings(
        chain,
        endpoints,
        gateway,
        walletKey,
        millis,
        responseBytesMax,
        batchCallsMax,
        payloadBytesMax,
        logsMax,
        forkDepthMax,
        maxFeePerGasWei,
        gasLimitFactor);
  }

  /// Endpoints by host and port only: what stands behind is often a key.
  @Override
  public String toString() {
    return "EvmSettings[%s at %s, gateway %s, %s]"
        .formatted(
            chain,
            endpoints.stream().map(uri -> new RpcEndpoint(uri).toString()).toList(),
            gateway,
            walletKey);
  }

  private static void range(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: expected %d to %d, got %d".formatted(name, min, max, value));
    }
  }
}
