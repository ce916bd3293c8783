// The number behind an identifier: CityHash64 in the version that ClickHouse's cityHash64() computes (CityHash 1.0.2,
// Pike & Alakuijala), so that the node of an anchor is known without asking the engine.

import { remembered } from '../store/index.ts';

const M = (1n << 64n) - 1n;
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;
const k3 = 0xc949d7c7509e6557n;
const mul = 0x9ddfea08eb382d69n;

/**
 * The node of an identifier such as `u:42` or `a:3f…`. Those of late are known: whoever does something does more, several
 * rooms ask for each event, and working it out takes longer than the rest of what they do with it. Some 10 MB.
 */
export const nodeOf = remembered<bigint>(50_000, hashOf);

function hashOf(identifier: string): bigint {
  const bytes = Buffer.from(identifier, 'utf8');
  if (bytes.length <= 16) return short(bytes);
  if (bytes.length <= 32) return medium(bytes);
  return bytes.length <= 64 ? long(bytes) : blocks(bytes);
}

/** A profile or node id as APIs write it: 16 hex digits. */
export function toHexId(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}

/** undefined when the text is no such id. */
export function fromHexId(text: string): bigint | undefined {
  return /^[0-9a-f]{16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}

function short(s: Buffer): bigint {
  const size = s.length;
  if (size > 8) {
    const [a, b] = [at(s, 0), at(s, size - 8)];
    return pair(a, rotate((b + BigInt(size)) & M, size)) ^ b;
  }
  if (size >= 4) return pair(BigInt(size) + (BigInt(s.readUInt32LE(0)) << 3n), BigInt(s.readUInt32LE(size - 4)));
  if (size === 0) return k2;
  const y = BigInt(s[0] + (s[size >> 1] << 8));
  const z = BigInt(size + (s[size - 1] << 2));
  return (mix(((y * k2) ^ (z * k3)) & M) * k2) & M;
}

function medium(s: Buffer): bigint {
  const size = s.length;
  const a = (at(s, 0) * k1) & M;
  const b = at(s, 8);
  const c = (at(s, size - 8) * k2) & M;
  const d = at(s, size - 16) * k0;
  return pair(rotate((a - b) & M, 43) + rotate(c, 30) + d, a + rotate(b ^ k3, 20) - c + BigInt(size));
}

function long(s: Buffer): bigint {
  const size = s.length;
  const start = (at(s, 0) + (BigInt(size) + at(s, size - 16)) * k0) & M;
  const [vf, vs] = half(start, at(s, 24), at(s, 8), at(s, 16));
  const middle = (at(s, 16) + at(s, size - 32)) & M;
  const [wf, ws] = half(middle, at(s, size - 8), at(s, size - 24), at(s, size - 16));
  const r = mix(((vf + ws) * k2 + (wf + vs) * k0) & M);
  return (mix((r * k0 + vs) & M) * k2) & M;
}

function half(a: bigint, z: bigint, first: bigint, second: bigint): [bigint, bigint] {
  const b = rotate((a + z) & M, 52);
  const one = (a + first) & M;
  const c = (rotate(a, 37) + rotate(one, 7)) & M;
  const two = (one + second) & M;
  return [(two + z) & M, (b + rotate(two, 31) + c) & M];
}

function blocks(s: Buffer): bigint {
  const size = BigInt(s.length);
  let x = at(s, 0);
  let y = at(s, s.length - 16) ^ k1;
  let z = at(s, s.length - 56) ^ k0;
  let v = weak(s, s.length - 64, size, y);
  let w = weak(s, s.length - 32, size * k1, k0);
  z = (z + mix(v[1]) * k1) & M;
  x = (rotate((z + x) & M, 39) * k1) & M;
  y = (rotate(y, 33) * k1) & M;
  for (let i = 0, end = (s.length - 1) & ~63; i < end; i += 64) {
    x = (rotate((x + y + v[0] + at(s, i + 16)) & M, 37) * k1) & M;
    y = (rotate((y + v[1] + at(s, i + 48)) & M, 42) * k1) & M;
    x ^= w[1];
    y ^= v[0];
    z = rotate(z ^ w[0], 33);
    v = weak(s, i, v[1] * k1, x + w[0]);
    w = weak(s, i + 32, z + w[1], y);
    [z, x] = [x, z];
  }
  return pair(pair(v[0], w[0]) + mix(y) * k1 + z, pair(v[1], w[1]) + x);
}

function weak(s: Buffer, i: number, seedA: bigint, seedB: bigint): [bigint, bigint] {
  const z = at(s, i + 24);
  const a = (seedA + at(s, i)) & M;
  const b = rotate((seedB + a + z) & M, 21);
  const sum = (a + at(s, i + 8) + at(s, i + 16)) & M;
  return [(sum + z) & M, (b + rotate(sum, 44) + a) & M];
}

function pair(u: bigint, v: bigint): bigint {
  const a = mix((((u ^ v) & M) * mul) & M);
  const b = mix((((v & M) ^ a) * mul) & M);
  return (b * mul) & M;
}

function mix(x: bigint): bigint {
  return x ^ (x >> 47n);
}

function rotate(x: bigint, by: number): bigint {
  const bits = BigInt(by);
  return bits === 0n ? x : ((x >> bits) | (x << (64n - bits))) & M;
}

function at(s: Buffer, i: number): bigint {
  return s.readBigUInt64LE(i);
}
