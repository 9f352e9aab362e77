// Runs a program that measures, and prints what it says. Cargo calls it as
//
//     node measure.mjs wasm.wasm

import { readFileSync } from "node:fs";

const program = new WebAssembly.Module(readFileSync(process.argv[2]));
let memory;
const node = {
  now: () => performance.now(),
  open: () => 0,
  read() {},
  report: (from, length) => console.log(new TextDecoder().decode(new Uint8Array(memory.buffer, from, length))),
};
const { exports } = new WebAssembly.Instance(program, { node });
memory = exports.memory;
process.exit(exports.main(0, 0));
