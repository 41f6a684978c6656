// SPDX-License-Identifier: Apache-2.0
package io.wherry.format;

import io.wherry.model.Message;
import io.wherry.model.MessageId;
import java.math.BigInteger;

/// How a message is named.
public final class MessageFormat {
  /// The version that stands first in every id.
  public static final int VERSION = 1;

  private MessageFormat() {}

  /// The id of `message`: `keccak256(abi.encode(uint8 1, bytes sourceGateway, bytes32 sendId, bytes
  /// sender, bytes recipient, keccak256(payload), keccak256(abi.encode(attributes))))`, with
  /// gateway, sender and recipient as whole ERC-7930 addresses.
  public static MessageId id(Message message) {
    var attributes = Abi.encode(Abi.bytesArray(message.attributes()));
    return new MessageId(
        Keccak.hash(
            Abi.encode(
                Abi.number(BigInteger.valueOf(VERSION)),
                Abi.bytes(message.slot().gateway().encoded()),
                Abi.word(message.slot().sendId().bytes()),
                Abi.bytes(message.sender().encoded()),
                Abi.bytes(message.recipient().encoded()),
                Abi.word(Keccak.hash(message.payload()).bytes()),
                Abi.word(Keccak.hash(attributes).bytes()))));
  }
}
