// SPDX-License-Identifier: Apache-2.0
package io.wherry.ops.cli.local;

import io.vertx.core.Vertx;
import io.wherry.adapters.evm.ContractArtifact;
import io.wherry.adapters.evm.ContractDeployer;
import io.wherry.adapters.evm.EvmAccount;
import io.wherry.adapters.evm.GatewayClient;
import io.wherry.adapters.evm.WalletKey;
import io.wherry.adapters.evm.anvil.AnvilNode;
import io.wherry.chain.ChainException;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// One chain on this machine, for the demo and for tests: an anvil process, a gateway, a message
/// board, and OpenZeppelin's bridge for a token.
///
/// @param name `A` or `B`
/// @param habit how it mines, in words
/// @param finality the finality section of a node's configuration
/// @param anvil the process
/// @param user the one who deploys and sends
/// @param gateway where messages leave and enter
/// @param board a recipient that keeps the last message
/// @param token an ERC-20
/// @param bridge OpenZeppelin's `BridgeERC20` for that token
public record LocalChain(
    String name,
    String habit,
    String finality,
    AnvilNode anvil,
    EvmAccount user,
    Bytes gateway,
    Bytes board,
    Bytes token,
    Bytes bridge)
    implements AutoCloseable {
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long MINED_MILLIS_MAX = 30_000;
  private static final BigInteger SUPPLY = BigInteger.TEN.pow(24);
  private static final BigInteger IN_BRIDGE = BigInteger.TEN.pow(23);
  private static final BigInteger WALLET_WEI = BigInteger.TEN.pow(20);

  /// Starts the chain and deploys everything on it.
  ///
  /// @param root the project's root, below which anvil is installed
  /// @param vertx carries the calls to the chain
  /// @param name `A` or `B`
  /// @param number the chain's EIP-155 number
  /// @param mining how it makes blocks, once everything is deployed
  /// @param groupKey the committee's key
  /// @throws ChainException where a contract could not be deployed; no process is left then
  /// @throws IllegalStateException where anvil is not installed or does not answer
  public static LocalChain start(
      Path root,
      Vertx vertx,
      String name,
      long number,
      AnvilNode.Mining mining,
      BigInteger groupKey)
      throws ChainException {
    boolean interval = mining instanceof AnvilNode.Mining.EverySeconds;
    // a block for each transaction until everything is deployed, whatever the habit later
    var anvil =
        AnvilNode.start(AnvilNode.binary(root), number, new AnvilNode.Mining.PerTransaction());
    boolean good = false;
    try {
      var user =
          EvmAccount.open(
              vertx,
              anvil.uri(),
              WalletKey.parse(AnvilNode.FIRST_KEY),
              TIMEOUT_MILLIS,
              MINED_MILLIS_MAX);
      var deployer = new ContractDeployer(user);
      var gateway = deployer.deployGateway(user.address(), user.address(), groupKey);
      var board = deployer.deployMessageBoard(gateway);
      var token =
          deployer.deploy(
              ContractArtifact.named("ExampleToken"),
              "Wherry " + name,
              "W" + name,
              user.address(),
              SUPPLY);
      var bridge = deployer.deploy(ContractArtifact.named("ExampleBridge"), token, user.address());
      call(user, token, "ExampleToken", "transfer", bridge, IN_BRIDGE);
      call(user, token, "ExampleToken", "approve", bridge, SUPPLY);
      switch (mining) {
        case AnvilNode.Mining.PerTransaction _ -> {}
        case AnvilNode.Mining.EverySeconds(int seconds) -> anvil.setIntervalMining(seconds);
        case AnvilNode.Mining.OnDemand _ -> anvil.setAutomine(false);
      }
      good = true;
      return new LocalChain(
          name,
          interval ? "a block every second" : "a block for each transaction",
          interval
              ? "{ rule: finalized }"
              // it makes no blocks without transactions, and never forks
              : "{ rule: confirmations, depth: 0 }",
          anvil,
          user,
          gateway,
          board,
          token,
          bridge);
    } finally {
      if (!good) {
        anvil.close();
      }
    }
  }

  /// The chain's name.
  public ChainId id() {
    return user.chain();
  }

  /// Tells this chain's bridge of the other chain's.
  ///
  /// @throws ChainException as [EvmAccount#execute] does
  public void linkTo(LocalChain other) throws ChainException {
    call(user, bridge, "ExampleBridge", "link", gateway, other.at(other.bridge()).encoded());
  }

  /// Sends a text to the other chain's message board.
  ///
  /// @throws ChainException as [GatewayClient#sendMessage] does
  public GatewayClient.Sent sendText(LocalChain to, String text) throws ChainException {
    return new GatewayClient(user, gateway)
        .sendMessage(to.at(to.board()), Bytes.of(text.getBytes(StandardCharsets.UTF_8)), List.of());
  }

  /// Sends `amount` of the token's smallest unit to the same user on the other chain.
  ///
  /// @throws ChainException as [GatewayClient#sendThrough] does
  public GatewayClient.Sent sendToken(LocalChain to, BigInteger amount) throws ChainException {
    return new GatewayClient(user, gateway)
        .sendThrough(
            bridge,
            ContractArtifact.named("ExampleBridge")
                .call("crosschainTransfer", to.at(to.user().address()).encoded(), amount));
  }

  /// Gives a node's wallet what it needs to pay for deliveries.
  ///
  /// @param wallet 20 bytes
  public void fund(Bytes wallet) {
    anvil.rpc("anvil_setBalance", wallet.toHex(), "0x" + WALLET_WEI.toString(16));
  }

  private Address at(Bytes contract) {
    return Address.eip155(id(), contract);
  }

  private static void call(
      EvmAccount user, Bytes contract, String artifact, String function, Object... arguments)
      throws ChainException {
    var _ = user.execute(contract, ContractArtifact.named(artifact).call(function, arguments));
  }

  @Override
  public void close() {
    user.close();
    anvil.close();
  }
}
