// From pairs of records to pairs of identifiers: the likeliest of their records speaks, and they are linked since the
// first moment at which records of both that are alike enough were known.

import type { Frozen } from '../../learn/index.ts';
import type { Facts } from '../../store/index.ts';
import type { Suggestion } from '../suggest.ts';
import { type PersonRecord, type RecordRef, recordsOf } from './records.ts';
import { inWords } from './words.ts';

export type RecordPair = { a: RecordRef; b: RecordRef; probability: number };

export type NodePair = RecordPair & { at: number };

/** The smaller node first. */
export function pairKey(x: bigint, y: bigint): string {
  return x < y ? `${x} ${y}` : `${y} ${x}`;
}

export type Fold = {
  /** A pair may come in any order, and more than once. */
  add(pair: RecordPair): void;
  pairs: ReadonlyMap<string, NodePair>;
};

export function openFold(linkAt: number): Fold {
  const found = new Map<string, NodePair>();
  return {
    pairs: found,
    add({ a, b, probability }) {
      if (a.node === b.node) return;
      const [x, y] = a.node < b.node ? [a, b] : [b, a];
      const key = pairKey(x.node, y.node);
      const moment = Math.max(x.since, y.since);
      const before = found.get(key);
      if (before === undefined) {
        found.set(key, { a: x, b: y, probability, at: moment });
        return;
      }
      const both = [before.probability >= linkAt, probability >= linkAt];
      if (both[0] && both[1]) before.at = Math.min(before.at, moment);
      else if (both[1]) before.at = moment;
      const isLikelier =
        probability > before.probability || (probability === before.probability && isBefore(x, y, before));
      if (!isLikelier) return;
      if (!both[1]) before.at = moment;
      Object.assign(before, { a: x, b: y, probability });
    },
  };
}

/** Pairs with what was told of them, so that each can be shown in words; those that were told something else since are left out. */
export async function toSuggestions(
  facts: Facts,
  workspace: string,
  pairs: readonly NodePair[],
  frozen: Frozen,
  lane: 'batch' | 'online',
): Promise<Suggestion[]> {
  const nodes = pairs.flatMap(({ a, b }) => [a.node, b.node]);
  const records = new Map(
    (await recordsOf(facts, workspace, nodes, lane)).map((record) => [`${record.node} ${record.version}`, record]),
  );
  const recordOf = ({ node, version, since }: RecordRef): PersonRecord | undefined => {
    const record = records.get(`${node} ${version}`);
    return record?.since === since ? record : undefined;
  };
  return pairs.flatMap(({ a, b, probability, at }) => {
    const [x, y] = [recordOf(a), recordOf(b)];
    if (x === undefined || y === undefined) return [];
    const explanation = inWords(frozen, x.told, y.told);
    return [{ a: x.identifier, b: y.identifier, at: new Date(at), probability, explanation }];
  });
}

/** Of records that are as likely the earlier ones, so that order decides nothing. */
function isBefore(x: RecordRef, y: RecordRef, { a, b }: RecordPair): boolean {
  const order = x.since - a.since || y.since - b.since || x.version - a.version || y.version - b.version;
  return order < 0;
}
