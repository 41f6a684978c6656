// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainReader;
import io.wherry.chain.ChainWriter;
import io.wherry.model.Address;
import io.wherry.model.ChainId;

/// A simulated chain, seen through an endpoint of its own.
public final class SimulatedAdapter implements ChainAdapter {
  private final SimulatedChain chain;
  private final SimulatedEndpoint endpoint;
  private final SimulatedReader reader;
  private final SimulatedWriter writer;

  SimulatedAdapter(SimulatedChain chain, Address wallet) {
    if (!wallet.chain().equals(chain.id())) {
      throw new IllegalArgumentException(
          "expected a wallet on %s, got %s".formatted(chain.id(), wallet));
    }
    this.chain = chain;
    endpoint = new SimulatedEndpoint(chain);
    reader = new SimulatedReader(chain, endpoint);
    writer = new SimulatedWriter(chain, endpoint, wallet);
  }

  /// What this adapter sees through, to make it lag, lie and fail.
  public SimulatedEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public ChainId chain() {
    return chain.id();
  }

  @Override
  public Address gateway() {
    return chain.gateway();
  }

  @Override
  public ChainReader reader() {
    return reader;
  }

  @Override
  public ChainWriter writer() {
    return writer;
  }

  @Override
  public void close() {}
}
