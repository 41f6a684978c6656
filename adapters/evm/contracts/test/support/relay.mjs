// SPDX-License-Identifier: Apache-2.0
//
// A relayer in a few lines: takes the messages of a transaction from one gateway to another.
import { keccak256, stringToHex } from "viem";
import * as wherry from "./wherry.mjs";

const MESSAGE_SENT = keccak256(stringToHex("MessageSent(bytes32,bytes,bytes,bytes,uint256,bytes[])"));

/** Messages in a receipt, as the destination takes them. */
export function messagesOf(gateway, receipt) {
  const logs = receipt.logs.filter((log) => log.topics[0] === MESSAGE_SENT);
  return gateway.events({ logs }).map(({ args: { sendId, sender, recipient, payload, attributes } }) => ({
    sendId,
    sender,
    recipient: `0x${recipient.slice(-40)}`,
    payload,
    attributes,
  }));
}

/** Delivers them all in a batch attested by the committee; answers what `deliverBatch` did. */
export function relay(committee, from, to, receipt) {
  const batch = [{ sourceGateway: wherry.eip155(from.chain.id, from.address), messages: messagesOf(from, receipt) }];
  return to.send("deliverBatch", [batch, committee.attestBatch(to, batch)]);
}
