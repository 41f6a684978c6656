// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { numberToHex, stringToHex, toEventSelector } from "viem";
import { startChain } from "./support/chain.mjs";
import { reverts, seededRandom } from "./support/check.mjs";
import { Committee, deployGateway, minGasLimit } from "./support/committee.mjs";
import * as wherry from "./support/wherry.mjs";

const random = seededRandom("sending");
let chain, gateway;

before(async () => {
  chain = await startChain(31337);
  gateway = await deployGateway(chain, new Committee(random));
});
after(() => chain.stop());

test("a message is sent with the next sequence number, from 1, and the event of ERC-7786", async () => {
  const sender = chain.accounts[4];
  assert.equal(await gateway.read("sequence"), 0n);
  for (let i = 1n; i <= 5n; i++) {
    const recipient = wherry.eip155(10n ** i, random.address());
    const payload = random.hex(random.below(200));
    const attributes = i % 2n ? [] : [minGasLimit(300_000)];
    const sendId = numberToHex(i, { size: 32 });
    assert.equal(await gateway.call("sendMessage", [recipient, payload, attributes]), sendId);
    const { events, logs } = await gateway.send("sendMessage", [recipient, payload, attributes], { from: sender });
    assert.deepEqual(events, [
      {
        eventName: "MessageSent",
        args: { sendId, sender: wherry.eip155(31337, sender), recipient, payload, value: 0n, attributes },
      },
    ]);
    const topic = toEventSelector("MessageSent(bytes32,bytes,bytes,bytes,uint256,bytes[])");
    assert.equal(topic, "0x7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a70481");
    assert.deepEqual(logs[0].topics, [topic, sendId]);
    assert.equal(await gateway.read("sequence"), i);
  }
  // A refused message leaves no hole.
  await reverts(gateway.send("sendMessage", ["0x", "0x", []]), "MalformedAddress");
  assert.equal(await gateway.read("sequence"), 5n);
});

test("the sender's address has its chain's id without leading zeroes, whatever its size", async () => {
  for (const id of [1n, 255n, 256n, 65_535n, 65_536n, 0x0102030405060708n, 2n ** 64n - 1n]) {
    const elsewhere = await startChain(id <= 2n ** 53n ? Number(id) : id);
    try {
      const there = await deployGateway(elsewhere, new Committee(random));
      const { events } = await there.send("sendMessage", [wherry.eip155(99n, random.address()), "0x", []]);
      assert.equal(events[0].args.sender, wherry.eip155(id, elsewhere.accounts[0]));
      const home = wherry.eip155(id, random.address());
      await reverts(there.call("sendMessage", [home, "0x", []]), "RecipientOnThisChain", [home]);
    } finally {
      await elsewhere.stop();
    }
  }
});

test("only canonical recipients on other chains are taken", async () => {
  const account = random.address();
  const send = (recipient) => gateway.call("sendMessage", [recipient, "0x", []]);
  const good = [
    wherry.eip155(1, account),
    wherry.eip155(31338, account),
    wherry.eip155(2n ** 256n - 1n, account),
    // Equal to this chain's id in its low bytes only.
    wherry.eip155(2n ** 248n + 31337n, account),
    wherry.interop("0x0002", random.hex(32), random.hex(32)),
    wherry.interop("0x0001", "0x000000000019d6689c085ae165831e93", stringToHex("bc1q")),
    wherry.interop("0xffff", random.hex(255), random.hex(255)),
    wherry.interop("0x0002", "0x00", "0x00"),
    // The same reference and account as here, of another kind of chain.
    wherry.interop("0x0002", "0x7a69", account),
  ];
  for (const recipient of good) await send(recipient);
  const plain = good[0];
  const bad = {
    nothing: "0x",
    "a version alone": "0x0001",
    "no reference and no account": "0x000100000000",
    "version 0": plain.replace("0x0001", "0x0000"),
    "version 2": plain.replace("0x0001", "0x0002"),
    "version 256": plain.replace("0x0001", "0x0100"),
    "a byte too many": `${plain}00`,
    "a byte too few": plain.slice(0, -2),
    "no account": wherry.interop("0x0000", "0x01", "0x"),
    "an account of 19 bytes": wherry.interop("0x0000", "0x01", random.hex(19)),
    "an account of 21 bytes": wherry.interop("0x0000", "0x01", random.hex(21)),
    "an account of 32 bytes": wherry.interop("0x0000", "0x01", random.hex(32)),
    "no chain": wherry.interop("0x0000", "0x", account),
    "no chain, of another kind": wherry.interop("0x0002", "0x", account),
    "no account, of another kind": wherry.interop("0x0002", random.hex(32), "0x"),
    "a leading zero": wherry.interop("0x0000", "0x0001", account),
    "this chain with a leading zero": wherry.interop("0x0000", "0x007a69", account),
    "chain 0": wherry.interop("0x0000", "0x00", account),
    "a reference of 33 bytes": wherry.interop("0x0000", `0x01${random.hex(32).slice(2)}`, account),
    "a reference longer than all": `0x00010000ff01${account.slice(2)}`,
    "an account longer than all": `0x000100000101ff${account.slice(2)}`,
    "trailing words": `${plain}${"00".repeat(32)}`,
  };
  for (const [what, recipient] of Object.entries(bad)) {
    await assert.doesNotReject(reverts(send(recipient), "MalformedAddress", [recipient]), what);
  }
  const here = wherry.eip155(31337, account);
  await reverts(send(here), "RecipientOnThisChain", [here]);
});

test("random bytes are taken as a recipient only if they are its canonical form", async () => {
  for (let i = 0; i < 150; i++) {
    const type = ["0x0000", "0x0000", "0x0001", random.hex(2)][i % 4];
    const valid = wherry.interop(type, random.hex(random.below(40)), random.hex([20, random.below(60)][i % 2]));
    const bytes = Buffer.from(valid.slice(2), "hex");
    if (i % 3 === 0) bytes[random.below(bytes.length)] = random.below(256);
    const recipient = `0x${bytes.toString("hex")}`;
    const outcome = await gateway.call("sendMessage", [recipient, "0x", []]).then(
      () => "taken",
      (error) => error.name_,
    );
    assert.equal(outcome, isCanonical(bytes) ? "taken" : "MalformedAddress", recipient);
  }
});

function isCanonical(bytes) {
  if (bytes.length < 6 || bytes.readUInt16BE(0) !== 1) return false;
  const reference = bytes.subarray(5, 5 + bytes[4]);
  const rest = bytes.subarray(5 + bytes[4]);
  if (reference.length !== bytes[4] || rest.length === 0 || rest.length - 1 !== rest[0]) return false;
  if (reference.length === 0 || rest[0] === 0) return false;
  if (bytes.readUInt16BE(2) !== 0) return true;
  return reference.length <= 32 && reference[0] !== 0 && rest[0] === 20;
}

test("payloads are bounded, and carry no value", async () => {
  const recipient = wherry.eip155(1, random.address());
  const send = (payload, options) => gateway.call("sendMessage", [recipient, payload, []], options);
  assert.equal(await gateway.read("payloadBytesMax"), 10_240n);
  await send(random.hex(10_240));
  await reverts(send(random.hex(10_241)), "PayloadTooLarge", [10_241n, 10_240n]);
  await reverts(send("0x", { value: 1n }), "ValueNotSupported", [1n]);
});

test("minGasLimit is the only attribute, once and well-formed", async () => {
  const recipient = wherry.eip155(1, random.address());
  const send = (attributes) => gateway.call("sendMessage", [recipient, "0x", attributes]);
  assert.equal(await gateway.read("supportsAttribute", "0x39f87ba1"), true);
  for (const selector of ["0x00000000", "0xffffffff", "0x39f87ba0", random.hex(4)]) {
    assert.equal(await gateway.read("supportsAttribute", selector), false);
    await reverts(send([selector]), "UnsupportedAttribute", [selector]);
    await reverts(send([minGasLimit(1), selector]), "UnsupportedAttribute", [selector]);
  }
  await reverts(send(["0x"]), "UnsupportedAttribute", ["0x00000000"]);
  await reverts(send(["0x39f87b"]), "UnsupportedAttribute", ["0x39f87b00"]);
  await send([minGasLimit(0)]);
  await send([minGasLimit(10_000_000)]);
  await reverts(send([minGasLimit(10_000_001)]), "GasLimitTooHigh", [10_000_001n, 10_000_000n]);
  await reverts(send([minGasLimit(2n ** 256n - 1n)]), "GasLimitTooHigh");
  for (const malformed of ["0x39f87ba1", minGasLimit(1).slice(0, -2), `${minGasLimit(1)}00`]) {
    await reverts(send([malformed]), "MalformedAttribute", [malformed]);
  }
  await reverts(send([minGasLimit(1), minGasLimit(1)]), "MalformedAttribute", [minGasLimit(1)]);
});
