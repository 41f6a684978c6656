// SPDX-License-Identifier: Apache-2.0
//
// Wherry's formats, version 1, computed here without the contracts: what they are compared with.
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatHex, encodeAbiParameters, keccak256, numberToHex, stringToHex } from "viem";

export const N = secp256k1.Point.Fn.ORDER;
export const P = secp256k1.Point.Fp.ORDER;
const G = secp256k1.Point.BASE;

const ATTESTATION_TAG = keccak256(stringToHex("wherry.attestation.v1"));
const ROTATION_TAG = keccak256(stringToHex("wherry.rotation.v1"));

/** ERC-7930 v1 address of an account on an eip155 chain. */
export function eip155(chainId, account) {
  const digits = BigInt(chainId).toString(16);
  return interop("0x0000", `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`, account);
}

/** ERC-7930 v1 address from its parts. */
export function interop(chainType, reference, account) {
  const length = (hex) => numberToHex((hex.length - 2) / 2, { size: 1 });
  return concatHex(["0x0001", chainType, length(reference), reference, length(account), account]).toLowerCase();
}

/** message: {sendId, sender, recipient (20 bytes), payload, attributes}; sent to `chainId`. */
export function messageId(sourceGateway, message, chainId) {
  const types = ["uint8", "bytes", "bytes32", "bytes", "bytes", "bytes32", "bytes32"];
  return keccak256(
    encodeAbiParameters(
      types.map((type) => ({ type })),
      [
        1,
        sourceGateway,
        message.sendId,
        message.sender,
        eip155(chainId, message.recipient),
        keccak256(message.payload),
        keccak256(encodeAbiParameters([{ type: "bytes[]" }], [message.attributes])),
      ],
    ),
  );
}

export const leaf = (id) => keccak256(keccak256(id));

const pair = (a, b) => keccak256(BigInt(a) < BigInt(b) ? concatHex([a, b]) : concatHex([b, a]));

/** Complete binary tree in one array: root first, leaf i at 2n-2-i. */
export function tree(ids) {
  const nodes = new Array(2 * ids.length - 1);
  ids.forEach((id, i) => (nodes[nodes.length - 1 - i] = leaf(id)));
  for (let i = ids.length - 2; i >= 0; i--) nodes[i] = pair(nodes[2 * i + 1], nodes[2 * i + 2]);
  return nodes;
}

export const root = (ids) => tree(ids)[0];

export function proof(ids, index) {
  const nodes = tree(ids);
  const path = [];
  for (let i = nodes.length - 1 - index; i > 0; i = (i - 1) >> 1) path.push(nodes[i % 2 === 0 ? i - 1 : i + 1]);
  return path;
}

export function digest(chainId, gateway, keyEpoch, batchRoot) {
  const types = ["bytes32", "uint256", "address", "uint32", "bytes32"];
  return keccak256(
    encodeAbiParameters(
      types.map((type) => ({ type })),
      [ATTESTATION_TAG, BigInt(chainId), gateway, keyEpoch, batchRoot],
    ),
  );
}

export function rotationDigest(chainId, gateway, keyEpoch, newKey, overlapSeconds) {
  const types = ["bytes32", "uint256", "address", "uint32", "uint256", "uint64"];
  return keccak256(
    encodeAbiParameters(
      types.map((type) => ({ type })),
      [ROTATION_TAG, BigInt(chainId), gateway, keyEpoch, newKey, overlapSeconds],
    ),
  );
}

/** A key pair whose point has an even y, as every group key has. */
export function keyPair(secret) {
  const point = G.multiply(secret).toAffine();
  return { secret: point.y % 2n === 0n ? secret : N - secret, px: point.x };
}

export function pointAddress(point) {
  const { x, y } = point.toAffine();
  return `0x${Buffer.from(keccak_256(Buffer.from(word(x) + word(y), "hex"))).toString("hex").slice(24)}`;
}

const word = (value) => value.toString(16).padStart(64, "0");

export function challenge(px, parity, digest, commitment) {
  const bytes = Buffer.from(word(px) + parity.toString(16).padStart(2, "0") + digest.slice(2) + commitment.slice(2), "hex");
  return BigInt(`0x${Buffer.from(keccak_256(bytes)).toString("hex")}`) % N;
}

/** z = k + e*x over the challenge e = keccak256(Px | 0x00 | digest | address of R). */
export function sign(key, digest, nonce) {
  const commitment = pointAddress(G.multiply(nonce));
  const e = challenge(key.px, 0, digest, commitment);
  return { commitment, response: (nonce + e * key.secret) % N };
}

/** A stream of numbers from a seed. */
export function random(seed) {
  let counter = 0;
  const next = () => BigInt(keccak256(stringToHex(`${seed}/${counter++}`)));
  return {
    scalar: () => (next() % (N - 1n)) + 1n,
    bytes32: () => `0x${word(next())}`,
    below: (bound) => Number(next() % BigInt(bound)),
    hex: (bytes) => {
      let out = "";
      while (out.length < bytes * 2) out += word(next());
      return `0x${out.slice(0, bytes * 2)}`;
    },
    address: () => `0x${word(next()).slice(24)}`,
  };
}

export const hash = keccak256;
