// SPDX-License-Identifier: Apache-2.0
//
// Writes vectors/message-v1.json: messages, batches and one signature, computed without the contracts. The tests compare
// the gateway with it, and so does the Java side.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { numberToHex, stringToHex } from "viem";
import * as wherry from "./test/support/wherry.mjs";

export const path = join(dirname(fileURLToPath(import.meta.url)), "vectors/message-v1.json");

export function vectors() {
  const random = wherry.random("wherry message vectors v1");
  const destinationChainId = 31337;
  const destinationGateway = random.address();
  const slot = (number) => numberToHex(number, { size: 32 });
  const minGasLimit = (gas) => `0x39f87ba1${slot(gas).slice(2)}`;
  const bitcoin = wherry.interop("0x0001", "0x000000000019d6689c085ae165831e93", stringToHex("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
  const long = wherry.interop("0x0002", random.hex(32), random.hex(255));
  const plain = (number, chainId = 1) => ({
    sourceGateway: wherry.eip155(chainId, random.address()),
    sendId: slot(number),
    sender: wherry.eip155(chainId, random.address()),
    recipient: random.address(),
    payload: random.hex(32),
    attributes: [],
  });
  const describe = (name, message, chainId = destinationChainId) => ({
    name,
    destinationChainId: String(chainId),
    sourceGateway: message.sourceGateway,
    sendId: message.sendId,
    sender: message.sender,
    recipient: message.recipient,
    recipientInteroperable: wherry.eip155(chainId, message.recipient),
    payload: message.payload,
    attributes: message.attributes,
    messageId: wherry.messageId(message.sourceGateway, message, chainId),
    leaf: wherry.leaf(wherry.messageId(message.sourceGateway, message, chainId)),
  });
  const messages = [
    describe("plain", plain(1n)),
    describe("empty payload", { ...plain(2n), payload: "0x" }),
    describe("payload of one byte", { ...plain(3n), payload: "0x00" }),
    describe("payload of 31 bytes", { ...plain(4n), payload: random.hex(31) }),
    describe("payload of 33 bytes", { ...plain(5n), payload: random.hex(33) }),
    describe("longest payload", { ...plain(6n), payload: random.hex(10_240) }),
    describe("gas limit", { ...plain(7n), attributes: [minGasLimit(500_000n)] }),
    describe("several attributes, one of them empty", {
      ...plain(8n),
      attributes: [minGasLimit(1n), "0x", "0xdeadbeef", random.hex(100)],
    }),
    describe("from a UTXO chain", { ...plain(9n), sourceGateway: bitcoin, sender: bitcoin, sendId: random.bytes32() }),
    describe("long addresses", { ...plain(10n), sourceGateway: long, sender: long }),
    describe("highest slot", plain(2n ** 256n - 1n)),
    describe("recipient with leading zeroes", { ...plain(12n), recipient: `0x${"00".repeat(19)}01` }),
    describe("to chain 1", plain(13n, 10), 1),
    describe("to a chain whose id has eight bytes", plain(14n), 0x0102030405060708n),
  ];

  const batches = [];
  for (let size = 1; size <= 9; size++) {
    const messageIds = Array.from({ length: size }, () => random.bytes32());
    const root = wherry.root(messageIds);
    batches.push({
      messageIds,
      leaves: messageIds.map(wherry.leaf),
      root,
      proofs: messageIds.map((_, index) => wherry.proof(messageIds, index)),
      keyEpoch: size,
      digest: wherry.digest(destinationChainId, destinationGateway, size, root),
    });
  }

  const signatures = [];
  // Secrets of points with an odd y and with an even one: the key is normalised before it is used.
  for (const secret of [random.scalar(), random.scalar(), 1n, wherry.N - 1n]) {
    const key = wherry.keyPair(secret);
    const nonce = random.scalar();
    const { digest } = batches[signatures.length];
    const { commitment, response } = wherry.sign(key, digest, nonce);
    signatures.push({
      secret: slot(secret),
      normalisedSecret: slot(key.secret),
      px: slot(key.px),
      nonce: slot(nonce),
      digest,
      commitment,
      challenge: slot(wherry.challenge(key.px, 0, digest, commitment)),
      response: slot(response),
    });
  }

  const newKey = wherry.keyPair(random.scalar());
  const rotation = {
    keyEpoch: 3,
    newKey: slot(newKey.px),
    overlapSeconds: "3600",
    digest: wherry.rotationDigest(destinationChainId, destinationGateway, 3, newKey.px, 3600n),
  };
  return {
    description: "Wherry message and attestation formats, version 1. All bytes in hex.",
    destinationChainId: String(destinationChainId),
    destinationGateway,
    messages,
    batches,
    signatures,
    rotation,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, `${JSON.stringify(vectors(), null, 2)}\n`);
}
