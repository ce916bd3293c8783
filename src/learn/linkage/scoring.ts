// Weighs all candidate pairs on every core: the threads take chunks of the groups, each from one shared counter, until
// none is left. Records are shared memory; only the dictionaries of values are copied.

import { Worker } from 'node:worker_threads';
import { threadsToUse } from '../../environment.ts';
import { type Cells, comparisonNamed, type Field, kindNamed } from './fields.ts';
import type { StrangerSort } from './mixture.ts';
import { CHUNKS, forEachPair, type PairSource } from './pairs.ts';
import { openScorer, type Scoring } from './scorer.ts';

export type ScoredPairs = { size: number; left: Int32Array; right: Int32Array; weight: Float32Array };

/** What a thread is told; it rebuilds the fields from it. */
export type ScoringTask = {
  source: PairSource;
  fields: readonly {
    name: string;
    column: string;
    kind: string;
    suffix: string;
    values: readonly string[];
    others: number[];
  }[];
  cells: Cells;
  weights: readonly Float64Array[];
  rarity: readonly (Float32Array | undefined)[];
  prior: number;
  sorts: readonly StrangerSort[];
  /** Weights of the words of fields whose comparison needs them. */
  words: readonly (ReadonlyMap<string, number> | undefined)[];
  floor: number;
  /** The next chunk, shared by all threads. */
  next: Int32Array;
};

const FEW_PAIRS = 200_000;

/** The pairs that weigh at least `floor` (log2 odds), in the order of their records. */
export async function scorePairs(
  task: Omit<ScoringTask, 'next'>,
  pairs: number,
  threads = threadsToUse(),
): Promise<ScoredPairs> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const whole = { ...task, next };
  const helpers = pairs < FEW_PAIRS ? 0 : Math.max(0, threads - 1);
  const others = Array.from({ length: helpers }, () => startThread(whole));
  const own = scoreShare(whole);
  const parts = [own, ...(await Promise.all(others))];
  return inOrder(parts);
}

/** One thread's share. */
export function scoreShare(task: ScoringTask): ScoredPairs {
  const { weigh } = openScorer(scoringOf(task), task.floor);
  let capacity = 1 << 16;
  let size = 0;
  let [left, right, weight] = [new Int32Array(capacity), new Int32Array(capacity), new Float32Array(capacity)];
  forEachPair(task.source, takeChunks(task.next), (r, s) => {
    const sum = weigh(r, s);
    if (sum === Number.NEGATIVE_INFINITY) return;
    if (size === capacity) {
      capacity *= 2;
      left = grown(left, new Int32Array(capacity));
      right = grown(right, new Int32Array(capacity));
      weight = grown(weight, new Float32Array(capacity));
    }
    left[size] = r;
    right[size] = s;
    weight[size++] = sum;
  });
  return { size, left: left.slice(0, size), right: right.slice(0, size), weight: weight.slice(0, size) };
}

function* takeChunks(next: Int32Array): Generator<number> {
  for (let chunk = Atomics.add(next, 0, 1); chunk < CHUNKS; chunk = Atomics.add(next, 0, 1)) yield chunk;
}

function scoringOf({ fields, cells, weights, rarity, prior, sorts, words }: ScoringTask): Scoring {
  const whole: Field[] = fields.map(({ kind: kindName, suffix, ...field }) => {
    const kind = kindNamed(kindName);
    const facet = kind.facets.find((one) => one.suffix === suffix) as Field['facet'];
    const [codes, counts] = [new Int32Array(0), new Float64Array(0)];
    return { ...field, kind, facet, comparison: comparisonNamed(facet.comparison), codes, counts };
  });
  const tokens = (field: Field) => {
    const own = words[whole.indexOf(field)] as ReadonlyMap<string, number>;
    return { weightOf: (word: string) => own.get(word) ?? 0 };
  };
  return { fields: whole, cells, weights, rarity, prior, sorts, tokens };
}

function startThread(task: ScoringTask): Promise<ScoredPairs> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./scoringThread.ts', import.meta.url), { workerData: task, execArgv: [] });
    thread.once('message', (part: ScoredPairs) => resolve(part));
    thread.once('error', reject);
  });
}

function inOrder(parts: readonly ScoredPairs[]): ScoredPairs {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const all = { left: new Int32Array(size), right: new Int32Array(size), weight: new Float32Array(size) };
  let at = 0;
  for (const part of parts) {
    for (const name of ['left', 'right', 'weight'] as const) all[name].set(part[name], at);
    at += part.size;
  }
  const order = Uint32Array.from({ length: size }, (_, p) => p).sort(
    (p, q) => all.left[p] - all.left[q] || all.right[p] - all.right[q],
  );
  return {
    size,
    left: Int32Array.from(order, (p) => all.left[p]),
    right: Int32Array.from(order, (p) => all.right[p]),
    weight: Float32Array.from(order, (p) => all.weight[p]),
  };
}

function grown<A extends Int32Array | Float32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
