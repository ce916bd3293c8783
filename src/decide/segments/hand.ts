// People put in or left out of a segment by hand, with a confidence and a reason [SEG-3]. The list stands in the facts
// under the profile of the moment; whoever becomes one person later counts once, by what was said last.

import { InklingError } from '../../errors.ts';
import { findProfile, fromHexId, toHexId } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { toClickHouseTime } from '../../time.ts';
import type { SegmentsNow } from './now.ts';
import { type Acting, readRuleSegment } from './stored.ts';

export type Listing = {
  /** Any identifier of the person. */
  person: string;
  /** 0 to 1; absent = 1. */
  confidence?: number;
  reason?: string;
};
export type ListingResult = { listed: number; profiles: string[]; unknown: string[] };

const LISTED_AT_ONCE = 10_000;

/**
 * Puts people in (`include`), leaves them out (`exclude`), or takes them off the list (`none`). Who is not known here is
 * told in `unknown`. Throws `not_found` for the segment.
 */
export async function listByHand(
  { store, now }: { store: Store; now: SegmentsNow },
  id: string,
  verdict: 'include' | 'exclude' | 'none',
  people: readonly Listing[],
  acting: Acting,
): Promise<ListingResult> {
  const { workspace, by } = acting;
  const segment = await readRuleSegment(store, workspace, id);
  if (segment.status === 'archived') {
    throw new InklingError('conflict', 'The segment is archived.', { field: 'id', value: id, hint: 'Make a new one.' });
  }
  if (people.length === 0 || people.length > LISTED_AT_ONCE) {
    throw new InklingError('invalid_input', `${people.length} people can't be listed at once.`, {
      field: 'people',
      value: people.length,
      hint: `Send 1 to ${LISTED_AT_ONCE}.`,
    });
  }
  const found: { profile: bigint; listing: Listing }[] = [];
  const unknown: string[] = [];
  for (const listing of people) {
    const profile = await findProfile(store, workspace, listing.person);
    if (profile === undefined) unknown.push(listing.person);
    else found.push({ profile, listing });
  }
  const at = toClickHouseTime(acting.now);
  await store.facts.insert(
    'segment_hand',
    found.map(({ profile, listing: { confidence = 1, reason = '' } }) => ({
      ...{ workspace, segment_id: id, node: String(profile), verdict: verdict === 'none' ? '' : verdict },
      ...{ confidence, reason, by, at, version: acting.now.getTime() },
    })),
    { lane: 'online' },
  );
  const profiles = [...new Set(found.map(({ profile }) => profile))];
  if (!segment.byHand && found.length > 0) {
    await store.state.query(
      'UPDATE rule_segments SET by_hand = true, revision = revision + 1 WHERE workspace = $1 AND id = $2',
      [workspace, id],
    );
    await now.changed(workspace);
  } else if (found.length > 0) await now.listed(workspace, profiles);
  return { listed: found.length, profiles: profiles.map(toHexId), unknown };
}

export type Listed = {
  profileId: string;
  verdict: 'include' | 'exclude';
  confidence: number;
  reason: string;
  by: string;
  at: string;
};

/** What the list of a segment says of some profiles, by profile id. */
export async function listedAmong(
  { facts }: Store,
  workspace: string,
  id: string,
  profileIds: readonly string[],
): Promise<Map<string, Listed>> {
  const nodes = profileIds.map(fromHexId).filter((node) => node !== undefined);
  if (nodes.length === 0) return new Map();
  const rows = await facts.rows<{
    node: string;
    verdict: '' | 'include' | 'exclude';
    confidence: number;
    reason: string;
    by: string;
    at: string;
  }>(
    `SELECT node, toString(verdict) AS verdict, confidence, reason, by, at FROM segment_hand FINAL
     WHERE workspace = {workspace:String} AND segment_id = {id:String} AND node IN (${nodes.join(', ')})`,
    { workspace, id },
  );
  return new Map(
    rows.flatMap(({ node, verdict, ...row }) => {
      const profileId = toHexId(BigInt(node));
      return verdict === ''
        ? []
        : [[profileId, { profileId, verdict, ...row, at: `${row.at.replace(' ', 'T')}Z` }] as const];
    }),
  );
}
