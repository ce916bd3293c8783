// Candidate pairs, each once: a pair that an earlier rule has given is passed over by the later ones. Records within a
// group stand in their order, so a pair is always told as (earlier, later), and with two tables as (left, right).

import type { Blocks } from './keys.ts';

/** Where pairs come from: the groups of rules, or every pair there is; with `split`, only across the two tables. */
export type PairSource = { records: number; split?: number; blocks: readonly Blocks[] | 'all' };

/** Of which earlier records pairs are wanted; all by default. */
export type Wanted = (r: number) => boolean;

const everyone: Wanted = () => true;

/** Calls `take` for each candidate pair in one share of the work: chunk after chunk as they are handed out. */
export function forEachPair(
  source: PairSource,
  chunks: Iterable<number>,
  take: (r: number, s: number) => void,
  isWanted: Wanted = everyone,
): void {
  const { blocks } = source;
  if (blocks === 'all') everyPair(source, chunks, take, isWanted);
  else for (const chunk of chunks) pairsOfChunk(source, blocks, chunk, take, isWanted);
}

/** So many chunks the work falls into. */
export const CHUNKS = 64;

export function* allChunks(): Generator<number> {
  for (let chunk = 0; chunk < CHUNKS; chunk++) yield chunk;
}

function everyPair(
  { records, split }: PairSource,
  chunks: Iterable<number>,
  take: (r: number, s: number) => void,
  isWanted: Wanted,
): void {
  const lefts = split ?? records;
  for (const chunk of chunks) {
    for (let r = chunk; r < lefts; r += CHUNKS) {
      if (isWanted(r)) for (let s = split ?? r + 1; s < records; s++) take(r, s);
    }
  }
}

function pairsOfChunk(
  { split }: PairSource,
  blocks: readonly Blocks[],
  chunk: number,
  take: (r: number, s: number) => void,
  isWanted: Wanted,
): void {
  for (let b = 0; b < blocks.length; b++) {
    const { groups, start, members, groupOf } = blocks[b];
    const earlier = blocks.slice(0, b).map((one) => one.groupOf);
    const [from, to] = [Math.floor((groups * chunk) / CHUNKS), Math.floor((groups * (chunk + 1)) / CHUNKS)];
    for (let g = from; g < to; g++) {
      const end = start[g + 1];
      if (end - start[g] < 2 || groupOf[members[start[g]]] < 0) continue;
      for (let i = start[g]; i < end; i++) {
        const r = members[i];
        if (split !== undefined && r >= split) break;
        if (!isWanted(r)) continue;
        for (let j = i + 1; j < end; j++) {
          const s = members[j];
          if ((split === undefined || s >= split) && !agrees(earlier, r, s)) take(r, s);
        }
      }
    }
  }
}

function agrees(groups: readonly Int32Array[], r: number, s: number): boolean {
  for (const groupOf of groups) {
    const group = groupOf[r];
    if (group >= 0 && group === groupOf[s]) return true;
  }
  return false;
}
