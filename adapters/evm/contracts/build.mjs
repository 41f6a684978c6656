// SPDX-License-Identifier: Apache-2.0
//
// Compiles src/ and writes one artifact per contract to the resources of adapters/evm, where Java reads them.
//   node build.mjs           write the artifacts
//   node build.mjs --check   compile, write nothing, fail when the checked-in artifacts differ
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));

// Where a contract's artifact goes, by its source folder. Recipients under src/test are shipped, because measuring and
// rehearsing need them; the OpenZeppelin contracts are for the tests alone. Both folders belong to this script.
const main = join(here, "../src/main/resources/io/wherry/adapters/evm/contracts");
const tests = join(here, "../src/test/resources/io/wherry/adapters/evm/contracts/openzeppelin");
function artifactFolder(source) {
  if (source.startsWith("src/openzeppelin/")) return tests;
  if (source.startsWith("src/test/")) return join(main, "test");
  return main;
}

const settings = {
  optimizer: { enabled: true, runs: 1_000_000 },
  viaIR: true,
  // The gateway needs nothing newer, so it can live on chains that are behind.
  evmVersion: "cancun",
  // No metadata at the end of the bytecode: the same sources give the same bytes on every machine.
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
};

function solidityFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return solidityFiles(path);
      return entry.name.endsWith(".sol") ? [path] : [];
    })
    .sort();
}

/** Sources under src/ and what they import, as solc names them. */
function readSources() {
  const own = solidityFiles(join(here, "src")).map((path) => relative(here, path).split(sep).join("/"));
  return Object.fromEntries(own.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }]));
}

export function compile() {
  const sources = readSources();
  const own = Object.keys(sources);
  const imported = {};
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), {
      import: (name) => {
        const contents = readFileSync(join(here, "node_modules", name), "utf8");
        imported[`node_modules/${name}`] = { content: contents };
        return { contents };
      },
    }),
  );
  const problems = output.errors ?? [];
  for (const problem of problems) console.error(problem.formattedMessage);
  if (problems.length > 0) throw new Error(`${problems.length} compiler messages; none is allowed`);

  const files = new Map();
  for (const name of own) {
    for (const [contractName, contract] of Object.entries(output.contracts[name] ?? {})) {
      // Libraries are inlined; artifacts are for what can be deployed, and for interfaces to call it by.
      if (contract.evm.bytecode.object === "" && contractName !== "IGateway") continue;
      if (contract.abi.length === 0 || isLibrary(sources[name].content, contractName)) continue;
      const artifact = {
        contractName,
        abi: contract.abi,
        bytecode: `0x${contract.evm.bytecode.object}`,
        deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
      };
      files.set(join(artifactFolder(name), `${contractName}.json`), `${JSON.stringify(artifact, null, 2)}\n`);
    }
  }
  files.set(join(main, "sources.sha256"), manifest(sources, imported));
  return files;
}

/**
 * Everything that decides the artifacts, one line a file as `sha256sum` writes them: sources, their imports, this script
 * (settings), and the lock file (compiler). A Java test compares it, so that a source edited without a build is noticed
 * where there is no Node.js.
 */
function manifest(sources, imported) {
  const files = { ...sources, ...imported };
  for (const name of ["build.mjs", "package-lock.json"]) files[name] = { content: readFileSync(join(here, name)) };
  return Object.keys(files)
    .sort()
    .map((name) => `${createHash("sha256").update(files[name].content).digest("hex")}  ${name}\n`)
    .join("");
}

function isLibrary(source, contractName) {
  return new RegExp(`^library ${contractName}\\b`, "m").test(source);
}

function checkedIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = compile();
  if (process.argv.includes("--check")) {
    const paths = new Set([...checkedIn(main), ...checkedIn(tests), ...files.keys()]);
    const different = [...paths]
      .filter((path) => !existsSync(path) || readFileSync(path, "utf8") !== files.get(path))
      .map((path) => relative(join(here, ".."), path))
      .sort();
    if (different.length > 0) {
      console.error(`Artifacts differ from their sources: ${different.join(", ")}. Run: node build.mjs`);
      process.exit(1);
    }
    console.log(`${files.size} files are up to date`);
  } else {
    for (const folder of [main, tests]) rmSync(folder, { recursive: true, force: true });
    for (const [path, content] of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    const size = (JSON.parse(files.get(join(main, "Gateway.json"))).deployedBytecode.length - 2) / 2;
    console.log(`${files.size} files written; the gateway has ${size} bytes of code`);
  }
}
