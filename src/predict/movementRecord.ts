// Movement and journeys as a page needs them: worked out once for the last scoring of a model and kept, so that whoever
// looks again has them at once. A later scoring makes them anew.

import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { type Journey, sampleJourneys } from './journeys.ts';
import { findMovement, lastScorings, type Movement } from './movement.ts';
import type { ModelRecord } from './registry.ts';

export type MovementRecord = { movement: Movement; journeys: Journey[] };

type Kept = MovementRecord & { of: string };

const VERSION = 1;

export async function readMovement(store: Store, model: ModelRecord, now: Date): Promise<MovementRecord> {
  const moments = await lastScorings(store, model);
  const of = `${VERSION} ${moments.map((moment) => moment.getTime()).join(' ')}`;
  const name = `movement ${model.id}`;
  const kept = await readSetting<Kept>(store, model.workspace, name);
  if (kept?.of === of) return { movement: kept.movement, journeys: kept.journeys };
  const movement = await findMovement(store, model, moments);
  const journeys = await sampleJourneys(store, model, moments);
  await writeSetting(store, { workspace: model.workspace, name, value: { of, movement, journeys }, now });
  return { movement, journeys };
}
