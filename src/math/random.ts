// Seeded randomness: the same seed gives the same numbers on every machine, so models and simulations can be repeated.
// Generator: sfc32 (Chris Doty-Humphrey, PractRand; period at least 2^32, passes BigCrush), seeded through a string hash
// so that forks with different labels are independent streams. Normal: polar method (Marsaglia & Bray 1964); gamma:
// Marsaglia & Tsang 2000; Poisson: Knuth for small means, PTRS (Hörmann 1993) for large ones.
import { logGamma } from './special.ts';

/** A stream of random numbers; every draw advances it. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given rate (mean 1 / rate). */
  exponential(rate: number): number;
  /** Poisson count with the given mean. */
  poisson(mean: number): number;
  /** Gamma with the given shape and scale (mean shape · scale). */
  gamma(shape: number, scale: number): number;
  /** Integer in 0 … n − 1. */
  int(n: number): number;
  /** Index drawn with probability proportional to its weight; weights need not sum to one. */
  choice(weights: Float64Array): number;
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** An independent stream that depends on this stream's seed and the label only, not on the draws made so far. */
  fork(label: string | number): Random;
}

/** Opens the stream that belongs to a seed. */
export function createRandom(seed: number | string): Random {
  const next = sfc32(`${typeof seed}:${seed}`);
  let spareNormal = Number.NaN;

  const uniform = () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
  const int = (n: number) => Math.floor(uniform() * n);

  function normal(): number {
    if (!Number.isNaN(spareNormal)) {
      const value = spareNormal;
      spareNormal = Number.NaN;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spareNormal = v * factor;
      return u * factor;
    }
  }

  function gamma(shape: number, scale: number): number {
    // Below one, the boost of Marsaglia & Tsang, section 6: G(a) = G(a + 1) · U^(1/a).
    if (shape < 1) return gamma(shape + 1, scale) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  return {
    uniform,
    normal,
    exponential: (rate) => -Math.log(1 - uniform()) / rate,
    poisson: (mean) => (mean < 10 ? poissonByProduct(uniform, mean) : poissonByRejection(uniform, mean)),
    gamma,
    int,
    choice: (weights) => drawIndex(uniform(), weights),
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(i + 1);
        const held = items[i];
        (items as Record<number, unknown>)[i] = items[j];
        (items as Record<number, unknown>)[j] = held;
      }
      return items;
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

function sfc32(seed: string): () => number {
  let a = hash(seed, 0x9e3779b9);
  let b = hash(seed, 0x243f6a88);
  let c = hash(seed, 0xb7e15162);
  let counter = 1;
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return result >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** FNV-1a over the characters, finished by murmur3's mixer so that near seeds give far states. */
function hash(text: string, basis: number): number {
  let h = basis ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function drawIndex(uniform: number, weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let rest = uniform * total;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i];
    if (rest < 0) return i;
  }
  // Rounding can leave a crumb: the last index that can be drawn takes it.
  let last = weights.length - 1;
  while (last > 0 && weights[last] === 0) last--;
  return last;
}

function poissonByProduct(uniform: () => number, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

function poissonByRejection(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accept = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = uniform() - 0.5;
    const v = 1 - uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= accept) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const logDensity = k * logMean - mean - logGamma(k + 1);
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b) <= logDensity) return k;
  }
}
