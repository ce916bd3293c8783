// Consent asked of everybody: choices stand in the state under pseudonyms of identifiers, so the identifiers of profiles
// are streamed and judged as the door judges them. Given back are those who answer otherwise than a stranger.

import { inPart, type ProfilePart } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { identifiersSql } from './live/loading.ts';

export type Allows = (category: string, identifiers: ReadonlySet<string>) => boolean;

const PAGE = 50_000;

/** Profiles whose answer differs from that of somebody of whom nothing is known, by category. */
export async function deviantsOf(
  { facts }: Store,
  {
    workspace,
    categories,
    allows,
    part,
  }: { workspace: string; categories: readonly string[]; allows: Allows; part?: ProfilePart },
): Promise<Map<string, bigint[]>> {
  const found = new Map<string, bigint[]>(categories.map((category) => [category, []]));
  if (categories.length === 0) return found;
  const nobody: ReadonlySet<string> = new Set();
  const usual = new Map(categories.map((category) => [category, allows(category, nobody)]));
  const scope = part ? ` AND ${inPart('profile', part)}` : '';
  for (let after = -1n; ; ) {
    const rows = await facts.rows<{ profile: string; ids: string[] }>(
      `SELECT profile, ${identifiersSql} AS ids FROM profiles FINAL
       WHERE workspace = {workspace:String}${scope}${after < 0n ? '' : ` AND profile > ${after}`} ORDER BY profile LIMIT ${PAGE}`,
      { workspace },
      'batch',
    );
    for (const { profile, ids } of rows) {
      const identifiers = new Set(ids);
      for (const category of categories) {
        if (allows(category, identifiers) !== usual.get(category)) found.get(category)!.push(BigInt(profile));
      }
    }
    if (rows.length < PAGE) return found;
    after = BigInt(rows.at(-1)!.profile);
  }
}

/** Categories that a program asks for. */
export function categoriesIn(conditions: readonly { kind: string; category?: unknown }[]): string[] {
  return [...new Set(conditions.flatMap((one) => (one.kind === 'consent' ? [String(one.category)] : [])))];
}
