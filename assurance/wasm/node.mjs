// Runs the test program: with the vector files as they are, which must pass, and with one value
// of a file tampered with, which must not. Cargo calls it as
//
//     node node.mjs vectors.wasm

import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../tests/vectors/data/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
const files = new Map(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
const program = new WebAssembly.Module(readFileSync(process.argv[2]));

/** Runs the tests until one fails: which files they have read, and what the failed one said. */
function run(files) {
  const read = new Set();
  let memory, opened, failure;
  const bytes = (from, length) => new Uint8Array(memory.buffer, from, length);
  const text = (from, length) => new TextDecoder().decode(bytes(from, length));
  const node = {
    open(from, length) {
      const name = text(from, length);
      read.add(name);
      opened = new TextEncoder().encode(files.get(name));
      return opened.length;
    },
    read: (to) => bytes(to, opened.length).set(opened),
    report: (from, length) => (failure = text(from, length)),
  };
  const { exports } = new WebAssembly.Instance(program, { node });
  memory = exports.memory;
  try {
    // A program without arguments: the test harness runs every test, and a panic is a trap.
    const code = exports.main(0, 0);
    if (code !== 0) failure ??= `exit code ${code}`;
  } catch (trap) {
    if (!(trap instanceof WebAssembly.RuntimeError)) throw trap;
    failure ??= trap.message;
  }
  return { read, failure };
}

/** How many vectors a file has, in all of its lists; some of those have a list within. */
function count(value) {
  const cases = ({ vectors, epochs = [] }) => epochs.length + (vectors?.length ?? 1);
  if (Array.isArray(value)) return sum(value.map(cases));
  if (typeof value !== "object" || value === null) return 0;
  const { accepted = {}, ...rest } = value; // negative.json: one case for each step
  return Object.keys(accepted).length + sum(Object.values(rest).map(count));
}

/** The files, with the first character changed of the first value of this name. */
function tampered(name, key) {
  const value = new RegExp(`("${key}": \\[?\\s*")(.)`);
  const changed = files.get(name).replace(value, (_, before, first) => before + (first === "0" ? 1 : 0));
  if (changed === files.get(name)) fail(`${name} has no ${key}`);
  return new Map(files).set(name, changed);
}

function sum(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const { read, failure } = run(files);
if (failure !== undefined) fail(failure);
for (const [name, text] of files) {
  if (!read.has(name)) fail(`no test has read ${name}`);
  if (count(JSON.parse(text)) === 0) fail(`there are no vectors in ${name}`);
}
console.log(`${sum(names.map((name) => count(JSON.parse(files.get(name)))))} vectors verified`);

for (const [name, key] of [
  ["negative.json", "reason"],
  ["presentation.json", "presentation"],
  ["pseudonyms.json", "text"],
  ["rfc9497_ristretto255.json", "BlindedElement"],
]) {
  const { failure } = run(tampered(name, key));
  // A failed assertion, not just any trap.
  if (!failure?.startsWith("panicked at")) fail(`a change of ${key} in ${name}: ${failure}`);
  console.log(`a change of ${key} in ${name} is noticed: ${failure.split("\n", 2).join(" ")}`);
}
