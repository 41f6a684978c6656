// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import java.math.BigInteger;

/// Puts contracts on a chain, for operators who set up a bridge, for the demo and for tests.
public final class ContractDeployer {
  private final EvmAccount account;

  /// @param account pays, and waits for each deployment
  public ContractDeployer(EvmAccount account) {
    this.account = account;
  }

  /// Deploys `artifact` with these constructor arguments (see [ContractArtifact#deployment]) and
  /// answers its 20 bytes. A repeat deploys another one.
  ///
  /// @throws ChainException as [EvmAccount#execute] does
  public Bytes deploy(ContractArtifact artifact, Object... arguments) throws ChainException {
    return account.create(artifact.deployment(arguments));
  }

  /// Deploys a gateway.
  ///
  /// @param owner may unpause and name the guardian, 20 bytes
  /// @param guardian may pause, 20 bytes
  /// @param groupKey the committee's key: the x coordinate of a point with an even y
  /// @throws ChainException as [EvmAccount#execute] does
  public Bytes deployGateway(Bytes owner, Bytes guardian, BigInteger groupKey)
      throws ChainException {
    return deploy(ContractArtifact.named("Gateway"), owner, guardian, groupKey);
  }

  /// Deploys the example recipient that keeps the last message of `gateway`.
  ///
  /// @throws ChainException as [EvmAccount#execute] does
  public Bytes deployMessageBoard(Bytes gateway) throws ChainException {
    return deploy(ContractArtifact.named("MessageBoard"), gateway);
  }
}
