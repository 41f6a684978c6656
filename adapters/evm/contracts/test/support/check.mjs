// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Reverted } from "./chain.mjs";
import * as wherry from "./wherry.mjs";

/** Seed of this run: from the environment to replay one, else new. Printed, so that a failure can be replayed. */
export function seededRandom(name) {
  const seed = process.env.SEED ?? randomBytes(8).toString("hex");
  console.log(`${name}: replay with SEED=${seed}`);
  return wherry.random(`${name}/${seed}`);
}

/** Demands that a call reverts with the named error, and with these arguments where given. */
export async function reverts(promise, name, args) {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    assert.equal(error.name_, name, error.message);
    if (args) assert.deepEqual(error.args.map(normal), args.map(normal));
    return error;
  }
  assert.fail(`expected ${name}, but nothing reverted`);
}

function normal(value) {
  if (typeof value === "string" && value.startsWith("0x")) return value.toLowerCase();
  return typeof value === "number" ? BigInt(value) : value;
}

export const names = (events) => events.map((event) => event.eventName);
