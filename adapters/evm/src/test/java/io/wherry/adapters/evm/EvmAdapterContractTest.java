// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainAdapterContract;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainHarness;
import org.junit.jupiter.api.Tag;

/// The suite against a real anvil.
@Tag("real")
final class EvmAdapterContractTest extends ChainAdapterContract {
  @Override
  protected ChainHarness harness() throws ChainException {
    return new AnvilHarness();
  }
}
