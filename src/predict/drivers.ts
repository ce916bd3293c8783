// What moves the scores [INT-5], at three levels: of a model (measured at its test, kept in the registry), of a segment
// (its people's present snapshot) and of a single person.

import { InklingError } from '../errors.ts';
import { findProfile } from '../identify/index.ts';
import { selectColumns } from '../learn/index.ts';
import type { Store } from '../store/index.ts';
import { type Driver, driversOf, PEOPLE_FOR_DRIVERS } from './explain.ts';
import { readPeople } from './history.ts';
import { loadPredictor, type ModelRecord } from './registry.ts';
import { latestScoring, type ScoreFilter, sampleProfiles } from './scores.ts';

/** Drivers of the people who pass the filter, from a draw of them. */
export async function segmentDrivers(store: Store, model: ModelRecord, filter: ScoreFilter): Promise<Driver[]> {
  const profiles = await sampleProfiles(store, model, filter, PEOPLE_FOR_DRIVERS);
  return driversOfPeople(store, model, profiles);
}

/** What speaks for and against one person's conversion, by size. */
export async function personDrivers(store: Store, model: ModelRecord, person: string): Promise<Driver[]> {
  const profile = await findProfile(store, model.workspace, person);
  if (profile === undefined) {
    throw new InklingError('not_found', `Nobody known here has the identifier "${person}".`, {
      field: 'profileId',
      value: person,
      hint: 'Use a user id, an anonymous id or a profile id of this workspace.',
    });
  }
  const drivers = await driversOfPeople(store, model, [profile]);
  // One person has no correlation: the direction is that of the contribution itself.
  return drivers.map((driver) => ({ ...driver, direction: driver.meanContribution >= 0 ? 'raises' : 'lowers' }));
}

async function driversOfPeople(store: Store, model: ModelRecord, profiles: readonly bigint[]): Promise<Driver[]> {
  const asOf = await latestScoring(store, model);
  if (asOf === undefined || profiles.length === 0) return [];
  const predictor = await loadPredictor(store, model);
  const x = selectColumns(await readPeople(store, model.workspace, asOf, profiles), predictor.signals);
  return driversOf(
    predictor,
    x,
    Uint32Array.from({ length: x.rows }, (_, r) => r),
  );
}
