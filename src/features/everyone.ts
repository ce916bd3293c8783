// Everybody as they were known at a moment, page by page in order of their id: out of the pasts that are kept, without a
// snapshot being written and read again. The pages of a night's scoring, and some people of such a moment later on.

import { InklingError } from '../errors.ts';
import { botsSql, sessionRuleOf } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { type FeaturesQuery, featuresSql, withoutCompiler } from './compile.ts';
import { findKept, type KeptPasts, refreshKept } from './kept.ts';
import { pageRanges } from './matrix.ts';
import { type FeaturePage, readPage } from './page.ts';
import type { Signal } from './signal.ts';
import { signals as everySignal } from './signals/index.ts';
import { EVENTS_PER_PART } from './snapshot.ts';
import { hasSurroundings } from './surroundings.ts';

export type Everyone = {
  people: number;
  /** `after`: only those behind a profile. */
  pages(options?: { rowsPerPage?: number; after?: bigint }): AsyncIterable<FeaturePage>;
};

type Moment = { workspace: string; asOf: Date };

/** The engine takes a fifth of a second to read a statement of so many signals, whomever it is about; a page takes 100 MB. */
const PEOPLE_PER_PAGE = 150_000;

/** Brings the pasts that are kept up to the moment; undefined where they are past it already. */
export async function openEveryone(
  store: Store,
  { signals, now, ...moment }: Moment & { signals: readonly Signal[]; now: Date },
): Promise<Everyone | undefined> {
  const { workspace } = moment;
  const query = await queryOf(store, moment);
  const kept = await refreshKept(store, {
    ...{ workspace, signals: everySignal, query, now },
    eventsPerPart: EVENTS_PER_PART,
  });
  if (kept === undefined) return undefined;
  const [row] = await store.facts.rows<{ people: string }>(
    `SELECT count() AS people FROM (${kept.sql()}) WHERE profile NOT IN (${botsSql})`,
    { workspace },
    'batch',
  );
  const people = Number(row.people);
  return {
    people,
    async *pages({ rowsPerPage = PEOPLE_PER_PAGE, after } = {}) {
      for (const { part, condition } of pageRanges(people, rowsPerPage, after)) {
        const page = await readKept(store, kept, { ...query, part, chosen: signals }, condition, workspace);
        if (!(await kept.stand())) {
          throw new InklingError('conflict', 'Another scoring began before everybody was read for this one.', {
            hint: 'Score again once the other one is through.',
          });
        }
        yield page;
      }
    },
  };
}

/** Some people as they were at a moment, in order of their id; from what is kept where that is of the moment, else from their events. */
export async function readPeopleAsOf(
  store: Store,
  { profiles, ...moment }: Moment & { profiles: readonly bigint[] },
): Promise<FeaturePage> {
  const { workspace } = moment;
  const query = await queryOf(store, moment);
  const kept = await findKept(store, { workspace, signals: everySignal, query });
  const condition = `profile IN (${profiles.join(', ')})`;
  if (kept) return readKept(store, kept, { ...query, chosen: everySignal }, condition, workspace);
  const of = `SELECT arrayJoin([${profiles.map((profile) => `toUInt64(${profile})`).join(', ')}]) AS profile`;
  return read(store, featuresSql(everySignal, { ...query, of }), everySignal, workspace);
}

function readKept(
  store: Store,
  kept: KeptPasts,
  query: FeaturesQuery & { chosen: readonly Signal[] },
  condition: string,
  workspace: string,
): Promise<FeaturePage> {
  const sql = featuresSql(everySignal, { ...query, products: kept.products }, kept.sql(condition));
  return read(store, sql, query.chosen, workspace);
}

function read({ facts }: Store, sql: string, signals: readonly Signal[], workspace: string): Promise<FeaturePage> {
  const names = signals.map(({ name }) => name);
  const ordered = `SELECT profile, category, values FROM (${sql}) ORDER BY profile SETTINGS ${withoutCompiler}`;
  return readPage(facts, names, ordered, { workspace });
}

async function queryOf(store: Store, { workspace, asOf }: Moment): Promise<FeaturesQuery> {
  return {
    asOf,
    sessionRule: await sessionRuleOf(store, workspace),
    hasSurroundings: await hasSurroundings(store, workspace),
  };
}
