// SPDX-License-Identifier: Apache-2.0
//
// A real anvil on a free loopback port, and the few calls that tests make on it.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BaseError,
  ContractFunctionRevertedError,
  createTestClient,
  decodeEventLog,
  defineChain,
  encodeDeployData,
  encodeFunctionData,
  formatTransactionReceipt,
  getAddress,
  http,
  numberToHex,
  publicActions,
  walletActions,
} from "viem";

const here = dirname(fileURLToPath(import.meta.url));
const contracts = "resources/io/wherry/adapters/evm/contracts";
const folders = [`main/${contracts}`, `main/${contracts}/test`, `test/${contracts}/openzeppelin`];
const START_TIMEOUT_MILLIS = 30_000;
/** Anvil mines at once; a receipt is there at the first or second look. */
const RECEIPT_ATTEMPTS_MAX = 500;

export function artifact(name) {
  const path = folders.map((folder) => join(here, "../../../src", folder, `${name}.json`)).find(existsSync);
  if (!path) throw new Error(`no artifact of ${name}; run: node build.mjs`);
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * The binary itself, which can be ended by its id (a wrapper would leave it behind): the pinned one, or on platforms that
 * have none, the one that ANVIL names.
 */
function anvilBinary() {
  if (process.env.ANVIL) return process.env.ANVIL;
  const manifest = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/package.json");
  return join(dirname(manifest), "bin/anvil");
}

export async function startChain(chainId, ...options) {
  const args = ["--host", "127.0.0.1", "--port", "0", "--chain-id", String(chainId), ...options];
  const child = spawn(anvilBinary(), args, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill());
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("anvil did not start")), START_TIMEOUT_MILLIS);
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const match = /Listening on (127\.0\.0\.1:\d+)/.exec(text);
      if (match) {
        clearTimeout(timer);
        text = "";
        child.stdout.removeAllListeners("data").resume();
        resolve(`http://${match[1]}`);
      }
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}: ${text}`)));
  });
  const chain = defineChain({
    id: chainId,
    name: `test ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const client = createTestClient({ mode: "anvil", chain, transport: http(url), pollingInterval: 20 })
    .extend(publicActions)
    .extend(walletActions);
  const accounts = await client.getAddresses();
  return new Chain(chainId, client, accounts, child);
}

/** What a contract answered instead of what was asked: the name of its error, and its arguments. */
export class Reverted extends Error {
  constructor(name, args, raw) {
    super(`reverted: ${name}(${(args ?? []).join(", ")})`);
    this.name_ = name;
    this.args = args ?? [];
    this.raw = raw;
  }
}

class Chain {
  constructor(id, client, accounts, child) {
    this.id = id;
    this.client = client;
    this.accounts = accounts;
    this.child = child;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
  }

  async deploy(name, args = [], extraAbi = []) {
    const { abi, bytecode } = artifact(name);
    const receipt = await this.#transact({ data: encodeDeployData({ abi, bytecode, args }) });
    if (receipt.status !== "success") throw new Error(`deployment of ${name} reverted`);
    return new Contract(this, getAddress(receipt.contractAddress), [...abi, ...extraAbi]);
  }

  at(name, address) {
    return new Contract(this, address, artifact(name).abi);
  }

  async #transact({ from = this.accounts[0], gas = 16_000_000n, ...rest }) {
    const request = { from, gas: numberToHex(gas), ...rest };
    if (rest.value !== undefined) request.value = numberToHex(rest.value);
    // Raw calls: the client's own take chain ids for JavaScript numbers, which end at 2^53.
    const hash = await this.client.request({ method: "eth_sendTransaction", params: [request] });
    for (let attempt = 0; attempt < RECEIPT_ATTEMPTS_MAX; attempt++) {
      const receipt = await this.client.request({ method: "eth_getTransactionReceipt", params: [hash] });
      if (receipt) return formatTransactionReceipt(receipt);
    }
    throw new Error(`no receipt of ${hash}`);
  }

  async transact(request) {
    return this.#transact(request);
  }

  async now() {
    return (await this.client.getBlock()).timestamp;
  }
}

class Contract {
  constructor(chain, address, abi) {
    this.chain = chain;
    this.address = address;
    this.abi = abi;
  }

  data(functionName, ...args) {
    return encodeFunctionData({ abi: this.abi, functionName, args });
  }

  /** Call without a transaction; throws {@link Reverted}. */
  async call(functionName, args = [], options = {}) {
    try {
      const { result } = await this.chain.client.simulateContract({
        address: this.address,
        abi: this.abi,
        functionName,
        args,
        account: options.from ?? this.chain.accounts[0],
        gas: options.gas ?? 16_000_000n,
        value: options.value,
      });
      return result;
    } catch (error) {
      throw asReverted(error);
    }
  }

  read(functionName, ...args) {
    return this.call(functionName, args);
  }

  /** A transaction that must succeed; when it does not, throws what a call would have answered. */
  async send(functionName, args = [], options = {}) {
    const data = this.data(functionName, ...args);
    const receipt = await this.chain.transact({ to: this.address, data, ...options });
    if (receipt.status !== "success") {
      await this.call(functionName, args, options);
      throw new Error(`${functionName} reverted in a transaction, but not in a call`);
    }
    return { gasUsed: receipt.gasUsed, logs: receipt.logs, events: this.events(receipt) };
  }

  /** Events of this contract in a receipt. */
  events(receipt) {
    return receipt.logs
      .filter((log) => log.address.toLowerCase() === this.address.toLowerCase())
      .map((log) => decodeEventLog({ abi: this.abi, topics: log.topics, data: log.data }));
  }
}

function asReverted(error) {
  if (!(error instanceof BaseError)) return error;
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return error;
  const name = reverted.data?.errorName ?? (reverted.reason ? "Error" : (reverted.signature ?? "none"));
  return new Reverted(name, reverted.data?.args ?? (reverted.reason ? [reverted.reason] : []), reverted.raw ?? "0x");
}
