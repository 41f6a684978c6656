// SPDX-License-Identifier: Apache-2.0
//
// The committee as one key in one hand, a gateway that it signs for, and messages to deliver to it.
import { numberToHex } from "viem";
import * as wherry from "./wherry.mjs";

export const SOURCE_CHAIN = 1;

export class Committee {
  constructor(random) {
    this.random = random;
    this.key = wherry.keyPair(random.scalar());
    this.keyEpoch = 1;
  }

  /** Attest a batch root for a gateway. */
  attest(gateway, root, { key = this.key, keyEpoch = this.keyEpoch, chainId = gateway.chain.id } = {}) {
    const digest = wherry.digest(chainId, gateway.address, keyEpoch, root);
    return { keyEpoch, ...wherry.sign(key, digest, this.random.scalar()) };
  }

  /** Attest the batch of these messages: [{sourceGateway, messages}]. */
  attestBatch(gateway, batch, options) {
    return this.attest(gateway, wherry.root(ids(gateway, batch)), options);
  }

  attestRotation(gateway, newKey, overlapSeconds) {
    const digest = wherry.rotationDigest(gateway.chain.id, gateway.address, this.keyEpoch, newKey.px, overlapSeconds);
    return { keyEpoch: this.keyEpoch, ...wherry.sign(this.key, digest, this.random.scalar()) };
  }
}

export function ids(gateway, batch) {
  return batch.flatMap(({ sourceGateway, messages }) =>
    messages.map((message) => wherry.messageId(sourceGateway, message, gateway.chain.id)),
  );
}

export async function deployGateway(chain, committee) {
  const [owner, guardian] = chain.accounts;
  return chain.deploy("Gateway", [owner, guardian, committee.key.px]);
}

/** Messages of one source gateway, with slots from `first` on. */
export class Source {
  constructor(random, chainId = SOURCE_CHAIN) {
    this.random = random;
    this.gateway = wherry.eip155(chainId, random.address());
    this.sender = wherry.eip155(chainId, random.address());
    this.sequence = 0n;
  }

  message(recipient, { payload = this.random.hex(32), attributes = [] } = {}) {
    const sendId = numberToHex(++this.sequence, { size: 32 });
    return { sendId, sender: this.sender, recipient, payload, attributes };
  }

  batch(...messages) {
    return { sourceGateway: this.gateway, messages };
  }
}

export const minGasLimit = (gas) => `0x39f87ba1${BigInt(gas).toString(16).padStart(64, "0")}`;
