// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { numberToHex } from "viem";
import { startChain } from "./support/chain.mjs";
import { reverts, seededRandom } from "./support/check.mjs";
import { Committee, Source, deployGateway, ids } from "./support/committee.mjs";
import * as wherry from "./support/wherry.mjs";

const random = seededRandom("attestation");
const ZERO = `0x${"00".repeat(20)}`;
let chain, committee, gateway, recipient, source;

before(async () => {
  chain = await startChain(31337);
  recipient = await chain.deploy("TrivialRecipient");
  source = new Source(random);
});
after(() => chain.stop());

async function fresh() {
  committee = new Committee(random);
  gateway = await deployGateway(chain, committee);
}

/** A batch of one, its message, and how to deliver it under an attestation. */
function one() {
  const message = source.message(recipient.address);
  const batch = [source.batch(message)];
  const root = wherry.root(ids(gateway, batch));
  const deliver = (attestation, changed = {}) =>
    gateway.call("deliver", [
      changed.sourceGateway ?? source.gateway,
      { ...message, ...changed.message },
      changed.proof ?? [],
      attestation,
    ]);
  return { message, batch, root, deliver };
}

test("many keys, nonces and digests verify", async () => {
  for (let i = 0; i < 12; i++) {
    await fresh();
    for (let j = 0; j < 4; j++) {
      const { root, deliver } = one();
      await deliver(committee.attest(gateway, root));
    }
  }
});

test("responses outside [1, n-1] are refused", async () => {
  await fresh();
  const { root, deliver } = one();
  const good = committee.attest(gateway, root);
  const top = 2n ** 256n - 1n;
  const bad = [0n, wherry.N, wherry.N + 1n, top, wherry.N - good.response, (good.response + 1n) % wherry.N];
  for (const response of bad) await reverts(deliver({ ...good, response }), "InvalidAttestation");
  // z + n, the same scalar, fits into 256 bits for one z in 2^128; for the others the sum wraps.
  await reverts(deliver({ ...good, response: (good.response + wherry.N) % 2n ** 256n }), "InvalidAttestation");
  await deliver(good);
});

test("a zero commitment is refused, also where ecrecover fails", async () => {
  await fresh();
  const { root, deliver } = one();
  const good = committee.attest(gateway, root);
  for (const response of [good.response, 0n, 1n, wherry.N, wherry.N - 1n, 2n ** 256n - 1n]) {
    await reverts(deliver({ ...good, commitment: ZERO, response }), "InvalidAttestation");
  }
  // With the nonce 0, R is the point at infinity: ecrecover fails, and what it answers then is zero too. Only the
  // holder of the key can get there, and even then it is no signature.
  const digest = wherry.digest(chain.id, gateway.address, 1, root);
  const e = wherry.challenge(committee.key.px, 0, digest, ZERO);
  const response = (e * committee.key.secret) % wherry.N;
  await reverts(deliver({ keyEpoch: 1, commitment: ZERO, response }), "InvalidAttestation");
});

test("other keys, commitments, parities and signs are refused", async () => {
  await fresh();
  for (let i = 0; i < 40; i++) {
    const { root, deliver } = one();
    const digest = wherry.digest(chain.id, gateway.address, 1, root);
    const nonce = random.scalar();
    const good = { keyEpoch: 1, ...wherry.sign(committee.key, digest, nonce) };
    const stranger = wherry.keyPair(random.scalar());
    const forged = wherry.sign(stranger, digest, nonce);
    const e = wherry.challenge(committee.key.px, 0, digest, good.commitment);
    const odd = wherry.challenge(committee.key.px, 1, digest, good.commitment);
    const x = committee.key.secret;
    const mod = (a) => ((a % wherry.N) + wherry.N) % wherry.N;
    const bad = {
      "a stranger's signature": { ...good, ...forged },
      "a stranger's response": { ...good, response: forged.response },
      "another commitment": { ...good, commitment: random.address() },
      "a bit of the commitment": { ...good, commitment: flipBit(good.commitment, random.below(160)) },
      "a bit of the response": { ...good, response: good.response ^ (1n << BigInt(random.below(256))) },
      "z = k - e*x": { ...good, response: mod(nonce - e * x) },
      "the odd key's signature": { ...good, response: mod(nonce - odd * x) },
      "parity 1 in the challenge": { ...good, response: mod(nonce + odd * x) },
      "the nonce alone": { ...good, response: nonce },
      "random": { keyEpoch: 1, commitment: random.address(), response: random.scalar() },
    };
    for (const attestation of Object.values(bad)) await reverts(deliver(attestation), "InvalidAttestation");
    await deliver(good);
  }
});

function flipBit(hex, bit) {
  const flipped = BigInt(hex) ^ (1n << BigInt(bit));
  return numberToHex(flipped, { size: (hex.length - 2) / 2 });
}

test("every field of a message is bound", async () => {
  await fresh();
  for (let i = 0; i < 8; i++) {
    const message = source.message(recipient.address, { attributes: [`0x39f87ba1${"00".repeat(31)}01`] });
    const root = wherry.root([wherry.messageId(source.gateway, message, chain.id)]);
    const attestation = committee.attest(gateway, root);
    const deliver = (sourceGateway, changed) =>
      gateway.call("deliver", [sourceGateway, { ...message, ...changed }, [], attestation]);
    const flip = (hex) => flipBit(hex, random.below((hex.length - 2) * 4));
    const changes = [
      { sendId: flip(message.sendId) },
      { sender: flip(message.sender) },
      { sender: `${message.sender}00` },
      { sender: message.sender.slice(0, -2) },
      { recipient: flip(message.recipient) },
      { payload: flip(message.payload) },
      { payload: `${message.payload}00` },
      { payload: "0x" },
      { attributes: [] },
      { attributes: ["0x"] },
      { attributes: [flip(message.attributes[0])] },
      { attributes: [...message.attributes, ...message.attributes] },
    ];
    for (const changed of changes) await reverts(deliver(source.gateway, changed), "InvalidAttestation");
    await reverts(deliver(flip(source.gateway), {}), "InvalidAttestation");
    await reverts(deliver(`${source.gateway}00`, {}), "InvalidAttestation");
    await deliver(source.gateway, {});
  }
});

test("an attestation is for one chain, one gateway and one epoch", async () => {
  await fresh();
  const other = await deployGateway(chain, committee);
  const elsewhere = await startChain(31338);
  try {
    const { root, deliver } = one();
    await reverts(deliver(committee.attest(gateway, root, { chainId: 31338 })), "InvalidAttestation");
    await reverts(deliver(committee.attest(other, root)), "InvalidAttestation");
    await reverts(deliver(committee.attest(gateway, root, { keyEpoch: 2 })), "KeyNotValid", [2]);
    await reverts(deliver(committee.attest(gateway, root, { keyEpoch: 0 })), "KeyNotValid", [0]);
    await reverts(deliver(committee.attest(gateway, root, { keyEpoch: 2 ** 32 - 1 })), "KeyNotValid", [2 ** 32 - 1]);
    const wrongEpoch = { ...committee.attest(gateway, root, { keyEpoch: 2 }), keyEpoch: 1 };
    await reverts(deliver(wrongEpoch), "InvalidAttestation");
    await deliver(committee.attest(gateway, root));

    // The same committee's gateway, with the same code at the same address, on another chain.
    const code = await chain.client.getCode({ address: gateway.address });
    const twin = await deployGateway(elsewhere, committee);
    assert.equal(await elsewhere.client.getCode({ address: twin.address }), code);
    const there = await elsewhere.deploy("TrivialRecipient");
    const message = source.message(there.address);
    const hereRoot = wherry.root([wherry.messageId(source.gateway, message, chain.id)]);
    const thereRoot = wherry.root([wherry.messageId(source.gateway, message, elsewhere.id)]);
    const deliverThere = (root, chainId) =>
      twin.call("deliver", [source.gateway, message, [], committee.attest(twin, root, { chainId })]);
    await reverts(deliverThere(hereRoot, chain.id), "InvalidAttestation");
    await reverts(deliverThere(hereRoot, elsewhere.id), "InvalidAttestation");
    await reverts(deliverThere(thereRoot, chain.id), "InvalidAttestation");
    await deliverThere(thereRoot, elsewhere.id);
  } finally {
    await elsewhere.stop();
  }
});

test("foreign roots and wrong proofs are refused", async () => {
  await fresh();
  const messages = Array.from({ length: 7 }, () => source.message(recipient.address));
  const batch = [source.batch(...messages)];
  const messageIds = ids(gateway, batch);
  const attestation = committee.attestBatch(gateway, batch);
  const deliver = (i, proof) => gateway.call("deliver", [source.gateway, messages[i], proof, attestation]);
  for (let i = 0; i < messages.length; i++) {
    const proof = wherry.proof(messageIds, i);
    await deliver(i, proof);
    await reverts(deliver(i, []), "InvalidAttestation");
    await reverts(deliver(i, proof.slice(1)), "InvalidAttestation");
    await reverts(deliver(i, [...proof, random.bytes32()]), "InvalidAttestation");
    await reverts(deliver(i, proof.toReversed()), "InvalidAttestation");
    await reverts(deliver(i, wherry.proof(messageIds, (i + 1) % 7)), "InvalidAttestation");
    const place = random.below(proof.length);
    await reverts(deliver(i, proof.with(place, flipBit(proof[place], random.below(256)))), "InvalidAttestation");
  }
  const outsider = source.message(recipient.address);
  const deliverOutsider = gateway.call("deliver", [source.gateway, outsider, wherry.proof(messageIds, 0), attestation]);
  await reverts(deliverOutsider, "InvalidAttestation");
  const batches = [
    [source.batch(...messages.slice(1))],
    [source.batch(...messages, outsider)],
    [source.batch(...messages.toReversed())],
    [source.batch(...messages.with(3, outsider))],
    [{ ...source.batch(...messages), sourceGateway: wherry.eip155(1, random.address()) }],
  ];
  for (const bad of batches) await reverts(gateway.call("deliverBatch", [bad, attestation]), "InvalidAttestation");
  await gateway.call("deliverBatch", [batch, attestation]);
  // The same leaves in the same order, split into two groups of one gateway: the same root.
  const split = [source.batch(...messages.slice(0, 3)), source.batch(...messages.slice(3))];
  await gateway.call("deliverBatch", [split, attestation]);
  await reverts(gateway.call("deliverBatch", [[], attestation]), "BatchSize", [0n, 256n]);
  await reverts(gateway.call("deliverBatch", [[source.batch()], attestation]), "BatchSize", [0n, 256n]);
  const many = Array.from({ length: 257 }, () => messages[0]);
  await reverts(gateway.call("deliverBatch", [[source.batch(...many)], attestation]), "BatchSize", [257n, 256n]);
});

test("a key must be the x coordinate of a point, below n", async () => {
  await fresh();
  const [owner, guardian] = chain.accounts;
  const notOnCurve = [];
  for (let x = 1n; notOnCurve.length < 6; x++) if (!onCurve(x)) notOnCurve.push(x);
  for (let i = 0; notOnCurve.length < 20; i++) {
    const x = random.scalar();
    if (!onCurve(x)) notOnCurve.push(x);
  }
  // x coordinates of points in [n, p): real keys that ecrecover cannot check.
  const between = [];
  for (let x = wherry.N; between.length < 3; x++) if (onCurve(x)) between.push(x);
  const bad = [0n, ...notOnCurve, ...between, wherry.N, wherry.P, wherry.P + 1n, 2n ** 256n - 1n];
  for (const px of bad) {
    const attestation = committee.attestRotation(gateway, { px }, 0n);
    await reverts(gateway.call("rotate", [px, 0n, attestation]), "InvalidKey", [px]);
  }
  for (const px of bad.slice(0, 4)) {
    await assert.rejects(chain.deploy("Gateway", [owner, guardian, px]), /reverted/);
  }
  const good = [wherry.keyPair(1n), wherry.keyPair(2n), wherry.keyPair(wherry.N - 1n)];
  for (let i = 0; i < 20; i++) good.push(wherry.keyPair(random.scalar()));
  for (const key of good) await gateway.call("rotate", [key.px, 0n, committee.attestRotation(gateway, key, 0n)]);
});

function onCurve(x) {
  const rhs = (x * x * x + 7n) % wherry.P;
  let result = 1n;
  let base = rhs;
  for (let power = (wherry.P - 1n) / 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * base) % wherry.P;
    base = (base * base) % wherry.P;
  }
  return result === 1n;
}

test("a rotation installs the next key, and the old one ends with its overlap", async () => {
  await fresh();
  const [, , anyone] = chain.accounts;
  const before = one();
  const underOld = committee.attest(gateway, before.root);
  const oldKey = committee.key;
  const newKey = wherry.keyPair(random.scalar());
  assert.deepEqual(await gateway.read("groupKey", 1), [oldKey.px, 2n ** 64n - 1n]);
  assert.deepEqual(await gateway.read("groupKey", 2), [0n, 0n]);
  assert.deepEqual(await gateway.read("groupKey", 0), [0n, 0n]);

  const rotation = committee.attestRotation(gateway, newKey, 3600n);
  const { events } = await gateway.send("rotate", [newKey.px, 3600n, rotation], { from: anyone });
  const until = (await chain.now()) + 3600n;
  assert.deepEqual(events[0], {
    eventName: "KeyRotated",
    args: { keyEpoch: 2, px: newKey.px, previousValidUntil: until },
  });
  assert.equal(await gateway.read("keyEpoch"), 2);
  assert.deepEqual(await gateway.read("groupKey", 1), [oldKey.px, until]);
  assert.deepEqual(await gateway.read("groupKey", 2), [newKey.px, 2n ** 64n - 1n]);

  await before.deliver(underOld);
  await before.deliver(committee.attest(gateway, before.root, { key: newKey, keyEpoch: 2 }));
  await reverts(before.deliver(committee.attest(gateway, before.root, { keyEpoch: 2 })), "InvalidAttestation");
  const newAsOld = committee.attest(gateway, before.root, { key: newKey, keyEpoch: 1 });
  await reverts(before.deliver(newAsOld), "InvalidAttestation");

  // The same rotation again, and one by the old key, are refused.
  await reverts(gateway.call("rotate", [newKey.px, 3600n, rotation]), "KeyNotValid", [1]);
  await reverts(gateway.call("rotate", [newKey.px, 3600n, { ...rotation, keyEpoch: 2 }]), "InvalidAttestation");

  await chain.client.setNextBlockTimestamp({ timestamp: until - 1n });
  await chain.client.mine({ blocks: 1 });
  await before.deliver(underOld);
  await chain.client.setNextBlockTimestamp({ timestamp: until });
  await chain.client.mine({ blocks: 1 });
  await reverts(before.deliver(underOld), "KeyNotValid", [1]);
  await before.deliver(committee.attest(gateway, before.root, { key: newKey, keyEpoch: 2 }));
});

test("every field of a rotation is bound, and a batch's signature is none", async () => {
  await fresh();
  const newKey = wherry.keyPair(random.scalar());
  const good = committee.attestRotation(gateway, newKey, 60n);
  const rotate = (px, overlap, attestation) => gateway.call("rotate", [px, overlap, attestation]);
  await rotate(newKey.px, 60n, good);
  await reverts(rotate(wherry.keyPair(random.scalar()).px, 60n, good), "InvalidAttestation");
  await reverts(rotate(newKey.px, 61n, good), "InvalidAttestation");
  await reverts(rotate(newKey.px, 60n, { ...good, keyEpoch: 2 }), "KeyNotValid", [2]);
  await reverts(rotate(newKey.px, 60n, { ...good, response: wherry.N - good.response }), "InvalidAttestation");
  await reverts(rotate(newKey.px, 60n, { ...good, response: 0n }), "InvalidAttestation");
  await reverts(rotate(newKey.px, 60n, { ...good, commitment: ZERO }), "InvalidAttestation");
  const other = await deployGateway(chain, committee);
  await reverts(rotate(newKey.px, 60n, committee.attestRotation(other, newKey, 60n)), "InvalidAttestation");
  const foreign = { ...gateway, chain: { id: 31338 }, address: gateway.address };
  await reverts(rotate(newKey.px, 60n, committee.attestRotation(foreign, newKey, 60n)), "InvalidAttestation");
  const asBatch = committee.attest(gateway, numberToHex(newKey.px, { size: 32 }));
  await reverts(rotate(newKey.px, 60n, asBatch), "InvalidAttestation");
  const month = 30n * 24n * 3600n;
  const long = committee.attestRotation(gateway, newKey, month + 1n);
  await reverts(rotate(newKey.px, month + 1n, long), "OverlapTooLong", [month + 1n, month]);
  await rotate(newKey.px, month, committee.attestRotation(gateway, newKey, month));
});

test("two keys are valid at most: a second rotation ends the first key at once", async () => {
  await fresh();
  const { root, deliver } = one();
  const keys = [committee.key];
  for (let epoch = 1; epoch <= 2; epoch++) {
    const next = wherry.keyPair(random.scalar());
    await gateway.send("rotate", [next.px, 3600n, committee.attestRotation(gateway, next, 3600n)]);
    keys.push(next);
    committee.key = next;
    committee.keyEpoch = epoch + 1;
  }
  const by = (epoch) => committee.attest(gateway, root, { key: keys[epoch - 1], keyEpoch: epoch });
  await reverts(deliver(by(1)), "KeyNotValid", [1]);
  await deliver(by(2));
  await deliver(by(3));
  assert.ok((await gateway.read("groupKey", 1))[1] <= (await chain.now()));
});

test("an overlap of zero ends the old key with the rotation", async () => {
  await fresh();
  const { root, deliver } = one();
  const underOld = committee.attest(gateway, root);
  const newKey = wherry.keyPair(random.scalar());
  await gateway.send("rotate", [newKey.px, 0n, committee.attestRotation(gateway, newKey, 0n)]);
  await reverts(deliver(underOld), "KeyNotValid", [1]);
});
