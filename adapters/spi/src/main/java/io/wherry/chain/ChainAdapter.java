// SPDX-License-Identifier: Apache-2.0
package io.wherry.chain;

import io.wherry.model.Address;
import io.wherry.model.ChainId;

/// One chain, as the bridge sees it: the port that every family of chains implements. An adapter
/// checks at start that the endpoint serves the chain it is configured for and that the gateway is
/// there, and refuses to start otherwise.
public interface ChainAdapter extends AutoCloseable {
  /// The chain's name.
  ChainId chain();

  /// The chain's gateway.
  Address gateway();

  /// Reads the chain. The same object every time.
  ChainReader reader();

  /// Writes to the chain. The same object every time.
  ChainWriter writer();

  /// Lets go of connections. A second call does nothing.
  @Override
  void close();
}
