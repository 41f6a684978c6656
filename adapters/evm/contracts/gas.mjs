// SPDX-License-Identifier: Apache-2.0
//
// Measures the gas of whole transactions (see README.md for the method) and prints one JSON object.
import { Committee, Source, deployGateway } from "./test/support/committee.mjs";
import { startChain } from "./test/support/chain.mjs";
import * as wherry from "./test/support/wherry.mjs";

const seed = process.argv[2] ?? "gas";
const rounds = 21;

function median(values) {
  return values.map(Number).sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const random = wherry.random(seed);
const chain = await startChain(31337);
try {
  const committee = new Committee(random);
  const gateway = await deployGateway(chain, committee);
  const factory = await chain.deploy("TrivialRecipients");
  const { events } = await factory.send("deploy", [50n]);
  const recipients = events[0].args.recipients;
  const source = new Source(random);

  const single = [];
  const batches = { 10: [], 50: [] };
  const sends = [];
  const deliver = async (size) => {
    const batch = [source.batch(...recipients.slice(0, size).map((recipient) => source.message(recipient)))];
    const attestation = committee.attestBatch(gateway, batch);
    return size === 1
      ? gateway.send("deliver", [source.gateway, batch[0].messages[0], [], attestation])
      : gateway.send("deliverBatch", [batch, attestation]);
  };
  // The first transaction writes the first bit of a bitmap word (20,000 gas more, once in 256 messages).
  await deliver(1);
  for (let i = 0; i < rounds; i++) single.push((await deliver(1)).gasUsed);
  for (let i = 0; i < rounds; i++) batches[10].push((await deliver(10)).gasUsed);
  for (let i = 0; i < rounds; i++) batches[50].push((await deliver(50)).gasUsed);
  const recipient = wherry.eip155(1, random.address());
  await gateway.send("sendMessage", [recipient, random.hex(32), []]);
  for (let i = 0; i < rounds; i++) sends.push((await gateway.send("sendMessage", [recipient, random.hex(32), []])).gasUsed);
  console.log(
    JSON.stringify({
      deliver_gas: median(single),
      batch10_gas_per_message: Math.round(median(batches[10]) / 10),
      batch50_gas_per_message: Math.round(median(batches[50]) / 50),
      send_gas: median(sends),
    }),
  );
} finally {
  await chain.stop();
}
