// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { path, vectors } from "../vectors.mjs";
import { startChain } from "./support/chain.mjs";
import { seededRandom } from "./support/check.mjs";
import { Committee, Source, deployGateway, ids } from "./support/committee.mjs";
import * as wherry from "./support/wherry.mjs";

const random = seededRandom("formats");
let chain, committee, gateway;

before(async () => {
  chain = await startChain(31337);
  committee = new Committee(random);
  gateway = await deployGateway(chain, committee);
});
after(() => chain.stop());

test("the vectors in the repository are the ones that the script writes", () => {
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), vectors());
});

test("the gateway computes the message ids of the vectors", async () => {
  const byChain = Map.groupBy?.(vectors().messages, (m) => m.destinationChainId) ?? group(vectors().messages);
  for (const [chainId, messages] of byChain) {
    const other = chainId === "31337" ? null : await startChain(Number(chainId) <= 2 ** 53 ? Number(chainId) : BigInt(chainId));
    try {
      const there = other ? await deployGateway(other, committee) : gateway;
      for (const message of messages) {
        const id = await there.read("messageId", message.sourceGateway, message);
        assert.equal(id, message.messageId, message.name);
      }
    } finally {
      await other?.stop();
    }
  }
});

function group(messages) {
  const groups = new Map();
  for (const message of messages) {
    groups.set(message.destinationChainId, [...(groups.get(message.destinationChainId) ?? []), message]);
  }
  return groups;
}

test("the gateway accepts the roots, proofs and signature layout of the vectors", async () => {
  for (const { digest, px, challenge, commitment, response, normalisedSecret, nonce } of vectors().signatures) {
    const key = { secret: BigInt(normalisedSecret), px: BigInt(px) };
    assert.deepEqual(wherry.sign(key, digest, BigInt(nonce)), { commitment, response: BigInt(response) });
    assert.equal(wherry.challenge(key.px, 0, digest, commitment), BigInt(challenge));
  }
  for (const batch of vectors().batches) {
    batch.messageIds.forEach((id, i) => assert.equal(climb(batch.leaves[i], batch.proofs[i]), batch.root));
  }
});

/** What OpenZeppelin's MerkleProof does, on its own. */
function climb(leaf, proof) {
  return proof.reduce((node, sibling) => {
    const [low, high] = BigInt(node) < BigInt(sibling) ? [node, sibling] : [sibling, node];
    return wherry.hash(low + high.slice(2));
  }, leaf);
}

test("message ids agree with an independent encoding, whatever the sizes", async () => {
  for (let i = 0; i < 150; i++) {
    const size = (bound) => random.hex(random.below(bound));
    const message = {
      sendId: random.bytes32(),
      sender: size(i % 2 ? 70 : 600),
      recipient: random.address(),
      payload: size([1, 34, 300, 10_241][i % 4]),
      attributes: Array.from({ length: i % 3 === 0 ? random.below(4) : 0 }, () => size(80)),
    };
    const sourceGateway = size(i % 5 ? 70 : 600);
    const id = await gateway.read("messageId", sourceGateway, message);
    assert.equal(id, wherry.messageId(sourceGateway, message, chain.id), JSON.stringify({ sourceGateway, message }));
  }
});

test("a recipient gets exactly what was sent, whatever the sizes", async () => {
  const recipient = await chain.deploy("RevertingRecipient", [0]);
  const source = new Source(random);
  for (let round = 0; round < 6; round++) {
    const messages = Array.from({ length: 3 }, (_, i) => ({
      ...source.message(recipient.address, { payload: random.hex(random.below([1, 70, 1_000][i])) }),
      sender: random.hex([31, 32, 33, 0, 64, random.below(300)][round]),
      // Long strings are written to storage by the recipient: more gas than the default.
      attributes: [`0x39f87ba1${(2_000_000).toString(16).padStart(64, "0")}`],
    }));
    const batch = [source.batch(...messages)];
    const { events } = await gateway.send("deliverBatch", [batch, committee.attestBatch(gateway, batch)]);
    assert.deepEqual(events.map((e) => e.eventName), ["MessageDelivered", "MessageDelivered", "MessageDelivered"]);
    const last = messages.at(-1);
    assert.equal(await recipient.read("lastSender"), last.sender);
    assert.equal(await recipient.read("lastPayload"), last.payload);
    assert.equal(await recipient.read("lastReceiveId"), ids(gateway, batch).at(-1));
  }
});

test("every message of every batch size can be delivered alone by its proof, and the batch as a whole", async () => {
  const { events } = await (await chain.deploy("TrivialRecipients")).send("deploy", [20n]);
  const recipients = events[0].args.recipients;
  for (let size = 1; size <= 20; size++) {
    // Messages of up to three source gateways, in batch order.
    const batch = [new Source(random), new Source(random, 10), new Source(random, 8453)]
      .map((source, g) => source.batch(...recipients.filter((_, i) => i < size && i % 3 === g).map((r) => source.message(r))))
      .filter(({ messages }) => messages.length > 0);
    const flat = batch.flatMap(({ sourceGateway, messages }) => messages.map((message) => ({ sourceGateway, message })));
    const attestation = committee.attestBatch(gateway, batch);
    const messageIds = ids(gateway, batch);
    for (let i = 0; i < size; i++) {
      const path = wherry.proof(messageIds, i);
      await gateway.call("deliver", [flat[i].sourceGateway, flat[i].message, path, attestation]);
    }
    const alone = random.below(size);
    const path = wherry.proof(messageIds, alone);
    await gateway.send("deliver", [flat[alone].sourceGateway, flat[alone].message, path, attestation]);
    const whole = await gateway.send("deliverBatch", [batch, attestation]);
    assert.deepEqual(
      whole.events.map((event) => event.args.messageId),
      messageIds.filter((_, i) => i !== alone),
    );
    for (const { sourceGateway, message } of flat) {
      assert.equal(await gateway.read("delivered", sourceGateway, message.sendId), true);
    }
  }
});
