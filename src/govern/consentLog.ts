// The log of consent: who chose what, when, from where and under which notice. Rows are only ever added (a trigger of
// the database refuses anything else). People stand in it under pseudonyms, so that the proof of a choice outlives the
// erasure of the person without telling who it was. Beside it the newest choice of each subject, by category.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { pseudonymOf } from './pseudonym.ts';

/** An answer of a person, what a message mentions, a signal of the browser, a call of the API. */
export const consentOrigins = ['answer', 'message', 'gpc', 'dnt', 'api'] as const;
export type ConsentOrigin = (typeof consentOrigins)[number];

export type Choice = {
  /** As in u:42 or a:7f3. */
  identifiers: readonly string[];
  /** By category of the workspace. */
  choices: Readonly<Record<string, boolean>>;
  decidedAt: Date;
  /** Made for its own sake: only another express one undoes it. */
  express: boolean;
  origin: ConsentOrigin;
  /** The key that brought it. */
  recordedBy: string;
  /** Version of the notice that the person saw; '' = not told. */
  notice: string;
};

export type StoredChoices = {
  subject: string;
  choices: Record<string, { allowed: boolean; express: boolean; at: number }>;
};

export type LoggedChoice = {
  id: string;
  subjects: string[];
  choices: Record<string, boolean>;
  decidedAt: Date;
  recordedAt: Date;
  origin: ConsentOrigin;
  recordedBy: string;
  notice: string;
};

/** Keeps choices in one transaction; what the subjects now allow. An older choice leaves a newer one as it is. */
export async function recordChoices(
  { state }: Store,
  { workspace, pepper, choices }: { workspace: string; pepper: string; choices: readonly Choice[] },
): Promise<StoredChoices[]> {
  const newest = new Map<string, StoredChoices['choices']>();
  const log = choices.map((choice) => {
    const subjects = choice.identifiers.map((identifier) => pseudonymOf(pepper, identifier));
    const at = choice.decidedAt.getTime();
    for (const subject of subjects) {
      const known = newest.get(subject) ?? {};
      newest.set(subject, known);
      for (const [category, allowed] of Object.entries(choice.choices)) {
        if (!(known[category]?.at > at)) known[category] = { allowed, express: choice.express, at };
      }
    }
    const { decidedAt: decided_at, origin, recordedBy: recorded_by, notice } = choice;
    return { subjects, choices: choice.choices, decided_at, origin, recorded_by, notice };
  });
  // In one order everywhere, or two transactions could each wait for a row of the other.
  const rows = [...newest].map(([subject, known]) => ({ subject, choices: known }));
  rows.sort((a, b) => (a.subject < b.subject ? -1 : 1));
  return state.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO consent_log (workspace, subjects, choices, decided_at, origin, recorded_by, notice)
       SELECT $1, ARRAY(SELECT jsonb_array_elements_text(r.subjects)), r.choices, r.decided_at, r.origin, r.recorded_by, r.notice
       FROM jsonb_to_recordset($2::jsonb) AS r(subjects jsonb, choices jsonb, decided_at timestamptz, origin text,
         recorded_by text, notice text)`,
      [workspace, log],
    );
    return tx.query<StoredChoices>(
      `INSERT INTO consent (workspace, subject, choices)
       SELECT $1, r.subject, r.choices FROM jsonb_to_recordset($2::jsonb) AS r(subject text, choices jsonb)
       ON CONFLICT (workspace, subject) DO UPDATE SET changed_at = clock_timestamp(), choices =
         (SELECT jsonb_object_agg(key, value) FROM
           (SELECT DISTINCT ON (key) key, value FROM
             (SELECT key, value, 0 AS later FROM jsonb_each(consent.choices)
              UNION ALL SELECT key, value, 1 FROM jsonb_each(excluded.choices)) AS every
            ORDER BY key, (value->>'at')::bigint DESC, later DESC) AS newest)
       RETURNING subject, choices`,
      [workspace, rows],
    );
  });
}

export type LogQuery = {
  workspace: string;
  /** Pseudonyms; absent = everybody's. */
  subjects?: readonly string[];
  /** The id of the last one seen. */
  after?: string;
  limit: number;
  order: 'oldest' | 'newest';
};

type LogRow = {
  id: string | number;
  subjects: string[];
  choices: Record<string, boolean>;
  decided_at: Date;
  recorded_at: Date;
  origin: ConsentOrigin;
  recorded_by: string;
  notice: string;
};

export async function readConsentLog(
  { state }: Store,
  { workspace, subjects, after, limit, order }: LogQuery,
): Promise<LoggedChoice[]> {
  if (after !== undefined && !/^\d{1,18}$/.test(after)) {
    throw new InklingError('invalid_input', `"${after}" is no place in the log.`, {
      field: 'cursor',
      value: after,
      hint: 'Take nextCursor from the page before, or leave it out to begin at the start.',
    });
  }
  const rows = await state.query<LogRow>(
    `SELECT * FROM consent_log WHERE workspace = $1
       AND ($2::text[] IS NULL OR subjects && $2::text[]) AND ($3::bigint IS NULL OR id ${order === 'oldest' ? '>' : '<'} $3)
     ORDER BY id ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT $4`,
    [workspace, subjects === undefined ? null : arrayText(subjects), after ?? null, limit],
  );
  return rows.map((row) => ({
    id: String(row.id),
    subjects: row.subjects,
    choices: row.choices,
    decidedAt: row.decided_at,
    recordedAt: row.recorded_at,
    origin: row.origin,
    recordedBy: row.recorded_by,
    notice: row.notice,
  }));
}

/** An array of pseudonyms as PostgreSQL writes it: both engines take parameters that are lists for JSON. */
function arrayText(hex: readonly string[]): string {
  return `{${hex.join(',')}}`;
}
