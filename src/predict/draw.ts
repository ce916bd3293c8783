// A draw of the people of a scoring with all their signals of that moment, for those who ask how signals are spread. It is
// taken when somebody asks first and kept like a snapshot: a night itself leaves none.

import type { Store } from '../store/index.ts';
import { toClickHouseTime } from '../time.ts';
import { prepareSnapshots } from './history.ts';
import type { ModelRecord } from './registry.ts';

/** They tell spreads apart that differ by two hundredths. */
export const MOST_DRAWN = 20_000;

export type Draw = {
  /** The set it is kept under in `features`. */
  signalSet: string;
  /** How many were scored. */
  people: number;
};

export async function drawScored(
  store: Store,
  model: ModelRecord,
  { asOf, now }: { asOf: Date; now: Date },
): Promise<Draw> {
  const { workspace } = model;
  const [row] = await store.facts.rows<{ people: string }>(
    `SELECT count() AS people FROM scores FINAL
     WHERE workspace = {workspace:String} AND model_id = {model:String} AND as_of = {asOf:DateTime64(3, 'UTC')}`,
    { workspace, model: model.id, asOf: toClickHouseTime(asOf) },
  );
  const people = Number(row.people);
  const share = { index: 0, of: Math.max(1, Math.ceil(people / MOST_DRAWN)) };
  return { signalSet: await prepareSnapshots(store, { workspace, moments: [asOf], share, now }), people };
}
