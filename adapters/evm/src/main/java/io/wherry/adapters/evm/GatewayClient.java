// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.format.MessageFormat;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import io.wherry.model.Message;
import io.wherry.model.MessageId;
import java.util.List;

/// What a user of the bridge does: sends messages through a gateway.
public final class GatewayClient {
  private static final int PAYLOAD_BYTES_MAX = 16 << 20;

  private final EvmAccount account;
  private final Address gateway;

  /// @param account sends and pays
  /// @param gateway the contract on the account's chain, 20 bytes
  public GatewayClient(EvmAccount account, Bytes gateway) {
    this.account = account;
    this.gateway = Address.eip155(account.chain(), gateway);
  }

  /// A message that stands in a block, and can still be orphaned.
  ///
  /// @param transaction the transaction that sent it
  /// @param gasUsed what that transaction burnt
  /// @param sequence its number in the gateway's outbox, from 1
  /// @param id its name everywhere
  /// @param message what was sent, as the gateway emitted it
  /// @param block the block that holds it
  public record Sent(
      Hash32 transaction,
      long gasUsed,
      long sequence,
      MessageId id,
      Message message,
      Checkpoint block) {}

  /// Sends a message and waits until it is mined. A repeat sends another message.
  ///
  /// @param recipient an account on another chain
  /// @param payload at most the gateway's `payloadBytesMax`
  /// @param attributes ERC-7786 attributes that the gateway supports
  /// @throws ChainException as [EvmAccount#execute] does
  public Sent sendMessage(Address recipient, Bytes payload, List<Bytes> attributes)
      throws ChainException {
    return sendThrough(gateway.account(), GatewayAbi.sendMessage(recipient, payload, attributes));
  }

  /// Calls a contract that sends a message through this gateway, such as a token bridge, and waits
  /// until it is mined. A repeat sends another message.
  ///
  /// @param contract 20 bytes
  /// @param call see [ContractArtifact#call]
  /// @throws ChainException as [EvmAccount#execute] does; permanent where the call sent nothing
  public Sent sendThrough(Bytes contract, Bytes call) throws ChainException {
    var mined = account.transact(contract, call);
    for (var log : mined.logs()) {
      if (log.emitter().equals(gateway.account())
          && !log.topics().isEmpty()
          && log.topics().getFirst().equals(GatewayAbi.MESSAGE_SENT)) {
        var message = GatewayAbi.sent(log, gateway, PAYLOAD_BYTES_MAX);
        return new Sent(
            log.transaction(),
            mined.executed().gasUsed(),
            message.slot().sequence().orElseThrow(),
            MessageFormat.id(message),
            message,
            log.block());
      }
    }
    throw new ChainException.Permanent(
        "transaction %s passed, but %s emitted no message; check the gateway's address"
            .formatted(mined.executed().transaction(), gateway));
  }
}
