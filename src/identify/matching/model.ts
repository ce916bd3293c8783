// What is learned of a workspace's records, kept frozen: by one model the pairs are the same in whatever order and
// portions records come. A new one is learned when there are twice as many records as it was learned from, or on demand.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../../errors.ts';
import { type Frozen, link, readFrozen, type TextTable, writeFrozen } from '../../learn/index.ts';
import { readSetting, type Store, writeSetting } from '../../store/index.ts';

export type KeptModel = {
  id: string;
  learnedAt: string;
  /** Identifiers that had told of somebody when it was learned, and how many pairs of them it takes for one person's. */
  records: number;
  matches: number;
  /** Records that were drawn to learn from; as many where it is not set. */
  learnedFrom?: number;
};

export type MatchModel = { kept: KeptModel; frozen: Frozen };

const SETTING = 'linkage_model';
/** Of fewer records nothing can be learned that one should merge people by. */
const RECORDS_AT_LEAST = 200;
const MATCHES_AT_LEAST = 5;

const read = new WeakMap<Store['blobs'], Map<string, MatchModel>>();

/** The model in force; undefined where none was learned. */
export async function readModel(store: Store, workspace: string): Promise<MatchModel | undefined> {
  const kept = await readSetting<KeptModel>(store, workspace, SETTING);
  if (kept === undefined) return undefined;
  const known = read.get(store.blobs) ?? new Map<string, MatchModel>();
  read.set(store.blobs, known);
  const same = known.get(workspace);
  if (same?.kept.id === kept.id) return same;
  const text = await store.blobs.get(keyOf(workspace, kept.id));
  // The folder of another machine: what it holds is learned anew here by the next full pass.
  if (text === undefined) return undefined;
  const model = { kept, frozen: readFrozen(text.toString('utf8')) };
  known.set(workspace, model);
  return model;
}

export async function writeModel(
  store: Store,
  workspace: string,
  { frozen, ...rest }: Omit<KeptModel, 'id' | 'learnedAt'> & { frozen: Frozen },
  now: Date,
): Promise<MatchModel> {
  const before = await readSetting<KeptModel>(store, workspace, SETTING);
  const kept: KeptModel = { id: randomUUID(), learnedAt: now.toISOString(), ...rest };
  await store.blobs.put(keyOf(workspace, kept.id), writeFrozen(frozen));
  await writeSetting(store, { workspace, name: SETTING, value: kept, now });
  if (before !== undefined) await store.blobs.remove(keyOf(workspace, before.id));
  return (await readModel(store, workspace)) ?? { kept, frozen };
}

/** Whether one is to be learned of so many. */
export function isDue(model: MatchModel | undefined, records: number): boolean {
  return records >= RECORDS_AT_LEAST && (model === undefined || records >= 2 * model.kept.records);
}

/** Columns that identifiers link by already: of pairs found by them they tell nothing, so they are learned from all pairs. */
const linkedBy = new Set(['phone', 'email_name']);

export type Learning = {
  /** Pairs of rows that identifiers link. */
  same: readonly (readonly [number, number])[];
  /** Pairs of records under one identifier: matches that nobody looks for. */
  samePerson: number;
  /** Records there are in all. */
  expected: number;
};

/**
 * Learns from records; undefined where there is too little to learn from. How often one person's records are alike is
 * told by `same`, pairs that identifiers link: where duplicates are few, the records alone would take people who share
 * a first name and a town for them.
 */
export async function learn(
  table: TextTable,
  { same, samePerson, expected }: Learning,
): Promise<{ frozen: Frozen; matches: number; learnedFrom: number } | undefined> {
  if (table.rows < RECORDS_AT_LEAST) return undefined;
  const filled = table.columns.filter(({ texts }) => texts.length > 1);
  try {
    const linkage = await link([{ rows: table.rows, columns: filled }], {
      leave: [],
      mapping: Object.fromEntries(filled.map(({ name }) => [name, `encoded_${name}`])),
      oneToOne: false,
      rules: 'always',
      expected,
      known: { pairs: same, columns: filled.map(({ name }) => name).filter((name) => !linkedBy.has(name)) },
    });
    const { matches } = linkage.model;
    if (matches < MATCHES_AT_LEAST) return undefined;
    // Of a draw of a tenth there are a hundredth of the pairs.
    const all = Math.round(Math.max(0, matches - samePerson) * (expected / table.rows) ** 2);
    return { frozen: linkage.freeze(), matches: all, learnedFrom: table.rows };
  } catch (error) {
    // Records that share no key, or have nothing but one column, teach nothing.
    if (error instanceof InklingError && error.code === 'invalid_input') return undefined;
    throw error;
  }
}

function keyOf(workspace: string, id: string): string {
  return `linkage/${encodeURIComponent(workspace)}/${id}.json`;
}
