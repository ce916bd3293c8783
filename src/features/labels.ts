// What happened next: who did something within a span after a moment. The outcome belongs to the person as known at
// the end of the span, so a purchase under an identifier that was linked in the meantime counts for the profile that
// stood for this person before.

import { identityMapSql, resolvedEventsSql } from '../identify/index.ts';
import { quote } from '../store/index.ts';
import { addDays } from '../time.ts';
import { both, on } from './filter.ts';

export type Label = {
  /** Canonical event that counts. */
  event: string;
  /** Days that the event has: from the moment (inclusive) to the moment + days (exclusive). */
  timeframeDays: number;
  /** Only events with a product line of this category. */
  category?: string;
};

/** A SELECT of (profile as of the moment, first_at) of those who did; others have no row. Binds {workspace:String}. */
export function labelsSql(label: Label, asOf: Date): string {
  const to = addDays(asOf, label.timeframeDays);
  const inCategory = { sql: `has(categories, ${quote(label.category ?? '')})`, test: () => true };
  const filter = label.category === undefined ? on(label.event) : both(on(label.event), inCategory);
  const outcomes = `SELECT profile, min(at) AS first_at
    FROM (${resolvedEventsSql({ asOf: to, from: asOf, columns: ['at'], where: filter.sql })}) GROUP BY profile`;
  // Whoever ends up in profile q by then was, at the moment, q itself or one of the identifiers that moved to it.
  return `SELECT profile, min(first_at) AS first_at FROM (
      SELECT profile, first_at FROM (${outcomes})
      UNION ALL
      SELECT moved.node AS profile, o.first_at AS first_at FROM (${identityMapSql(to)}) AS moved
      INNER JOIN (${outcomes}) AS o ON moved.profile = o.profile)
    GROUP BY profile`;
}
