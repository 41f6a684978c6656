// SPDX-License-Identifier: Apache-2.0
//
// OpenZeppelin's cross-chain contracts, unmodified, between two gateways on two chains.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { concatHex, encodePacked, keccak256, stringToHex, toFunctionSelector } from "viem";
import { startChain } from "./support/chain.mjs";
import { names, reverts, seededRandom } from "./support/check.mjs";
import { Committee, deployGateway } from "./support/committee.mjs";
import { messagesOf, relay } from "./support/relay.mjs";
import * as wherry from "./support/wherry.mjs";

const random = seededRandom("openzeppelin");
const SUPPLY = 10n ** 24n;
let a, b, committee, gatewayA, gatewayB;

before(async () => {
  [a, b] = await Promise.all([startChain(31337), startChain(900_001)]);
  committee = new Committee(random);
  await b.deploy("TrivialRecipient"); // so that addresses on the two chains differ
  gatewayA = await deployGateway(a, committee);
  gatewayB = await deployGateway(b, committee);
  assert.notEqual(gatewayA.address, gatewayB.address);
});
after(() => Promise.all([a.stop(), b.stop()]));

const on = (chain, contract) => wherry.eip155(chain.id, contract.address ?? contract);

async function link(onA, onB) {
  await onA.send("link", [gatewayA.address, on(b, onB)]);
  await onB.send("link", [gatewayB.address, on(a, onA)]);
}

test("BridgeERC20 takes tokens to another chain and back", async () => {
  const [alice, bob] = [a.accounts[0], b.accounts[7]];
  const tokenA = await a.deploy("ExampleToken", ["Example", "EX", alice, SUPPLY]);
  const tokenB = await b.deploy("ExampleToken", ["Example", "EX", b.accounts[0], SUPPLY]);
  const bridgeA = await a.deploy("ExampleBridge", [tokenA.address, alice]);
  const bridgeB = await b.deploy("ExampleBridge", [tokenB.address, b.accounts[0]]);
  await link(bridgeA, bridgeB);
  await tokenB.send("transfer", [bridgeB.address, SUPPLY]);
  await tokenA.send("approve", [bridgeA.address, SUPPLY]);

  const there = await bridgeA.send("crosschainTransfer", [on(b, bob), 1_000n]);
  assert.equal(await tokenA.read("balanceOf", bridgeA.address), 1_000n);
  const delivered = await relay(committee, gatewayA, gatewayB, there);
  assert.deepEqual(names(delivered.events), ["MessageDelivered"]);
  assert.equal(await tokenB.read("balanceOf", bob), 1_000n);
  const received = bridgeB.events(delivered)[0];
  assert.equal(received.eventName, "CrosschainFungibleTransferReceived");
  assert.equal(received.args.receiveId, delivered.events[0].args.messageId);
  assert.equal(received.args.from, on(a, alice));

  await tokenB.send("approve", [bridgeB.address, 400n], { from: bob });
  const back = await bridgeB.send("crosschainTransfer", [on(a, alice), 400n], { from: bob });
  await relay(committee, gatewayB, gatewayA, back);
  assert.equal(await tokenA.read("balanceOf", alice), SUPPLY - 600n);
  assert.equal(await tokenB.read("balanceOf", bob), 600n);

  // The same attested message again moves nothing.
  assert.deepEqual((await relay(committee, gatewayA, gatewayB, there)).events, []);
  assert.equal(await tokenB.read("balanceOf", bob), 600n);

  // A bridge listens to its counterpart only.
  const [message] = messagesOf(gatewayA, there);
  const forged = { ...message, sendId: `0x${"77".repeat(32)}`, sender: on(a, bob) };
  const source = on(a, gatewayA);
  const batch = [{ sourceGateway: source, messages: [forged] }];
  const args = [source, forged, [], committee.attestBatch(gatewayB, batch)];
  await reverts(gatewayB.call("deliver", args), toFunctionSelector("ERC7786RecipientUnauthorizedGateway(address,bytes)"));
});

test("a transfer that the bridge cannot pay out yet fails, and is retried", async () => {
  const [alice, bob] = [a.accounts[0], b.accounts[7]];
  const tokenA = await a.deploy("ExampleToken", ["Example", "EX", alice, SUPPLY]);
  const tokenB = await b.deploy("ExampleToken", ["Example", "EX", b.accounts[0], SUPPLY]);
  const bridgeA = await a.deploy("ExampleBridge", [tokenA.address, alice]);
  const bridgeB = await b.deploy("ExampleBridge", [tokenB.address, b.accounts[0]]);
  await link(bridgeA, bridgeB);
  await tokenA.send("approve", [bridgeA.address, SUPPLY]);
  const sent = await bridgeA.send("crosschainTransfer", [on(b, bob), 5n]);
  const { events } = await relay(committee, gatewayA, gatewayB, sent);
  assert.deepEqual(names(events), ["MessageFailed"]);
  assert.equal(events[0].args.reason.slice(0, 10), keccak256(stringToHex("ERC20InsufficientBalance(address,uint256,uint256)")).slice(0, 10));
  await tokenB.send("transfer", [bridgeB.address, 5n]);
  await gatewayB.send("retry", [on(a, gatewayA), messagesOf(gatewayA, sent)[0]], { from: b.accounts[9] });
  assert.equal(await tokenB.read("balanceOf", bob), 5n);
});

test("ERC20Crosschain burns here and mints there", async () => {
  const [alice, bob] = [a.accounts[0], b.accounts[7]];
  const tokenA = await a.deploy("TestERC20Crosschain", [alice, SUPPLY]);
  const tokenB = await b.deploy("TestERC20Crosschain", [alice, 0n]);
  await link(tokenA, tokenB);
  await relay(committee, gatewayA, gatewayB, await tokenA.send("crosschainTransfer", [on(b, bob), 12n]));
  assert.equal(await tokenA.read("totalSupply"), SUPPLY - 12n);
  assert.equal(await tokenB.read("balanceOf", bob), 12n);
  assert.equal(await tokenB.read("totalSupply"), 12n);
});

test("BridgeERC721 takes a token to another chain and back", async () => {
  const [alice, bob] = [a.accounts[0], b.accounts[7]];
  const tokenA = await a.deploy("TestERC721");
  const tokenB = await b.deploy("TestERC721");
  const bridgeA = await a.deploy("TestBridgeERC721", [tokenA.address]);
  const bridgeB = await b.deploy("TestBridgeERC721", [tokenB.address]);
  await link(bridgeA, bridgeB);
  await tokenA.send("mint", [alice, 7n]);
  await tokenB.send("mint", [bridgeB.address, 7n]);
  await tokenA.send("approve", [bridgeA.address, 7n]);
  const sent = await bridgeA.send("crosschainTransferFrom", [alice, on(b, bob), 7n]);
  await relay(committee, gatewayA, gatewayB, sent);
  assert.equal(await tokenA.read("ownerOf", 7n), bridgeA.address);
  assert.equal(await tokenB.read("ownerOf", 7n), bob);
  await tokenB.send("approve", [bridgeB.address, 7n], { from: bob });
  const back = await bridgeB.send("crosschainTransferFrom", [bob, on(a, alice), 7n], { from: bob });
  await relay(committee, gatewayB, gatewayA, back);
  assert.equal(await tokenA.read("ownerOf", 7n), alice);
});

test("a governor on one chain acts on another through CrosschainRemoteExecutor", async () => {
  const governor = await a.deploy("TestGovernor");
  const executor = await b.deploy("TestExecutor", [gatewayB.address, on(a, governor)]);
  const token = await b.deploy("ExampleToken", ["Treasury", "TR", executor.address, SUPPLY]);
  const bob = b.accounts[7];

  const single = `0x${"00".repeat(32)}`; // ERC-7579: one call, reverting
  const execution = encodePacked(["address", "uint256", "bytes"], [token.address, 0n, token.data("transfer", bob, 99n)]);
  const call = governor.data("relayCrosschain", gatewayA.address, on(b, executor), single, execution);
  const proposal = [[governor.address], [0n], [call]];
  const description = "pay bob";
  const proposalId = await governor.call("propose", [...proposal, description]);
  await governor.send("propose", [...proposal, description]);
  await a.client.mine({ blocks: 2 });
  await governor.send("castVote", [proposalId, 1]);
  await a.client.mine({ blocks: 6 });
  const executed = await governor.send("execute", [...proposal, keccak256(stringToHex(description))]);
  const { events } = await relay(committee, gatewayA, gatewayB, executed);
  assert.deepEqual(names(events), ["MessageDelivered"]);
  assert.equal(await token.read("balanceOf", bob), 99n);

  // Somebody else's instruction is not carried out.
  const payload = concatHex([single, execution]);
  const stranger = await gatewayA.send("sendMessage", [on(b, executor), payload, []], { from: a.accounts[3] });
  assert.deepEqual(names((await relay(committee, gatewayA, gatewayB, stranger)).events), ["MessageFailed"]);
  assert.equal(await token.read("balanceOf", bob), 99n);
});
