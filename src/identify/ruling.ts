// Evidence as a person's decision writes it.

import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import type { Method } from './evidence.ts';
import { nodeOf } from './node.ts';

export type Ruling = { a: string; b: string; method: Method; revoked: boolean };

/** Who decides, and why. */
export type By = { workspace: string; actor: string; reason: string; now: Date };

export async function writeRulings(
  { facts }: Store,
  workspace: string,
  rulings: readonly Ruling[],
  { at, now, detail }: { at: Date; now: Date; detail: object },
): Promise<void> {
  await facts.insert(
    'identity_evidence',
    rulings.map(({ a, b, method, revoked }) => ({
      workspace,
      at: toClickHouseTime(at),
      node_a: String(nodeOf(a)),
      node_b: String(nodeOf(b)),
      identifier_a: a,
      identifier_b: b,
      method,
      confidence: 1,
      message_id: '',
      detail: JSON.stringify(detail),
      revoked: revoked ? 1 : 0,
      recorded_at: toClickHouseTime(now),
    })),
  );
}
