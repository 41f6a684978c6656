// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeErrorResult, toFunctionSelector } from "viem";
import { artifact, startChain } from "./support/chain.mjs";
import { names, reverts, seededRandom } from "./support/check.mjs";
import { Committee, Source, deployGateway, ids, minGasLimit } from "./support/committee.mjs";
import * as wherry from "./support/wherry.mjs";

const random = seededRandom("delivery");
const Mode = { Accept: 0, Text: 1, Error: 2, Bare: 3, Panic: 4, AnswerWrong: 5, AnswerShort: 6, AnswerDirty: 7 };
let chain, committee, gateway, source, anyone;

before(async () => {
  chain = await startChain(31337);
  committee = new Committee(random);
  gateway = await deployGateway(chain, committee);
  source = new Source(random);
  anyone = { from: chain.accounts[5] };
});
after(() => chain.stop());

const recipient = (mode = Mode.Accept) => chain.deploy("RevertingRecipient", [mode]);
const trivial = () => chain.deploy("TrivialRecipient");
const idOf = (message) => wherry.messageId(source.gateway, message, chain.id);
const isDelivered = (message) => gateway.read("delivered", source.gateway, message.sendId);
const isFailed = (message) => gateway.read("failed", idOf(message));

function argsOfOne(message) {
  return [source.gateway, message, [], committee.attest(gateway, wherry.root([idOf(message)]))];
}

function argsOfBatch(...messages) {
  const batch = [source.batch(...messages)];
  return [batch, committee.attestBatch(gateway, batch)];
}

const notAccepted = (address) =>
  encodeErrorResult({ abi: artifact("Gateway").abi, errorName: "NotAccepted", args: [address] });

async function state(message) {
  return { delivered: await isDelivered(message), failed: await isFailed(message) };
}
const DELIVERED = { delivered: true, failed: false };
const FAILED = { delivered: false, failed: true };
const UNTOUCHED = { delivered: false, failed: false };

test("a message is delivered by anyone, once", async () => {
  const board = await chain.deploy("MessageBoard", [gateway.address]);
  const message = source.message(board.address);
  assert.deepEqual(await state(message), UNTOUCHED);
  const args = argsOfOne(message);
  const { events } = await gateway.send("deliver", args, anyone);
  assert.deepEqual(events, [{ eventName: "MessageDelivered", args: { messageId: idOf(message) } }]);
  assert.equal(await board.read("lastReceiveId"), idOf(message));
  assert.equal(await board.read("lastSender"), message.sender);
  assert.equal(await board.read("lastPayload"), message.payload);
  assert.deepEqual(await state(message), DELIVERED);
  await reverts(gateway.call("deliver", args), "AlreadyDelivered", [idOf(message)]);
  // Under a new attestation, and inside a batch, too.
  await reverts(gateway.call("deliver", argsOfOne(message)), "AlreadyDelivered", [idOf(message)]);
  const second = await gateway.send("deliverBatch", argsOfBatch(message));
  assert.deepEqual(second.events, []);
  await reverts(gateway.call("retry", [source.gateway, message]), "NotFailed", [idOf(message)]);
  assert.equal(await board.read("count"), 1n);
});

test("slots are apart: words, bits and source gateways", async () => {
  const to = await recipient();
  const other = new Source(random, 10);
  const slots = [1n, 2n, 255n, 256n, 257n, 511n, 512n, 2n ** 64n, 2n ** 255n, 2n ** 256n - 1n, 0n];
  const messages = slots.map((slot) => ({
    ...source.message(to.address),
    sendId: `0x${slot.toString(16).padStart(64, "0")}`,
  }));
  const gatewayOfOwn = await deployGateway(chain, committee);
  for (let i = 0; i < messages.length; i++) {
    const args = [source.gateway, messages[i], [], committee.attest(gatewayOfOwn, wherry.root([idOf(messages[i])]))];
    await gatewayOfOwn.send("deliver", args);
    for (let j = 0; j < messages.length; j++) {
      assert.equal(await gatewayOfOwn.read("delivered", source.gateway, messages[j].sendId), j <= i);
      assert.equal(await gatewayOfOwn.read("delivered", other.gateway, messages[j].sendId), false);
    }
  }
});

test("a recipient that reverts reverts a single delivery with its own reason", async () => {
  const to = await recipient(Mode.Text);
  const message = source.message(to.address);
  const call = () => gateway.call("deliver", argsOfOne(message));
  await reverts(call(), "Error", ["closed for the day"]);
  await to.send("setMode", [Mode.Error]);
  const error = await reverts(call(), toFunctionSelector("Refused(bytes32,uint256)"));
  assert.equal(error.raw, encodeErrorResult({ abi: to.abi, errorName: "Refused", args: [idOf(message), 42n] }));
  for (const mode of [Mode.Bare, Mode.AnswerWrong, Mode.AnswerShort, Mode.AnswerDirty]) {
    await to.send("setMode", [mode]);
    await reverts(call(), "NotAccepted", [to.address]);
    await reverts(gateway.send("deliver", argsOfOne(message)), "NotAccepted", [to.address]);
  }
  assert.equal(await to.read("answeredWrongly"), 0n);
  assert.deepEqual(await state(message), UNTOUCHED);
  await to.send("setMode", [Mode.Accept]);
  await gateway.send("deliver", argsOfOne(message));
  assert.deepEqual(await state(message), DELIVERED);
});

test("accounts without code, precompiles and the gateway itself accept nothing", async () => {
  const precompiles = [1, 2, 3, 4, 5, 6, 9].map((n) => `0x${n.toString(16).padStart(40, "0")}`);
  for (const address of [random.address(), `0x${"00".repeat(20)}`, chain.accounts[3], ...precompiles]) {
    const message = source.message(address);
    await reverts(gateway.call("deliver", argsOfOne(message)), "NotAccepted", [address]);
  }
  const messages = [random.address(), precompiles[3], gateway.address].map((address) => source.message(address));
  const { events } = await gateway.send("deliverBatch", argsOfBatch(...messages));
  assert.deepEqual(names(events), ["MessageFailed", "MessageFailed", "MessageFailed"]);
});

test("a failing item of a batch is recorded, and the others pass", async () => {
  const modes = [Mode.Accept, Mode.Text, Mode.Error, Mode.Accept, Mode.Bare, Mode.Panic, Mode.Accept];
  const recipients = [];
  for (const mode of modes) recipients.push(await recipient(mode));
  const nobody = random.address();
  const messages = [...recipients.map((to) => source.message(to.address)), source.message(nobody)];
  const args = argsOfBatch(...messages);
  const { events } = await gateway.send("deliverBatch", args, anyone);
  assert.equal(events.length, messages.length);
  const reasons = {
    [Mode.Text]: () => encodeErrorResult({ abi: [{ type: "error", name: "Error", inputs: [{ type: "string" }] }], args: ["closed for the day"] }),
    [Mode.Error]: (i) => encodeErrorResult({ abi: recipients[i].abi, errorName: "Refused", args: [idOf(messages[i]), 42n] }),
    [Mode.Panic]: () => `0x4e487b71${"01".padStart(64, "0")}`,
  };
  for (let i = 0; i < messages.length; i++) {
    const id = idOf(messages[i]);
    if (modes[i] === Mode.Accept) {
      assert.deepEqual(events[i], { eventName: "MessageDelivered", args: { messageId: id } });
      assert.deepEqual(await state(messages[i]), DELIVERED);
      assert.equal(await recipients[i].read("accepted"), 1n);
    } else {
      const reason = reasons[modes[i]]?.(i) ?? notAccepted(messages[i].recipient);
      assert.deepEqual(events[i], { eventName: "MessageFailed", args: { messageId: id, reason } });
      assert.deepEqual(await state(messages[i]), FAILED);
    }
  }
  // The same batch again: delivered ones are skipped, failed ones are tried again.
  await recipients[1].send("setMode", [Mode.Accept]);
  const again = await gateway.send("deliverBatch", args);
  assert.deepEqual(names(again.events), ["MessageDelivered", ...Array(4).fill("MessageFailed")]);
  assert.deepEqual(await state(messages[1]), DELIVERED);
  await reverts(gateway.call("retry", [source.gateway, messages[1]]), "AlreadyDelivered", [idOf(messages[1])]);

  // retry: by anyone, without an attestation, with the recipient's reason while it fails, and once.
  const retry = (i) => gateway.send("retry", [source.gateway, messages[i]], anyone);
  await reverts(retry(2), toFunctionSelector("Refused(bytes32,uint256)"));
  assert.deepEqual(await state(messages[2]), FAILED);
  await recipients[2].send("setMode", [Mode.Accept]);
  const retried = await retry(2);
  assert.deepEqual(retried.events, [{ eventName: "MessageDelivered", args: { messageId: idOf(messages[2]) } }]);
  assert.deepEqual(await state(messages[2]), DELIVERED);
  assert.equal(await recipients[2].read("accepted"), 1n);
  await reverts(retry(2), "NotFailed", [idOf(messages[2])]);

  // deliver: clears a failure as well.
  await recipients[4].send("setMode", [Mode.Accept]);
  await gateway.send("deliver", argsOfOne(messages[4]));
  assert.deepEqual(await state(messages[4]), DELIVERED);
  await reverts(retry(4), "AlreadyDelivered", [idOf(messages[4])]);
});

test("a recipient that takes a message but answers wrongly undoes its whole batch", async () => {
  const neighbour = await recipient();
  const wrong = await recipient();
  const refusing = await recipient(Mode.Text);
  const messages = [neighbour, refusing, wrong, neighbour].map((to) => source.message(to.address));
  const args = argsOfBatch(...messages);
  for (const mode of [Mode.AnswerWrong, Mode.AnswerShort, Mode.AnswerDirty]) {
    await wrong.send("setMode", [mode]);
    await reverts(gateway.send("deliverBatch", args), "NotAccepted", [wrong.address]);
    assert.equal(await wrong.read("answeredWrongly"), 0n);
    assert.equal(await neighbour.read("accepted"), 0n);
    for (const message of messages) {
      assert.deepEqual(await state(message), UNTOUCHED);
      await reverts(gateway.call("retry", [source.gateway, message]), "NotFailed", [idOf(message)]);
    }
  }

  // One by one under the same attestation: only that one is held back.
  const messageIds = messages.map(idOf);
  const alone = (i) => gateway.send("deliver", [source.gateway, messages[i], wherry.proof(messageIds, i), args[1]]);
  await alone(0);
  await reverts(alone(2), "NotAccepted", [wrong.address]);
  await alone(3);
  assert.equal(await neighbour.read("accepted"), 2n);
  assert.equal(await wrong.read("answeredWrongly"), 0n);

  // And once it answers as it should, the batch passes, and it has run once.
  await wrong.send("setMode", [Mode.Accept]);
  const { events } = await gateway.send("deliverBatch", args);
  assert.deepEqual(names(events), ["MessageFailed", "MessageDelivered"]);
  assert.equal(await wrong.read("accepted"), 1n);
});

test("a retried message whose recipient answers wrongly stays failed, without effect", async () => {
  const to = await recipient(Mode.Text);
  const message = source.message(to.address);
  const args = argsOfBatch(message);
  await gateway.send("deliverBatch", args);
  await to.send("setMode", [Mode.AnswerWrong]);
  await reverts(gateway.send("retry", [source.gateway, message]), "NotAccepted", [to.address]);
  await reverts(gateway.send("deliverBatch", args), "NotAccepted", [to.address]);
  assert.equal(await to.read("answeredWrongly"), 0n);
  assert.deepEqual(await state(message), FAILED);
});

test("a wrong answer in a nested batch undoes that batch alone", async () => {
  const outer = await chain.deploy("ReentrantRecipient", [gateway.address]);
  const wrong = await recipient(Mode.AnswerWrong);
  const good = await recipient();
  const helper = source.message(outer.address, { attributes: [minGasLimit(4_000_000)] });
  const inside = [good, wrong].map((to) => source.message(to.address));
  await outer.send("prepare", [[gateway.data("deliverBatch", ...argsOfBatch(...inside))], false]);
  const { events } = await gateway.send("deliverBatch", argsOfBatch(helper));
  assert.deepEqual(names(events), ["MessageDelivered"]);
  assert.equal(await outer.read("outcomes", 0n), false);
  assert.equal(await outer.read("answers", 0n), notAccepted(wrong.address).toLowerCase());
  assert.equal(await good.read("accepted"), 0n);
  assert.equal(await wrong.read("answeredWrongly"), 0n);
  assert.deepEqual(await state(helper), DELIVERED);
  for (const message of inside) assert.deepEqual(await state(message), UNTOUCHED);
});

test("retry takes nothing but what failed, unchanged", async () => {
  const to = await recipient(Mode.Text);
  const message = source.message(to.address);
  const unseen = source.message(to.address);
  await gateway.send("deliverBatch", argsOfBatch(message));
  await to.send("setMode", [Mode.Accept]);
  const retry = (gatewayOf, changed) => gateway.call("retry", [gatewayOf, changed]);
  await reverts(retry(source.gateway, unseen), "NotFailed");
  await reverts(retry(source.gateway, { ...message, payload: random.hex(32) }), "NotFailed");
  await reverts(retry(source.gateway, { ...message, recipient: random.address() }), "NotFailed");
  await reverts(retry(source.gateway, { ...message, sendId: unseen.sendId }), "NotFailed");
  await reverts(retry(source.gateway, { ...message, attributes: ["0x"] }), "NotFailed");
  await reverts(retry(new Source(random).gateway, message), "NotFailed");
  await retry(source.gateway, message);
});

test("the same item twice in one batch runs once", async () => {
  const to = await recipient();
  const message = source.message(to.address);
  const { events } = await gateway.send("deliverBatch", argsOfBatch(message, message, message));
  assert.deepEqual(names(events), ["MessageDelivered"]);
  assert.equal(await to.read("accepted"), 1n);
});

for (const fails of [false, true]) {
  test(`a recipient that re-enters and then ${fails ? "fails" : "accepts"} does not run twice for a message`, async () => {
    const evil = await chain.deploy("ReentrantRecipient", [gateway.address]);
    const message = source.message(evil.address, { attributes: [minGasLimit(8_000_000)] });
    const neighbour = source.message(evil.address, { attributes: [minGasLimit(1_000_000)] });
    const batch = argsOfBatch(message, neighbour);
    const path = (i) => wherry.proof([idOf(message), idOf(neighbour)], i);
    const calls = [
      gateway.data("deliver", source.gateway, message, path(0), batch[1]),
      gateway.data("retry", source.gateway, message),
      gateway.data("deliverBatch", ...argsOfBatch(message)),
      gateway.data("deliverBatch", ...batch), // delivers the neighbour from inside
      gateway.data("deliver", source.gateway, neighbour, path(1), batch[1]),
      gateway.data("retry", source.gateway, neighbour),
      gateway.data("delivered", source.gateway, message.sendId),
    ];
    await evil.send("prepare", [calls, false]);

    const inside = await gateway.call("deliver", [source.gateway, message, path(0), batch[1]]);
    assert.equal(inside, undefined);
    await evil.send("prepare", [calls, fails]);
    const { events } = await gateway.send("deliverBatch", batch);
    const runs = await evil.read("runs");
    if (fails) {
      // Its frame is undone with all that it did inside, so both are as if only the outer batch had run.
      assert.deepEqual(names(events), ["MessageFailed", "MessageFailed"]);
      assert.equal(runs, 0n);
      assert.deepEqual(await state(message), FAILED);
      assert.deepEqual(await state(neighbour), FAILED);
      // A retry of one from inside the retry of the other, and of itself.
      const retries = [gateway.data("retry", source.gateway, message), gateway.data("retry", source.gateway, neighbour)];
      await evil.send("prepare", [retries, false]);
      await gateway.send("retry", [source.gateway, message]);
      assert.equal(await evil.read("runs"), 2n);
      assert.deepEqual([await evil.read("outcomes", 0n), await evil.read("outcomes", 1n)], [false, true]);
    } else {
      // Inside: the message itself is delivered already, its neighbour is delivered by the nested batch.
      assert.equal(runs, 2n);
      const outcomes = await Promise.all(calls.map((_, i) => evil.read("outcomes", BigInt(i))));
      assert.deepEqual(outcomes, [false, false, true, true, false, false, true]);
      assert.equal(BigInt(await evil.read("answers", 6n)), 1n);
      assert.deepEqual(names(events), ["MessageDelivered", "MessageDelivered"]);
    }
    assert.deepEqual(await state(message), DELIVERED);
    assert.deepEqual(await state(neighbour), DELIVERED);
    await reverts(gateway.call("deliver", [source.gateway, message, path(0), batch[1]]), "AlreadyDelivered");
  });
}

test("bits set by nested deliveries outlive the failure of an outer item", async () => {
  // outer fails, but only after a neighbour in the same bitmap word was delivered by a recipient that does not fail.
  const inner = await chain.deploy("ReentrantRecipient", [gateway.address]);
  const failing = await recipient(Mode.Text);
  const helper = source.message(inner.address, { attributes: [minGasLimit(3_000_000)] });
  const plain = source.message((await trivial()).address);
  const bad = source.message(failing.address);
  await inner.send("prepare", [[gateway.data("deliverBatch", ...argsOfBatch(plain, bad))], false]);
  await gateway.send("deliverBatch", argsOfBatch(helper, bad));
  assert.deepEqual(await state(helper), DELIVERED);
  assert.deepEqual(await state(plain), DELIVERED);
  assert.deepEqual(await state(bad), FAILED);
});

test("one that burns all its gas does not starve the others", async () => {
  const burner = await chain.deploy("GasBurningRecipient");
  const to = await recipient();
  const messages = [];
  for (let i = 0; i < 10; i++) messages.push(source.message(i % 2 ? to.address : burner.address));
  const { events, gasUsed } = await gateway.send("deliverBatch", argsOfBatch(...messages));
  assert.deepEqual(
    names(events),
    messages.map((_, i) => (i % 2 ? "MessageDelivered" : "MessageFailed")),
  );
  assert.ok(gasUsed > 1_000_000n && gasUsed < 2_500_000n, String(gasUsed));
});

test("a batch gives every item exactly the gas it is entitled to, whatever the transaction has", async () => {
  const to = await recipient();
  const cases = [
    [[], 200_000n],
    [[minGasLimit(150_000)], 150_000n],
    [[minGasLimit(3_000_000)], 3_000_000n],
    // What no gateway of this kind sends: unknown, malformed and oversized ones.
    [["0x"], 200_000n],
    [["0xdeadbeef", minGasLimit(170_000)], 170_000n],
    [[`${minGasLimit(1_000_000)}00`, minGasLimit(160_000), minGasLimit(900_000)], 160_000n],
    [[`0x39f87ba1${"ff".repeat(32)}`], 10_000_000n],
  ];
  for (const [attributes, entitled] of cases) {
    for (const gas of [12_000_000n, 16_000_000n]) {
      const message = source.message(to.address, { attributes });
      const { events } = await gateway.send("deliverBatch", argsOfBatch(message), { gas });
      assert.deepEqual(names(events), ["MessageDelivered"]);
      const given = await to.read("lastGas");
      // Measured a few instructions into the recipient.
      assert.ok(given <= entitled && given > entitled - 1_000n, `${given} of ${entitled}`);
    }
  }
  const small = source.message(to.address, { attributes: [minGasLimit(1_000)] });
  const { events } = await gateway.send("deliverBatch", argsOfBatch(small));
  assert.deepEqual(names(events), ["MessageFailed"]);
});

test("with too little gas everything reverts, and nothing is recorded as failed", async () => {
  const to = await recipient();
  const messages = [source.message(to.address), source.message(to.address, { attributes: [minGasLimit(1_000_000)] })];
  const args = argsOfBatch(...messages);
  // Whatever the gas: both delivered, or nothing happened.
  let lowest;
  for (let gas = 100_000n; gas <= 1_600_000n; gas += 12_345n) {
    const snapshot = await chain.client.snapshot();
    const receipt = await chain.transact({ to: gateway.address, data: gateway.data("deliverBatch", ...args), gas });
    const events = names(gateway.events(receipt));
    if (receipt.status === "success") {
      lowest ??= gas;
      assert.deepEqual(events, ["MessageDelivered", "MessageDelivered"], String(gas));
    } else {
      assert.equal(lowest, undefined, `${gas} is too little, but ${lowest} is not`);
      for (const message of messages) assert.deepEqual(await state(message), UNTOUCHED);
    }
    await chain.client.revert({ id: snapshot });
  }
  assert.ok(lowest > 1_000_000n);
  await reverts(gateway.call("deliverBatch", args, { gas: 900_000n }), "InsufficientGas");
  const alone = argsOfOne(messages[1]);
  const error = await reverts(gateway.call("deliver", alone, { gas: 1_000_000n }), "InsufficientGas");
  assert.equal(error.args[0], idOf(messages[1]));
  assert.ok(error.args[1] < error.args[2] && error.args[2] > 1_000_000n && error.args[2] < 1_030_000n);

  // A single delivery gets at least what it is entitled to, and more where there is more.
  await gateway.send("deliver", alone, { gas: 8_000_000n });
  assert.ok((await to.read("lastGas")) > 7_000_000n);

  // retry honours the limit too.
  const late = source.message(to.address, { attributes: [minGasLimit(2_000_000)] });
  await to.send("setMode", [Mode.Text]);
  await gateway.send("deliverBatch", argsOfBatch(late));
  await to.send("setMode", [Mode.Accept]);
  await reverts(gateway.call("retry", [source.gateway, late], { gas: 1_900_000n }), "InsufficientGas");
  await gateway.send("retry", [source.gateway, late], { gas: 9_000_000n });
  assert.ok((await to.read("lastGas")) > 8_000_000n);
});

test("a recipient never gets less than its gas limit: the least gas that passes", async () => {
  const to = await recipient();
  const message = source.message(to.address, { attributes: [minGasLimit(500_000)] });
  const args = argsOfOne(message);
  let low = 400_000n;
  let high = 1_000_000n;
  while (high - low > 1n) {
    const gas = (low + high) / 2n;
    const passes = await gateway.call("deliver", args, { gas }).then(
      () => true,
      () => false,
    );
    if (passes) high = gas;
    else low = gas;
  }
  await gateway.send("deliver", args, { gas: high });
  const given = await to.read("lastGas");
  assert.ok(given >= 499_000n && given < 510_000n, String(given));
});

test("the data of a recipient that reverts with a bomb is cut", async () => {
  for (const size of [1n, 31n, 255n, 256n, 257n, 100_000n]) {
    const bomb = await chain.deploy("ReturnBombRecipient", [size, true]);
    const to = await trivial();
    const message = source.message(bomb.address, { attributes: [minGasLimit(400_000)] });
    const good = source.message(to.address);
    const { events, gasUsed } = await gateway.send("deliverBatch", argsOfBatch(message, good));
    assert.deepEqual(names(events), ["MessageFailed", "MessageDelivered"]);
    const bytes = `08c379a0${"00".repeat(100_000)}`.slice(0, 2 * Number(size < 256n ? size : 256n));
    assert.equal(events[0].args.reason, `0x${bytes}`);
    assert.ok(gasUsed < 200_000n, String(gasUsed));
  }
});

test("the data of a recipient that returns with a bomb is not copied", async () => {
  for (const size of [1n, 31n, 255n, 256n, 257n, 100_000n]) {
    const bomb = await chain.deploy("ReturnBombRecipient", [size, false]);
    const message = source.message(bomb.address, { attributes: [minGasLimit(400_000)] });
    const good = source.message((await trivial()).address);
    const args = argsOfBatch(message, good);
    const error = await reverts(gateway.call("deliverBatch", args), "NotAccepted", [bomb.address]);
    assert.equal(error.raw, notAccepted(bomb.address));
    // The recipient itself pays some 28,000 for 100,000 bytes; a copy would cost 37,000 more.
    const receipt = await chain.transact({ to: gateway.address, data: gateway.data("deliverBatch", ...args) });
    assert.equal(receipt.status, "reverted");
    assert.ok(receipt.gasUsed < 110_000n, String(receipt.gasUsed));
  }
});

test("a paused gateway neither sends nor delivers, but rotates", async () => {
  const [owner, guardian, stranger] = chain.accounts;
  const to = await recipient(Mode.Text);
  const failedOne = source.message(to.address);
  await gateway.send("deliverBatch", argsOfBatch(failedOne));
  await to.send("setMode", [Mode.Accept]);
  const message = source.message(to.address);
  const there = wherry.eip155(1, random.address());

  await reverts(gateway.call("pause", [], { from: stranger }), "NotGuardian", [stranger]);
  await reverts(gateway.call("pause", [], { from: owner }), "NotGuardian", [owner]);
  const { events } = await gateway.send("pause", [], { from: guardian });
  assert.deepEqual(names(events), ["Paused"]);
  assert.equal(await gateway.read("paused"), true);
  await reverts(gateway.call("pause", [], { from: guardian }), "GatewayPaused");
  await reverts(gateway.call("sendMessage", [there, "0x", []]), "GatewayPaused");
  await reverts(gateway.call("deliver", argsOfOne(message)), "GatewayPaused");
  await reverts(gateway.call("deliverBatch", argsOfBatch(message)), "GatewayPaused");
  await reverts(gateway.call("retry", [source.gateway, failedOne]), "GatewayPaused");
  const underOld = argsOfOne(message);

  const oldKey = committee.key;
  const newKey = wherry.keyPair(random.scalar());
  await gateway.send("rotate", [newKey.px, 3600n, committee.attestRotation(gateway, newKey, 3600n)]);
  await reverts(gateway.call("deliver", underOld), "GatewayPaused");
  committee.key = newKey;
  committee.keyEpoch = 2;
  await reverts(gateway.call("deliver", argsOfOne(message)), "GatewayPaused");
  assert.deepEqual(await gateway.read("groupKey", 2), [newKey.px, 2n ** 64n - 1n]);
  assert.equal((await gateway.read("groupKey", 1))[0], oldKey.px);

  for (const from of [guardian, stranger]) {
    await reverts(gateway.call("unpause", [], { from }), "OwnableUnauthorizedAccount", [from]);
  }
  assert.deepEqual(names((await gateway.send("unpause", [], { from: owner })).events), ["Unpaused"]);
  assert.equal(await gateway.read("paused"), false);
  await gateway.call("deliver", underOld);
  await gateway.send("deliver", argsOfOne(message));
  await gateway.send("retry", [source.gateway, failedOne]);
  await gateway.send("sendMessage", [there, "0x", []]);
  // Once more, without a rotation.
  await gateway.send("pause", [], { from: guardian });
  const last = source.message(to.address);
  await reverts(gateway.call("deliver", argsOfOne(last)), "GatewayPaused");
  await gateway.send("unpause", [], { from: owner });
  await gateway.send("unpause", [], { from: owner });
  await gateway.send("deliver", argsOfOne(last));
});

test("the owner names the guardian, and is replaced in two steps, never by nobody", async () => {
  const mine = await deployGateway(chain, committee);
  const [owner, guardian, next, stranger] = chain.accounts;
  assert.equal(await mine.read("owner"), owner);
  assert.equal(await mine.read("guardian"), guardian);
  await reverts(mine.call("setGuardian", [stranger], { from: guardian }), "OwnableUnauthorizedAccount");
  await mine.send("setGuardian", [stranger]);
  await reverts(mine.call("pause", [], { from: guardian }), "NotGuardian");
  await mine.send("pause", [], { from: stranger });
  await reverts(mine.call("renounceOwnership"), "OwnableInvalidOwner");
  await reverts(mine.call("transferOwnership", [next], { from: stranger }), "OwnableUnauthorizedAccount");
  await mine.send("transferOwnership", [next]);
  assert.equal(await mine.read("owner"), owner);
  await reverts(mine.call("acceptOwnership", [], { from: stranger }), "OwnableUnauthorizedAccount");
  await mine.send("acceptOwnership", [], { from: next });
  await reverts(mine.call("unpause", [], { from: owner }), "OwnableUnauthorizedAccount");
  await mine.send("unpause", [], { from: next });
});

test("calldata with a string behind its end, or an account of 32 bytes, is refused", async () => {
  const to = await trivial();
  const message = source.message(to.address);
  const good = gateway.data("deliver", ...argsOfOne(message)).slice(2);
  const call = (data) => chain.client.call({ to: gateway.address, data: `0x${data}`, account: chain.accounts[0] });
  await call(good);
  // deliver's head: gateway, message, proof, attestation (3 words); the message's offset is in the second word.
  const at = (word) => 8 + 64 * word;
  const start = 8 + 2 * Number(BigInt(`0x${good.slice(at(1), at(2))}`));
  const replace = (field, value) => good.slice(0, start + 64 * field) + value + good.slice(start + 64 * (field + 1));
  const word = (value) => value.toString(16).padStart(64, "0");
  const tooLong = [
    replace(2, `01${"00".repeat(11)}${to.address.slice(2)}`),
    replace(1, word(2n ** 256n - 1n)),
    replace(1, word(2n ** 255n)),
    replace(3, word(2n ** 40n)),
    replace(4, word(2n ** 256n - 32n)),
    good.slice(0, start + 64 * 5),
    good.slice(0, 300),
  ];
  for (const data of tooLong) await assert.rejects(call(data), /revert/);
  for (let i = 0; i < 200; i++) {
    const word_ = random.below((good.length - 8) / 64);
    const data = good.slice(0, at(word_)) + random.bytes32().slice(2) + good.slice(at(word_ + 1));
    await assert.rejects(call(data), /revert/, `word ${word_}`);
  }
});

test("whatever is done to a batch's calldata, nothing but its messages is delivered", async () => {
  const to = await recipient();
  const other = new Source(random, 10);
  const batch = [
    source.batch(source.message(to.address), source.message(to.address, { attributes: [minGasLimit(300_000)] })),
    other.batch({ ...other.message(to.address), payload: "0x" }, other.message(to.address)),
  ];
  const expected = ids(gateway, batch);
  const good = gateway.data("deliverBatch", batch, committee.attestBatch(gateway, batch)).slice(2);
  const words = (good.length - 8) / 64;
  let passed = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(good, "hex");
    const start = 4 + 32 * random.below(words);
    // A small change, which moves an offset or a length a little; a random word; or all ones.
    if (i % 3 === 0) bytes[start + 31] = (bytes[start + 31] + [32, 1, 224, 255][random.below(4)]) % 256;
    if (i % 3 === 1) Buffer.from(random.hex(32).slice(2), "hex").copy(bytes, start);
    if (i % 3 === 2) bytes.fill(0xff, start, start + 32 - random.below(33));
    const data = `0x${bytes.subarray(0, i % 7 === 0 ? start : undefined).toString("hex")}`;
    const snapshot = await chain.client.snapshot();
    const receipt = await chain.transact({ to: gateway.address, data });
    if (receipt.status === "success") {
      passed++;
      const delivered = gateway.events(receipt).map((event) => event.args.messageId);
      assert.deepEqual(delivered, expected, data);
    } else {
      assert.deepEqual(receipt.logs, []);
    }
    await chain.client.revert({ id: snapshot });
  }
  assert.ok(passed < 100, String(passed));
});
