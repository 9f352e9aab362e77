// ristretto255 as @noble/curves has it, driven as the Rust peer is: one JSON object on each line
// of standard input, one answer on each line of standard output. See ../curves.py.

import { createInterface } from 'node:readline';

import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToHex, bytesToNumberLE, hexToBytes, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';

const { Point } = ristretto255;
const { Fn } = Point;

/** What does not decode. */
class Undecodable extends Error {}

const point = (hex) => {
  try {
    return Point.fromBytes(hexToBytes(hex));
  } catch {
    throw new Undecodable();
  }
};

const scalar = (hex) => {
  try {
    return Fn.fromBytes(hexToBytes(hex));
  } catch {
    throw new Undecodable();
  }
};

const wide = (hex) => bytesToNumberLE(hexToBytes(hex));

// `multiply` refuses the scalar 0.
const times = (p, s) => (s === 0n ? Point.ZERO : p.multiply(s));

const points = {
  'group.decode': ({ a }) => point(a),
  'group.add': ({ a, b }) => point(a).add(point(b)),
  'group.subtract': ({ a, b }) => point(a).subtract(point(b)),
  'group.multiply': ({ s, a }) => times(point(a), scalar(s)),
  'group.multiply_base': ({ s }) => times(Point.BASE, scalar(s)),
  'group.map': ({ wide }) => ristretto255_hasher.deriveToCurve(hexToBytes(wide)),
  'hash.group': ({ dst, msg }) =>
    ristretto255_hasher.hashToCurve(hexToBytes(msg), { DST: hexToBytes(dst) }),
};

const scalars = {
  'scalar.decode': ({ s }) => scalar(s),
  'scalar.reduce': ({ wide: w }) => Fn.create(wide(w)),
  'scalar.add': ({ s, t }) => Fn.add(scalar(s), scalar(t)),
  'scalar.subtract': ({ s, t }) => Fn.sub(scalar(s), scalar(t)),
  'scalar.multiply': ({ s, t }) => Fn.mul(scalar(s), scalar(t)),
  'scalar.negate': ({ s }) => Fn.neg(scalar(s)),
  'scalar.invert': ({ s }) => {
    const value = scalar(s);
    if (value === 0n) throw new Undecodable();
    return Fn.inv(value);
  },
};

const answer = (command) => {
  if (command.op === 'hash.expand') {
    const { dst, msg, length } = command;
    return bytesToHex(expand_message_xmd(hexToBytes(msg), hexToBytes(dst), length, sha512));
  }
  try {
    if (command.op in points) return bytesToHex(points[command.op](command).toBytes());
    return bytesToHex(numberToBytesLE(scalars[command.op](command), 32));
  } catch (error) {
    if (error instanceof Undecodable) return null;
    throw error;
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify({ ok: { bytes: answer(JSON.parse(line)) } })}\n`);
}
