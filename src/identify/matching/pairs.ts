// From pairs of records to pairs of identifiers: the likeliest of their records speaks, and they are linked since the
// first moment at which records of both that are alike enough were known.

import type { Frozen } from '../../learn/index.ts';
import type { Suggestion } from '../suggest.ts';
import type { PersonRecord } from './records.ts';
import { inWords } from './words.ts';

export type RecordPair = { a: PersonRecord; b: PersonRecord; probability: number };

export type NodePair = RecordPair & { at: number };

/** The smaller node first. */
export function pairKey(x: bigint, y: bigint): string {
  return x < y ? `${x} ${y}` : `${y} ${x}`;
}

export function foldPairs(pairs: Iterable<RecordPair>, linkAt: number): Map<string, NodePair> {
  const found = new Map<string, NodePair>();
  for (const { a, b, probability } of pairs) {
    if (a.node === b.node) continue;
    const [x, y] = a.node < b.node ? [a, b] : [b, a];
    const key = pairKey(x.node, y.node);
    const moment = Math.max(x.since, y.since);
    const before = found.get(key);
    if (before === undefined) {
      found.set(key, { a: x, b: y, probability, at: moment });
      continue;
    }
    const both = [before.probability >= linkAt, probability >= linkAt];
    if (both[0] && both[1]) before.at = Math.min(before.at, moment);
    else if (both[1]) before.at = moment;
    const isLikelier =
      probability > before.probability || (probability === before.probability && isBefore(x, y, before));
    if (!isLikelier) continue;
    if (!both[1]) before.at = moment;
    Object.assign(before, { a: x, b: y, probability });
  }
  return found;
}

export function toSuggestion({ a, b, probability, at }: NodePair, frozen: Frozen): Suggestion {
  return {
    a: a.identifier,
    b: b.identifier,
    at: new Date(at),
    probability,
    explanation: inWords(frozen, a.told, b.told),
  };
}

/** Of records that are as likely the earlier ones, so that order decides nothing. */
function isBefore(x: PersonRecord, y: PersonRecord, { a, b }: RecordPair): boolean {
  return x.since < a.since || (x.since === a.since && y.since < b.since);
}
