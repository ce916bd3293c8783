// The night of a workspace, by its own clock: people resolved, the champion held against a challenger when that is due,
// everybody scored, those who came into a segment in use drawn into its arms, older scores held against what came of them. A night that was cut off is taken up where it stopped,
// with the moment it began with, so that nobody stands twice in the history.

import { refreshActivations } from '../decide/index.ts';
import {
  findActiveModel,
  keepChampion,
  keepExperimenting,
  listModels,
  logAccuracy,
  measureDrift,
  pruneSnapshots,
  readMovement,
  scoreEveryone,
} from '../predict/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { timing } from './metrics.ts';
import { momentOfScoring } from './pipeline.ts';

export type NightOptions = {
  workspace: string;
  /** IANA name. */
  timeZone: string;
  now: Date;
  /** Settles who is who. */
  resolve(workspace: string): Promise<unknown>;
  /** People scored at a time, between which a night can be taken up again. */
  peopleAtATime?: number;
  /** A challenger that fails must not keep the scores from being made. */
  onFault(error: unknown, doing: string): void;
  /** How long scoring everybody took. */
  onScored?(seconds: number): void;
};

type Night = { day: string; asOf?: string; startedAt?: string; done?: boolean };

/** Scores are due from this hour on, in the zone of the workspace: well before the morning. */
export const NIGHT_HOUR = 2;
const SETTING = 'scored_night';

/** Does the night's work if it is due; a workspace without a model has nothing due. */
export async function spendNight(store: Store, options: NightOptions): Promise<void> {
  const { workspace, timeZone, now, peopleAtATime, resolve, onFault, onScored = () => {} } = options;
  const { day, hour } = clockIn(timeZone, now);
  if (hour < NIGHT_HOUR) return;
  const model = await findActiveModel(store, workspace);
  if (!model) return;
  const last = await readSetting<Night>(store, workspace, SETTING);
  const begun = last?.done === false && last.day === day ? last : undefined;
  if (!begun && (last ? last.day >= day : model.createdAt.slice(0, 10) >= day)) return;
  const night = begun ?? (await beginNight(store, { workspace, day, now, resolve, onFault }));
  const [asOf, startedAt] = [new Date(night.asOf as string), new Date(night.startedAt as string)];
  await timing(onScored, scoreEveryone(store, { workspace, asOf, now: startedAt, peopleAtATime }));
  await refreshActivations(store, { workspace, at: asOf });
  await logAccuracy(store, { workspace, now });
  // Worked out now, so that nobody waits for it in the morning.
  const active = (await findActiveModel(store, workspace)) ?? model;
  await readMovement(store, active, now).catch((error) => onFault(error, 'looking at what precedes a step up'));
  await measureDrift(store, { workspace, now }).catch((error) => onFault(error, 'measuring drift'));
  const models = await listModels(store, workspace);
  await pruneSnapshots(store, { workspace, models, now }).catch((error) => onFault(error, 'clearing old snapshots'));
  await writeSetting(store, { workspace, name: SETTING, value: { ...night, done: true }, now });
}

type Beginning = Pick<NightOptions, 'workspace' | 'now' | 'resolve' | 'onFault'> & { day: string };

async function beginNight(store: Store, { workspace, day, now, resolve, onFault }: Beginning): Promise<Night> {
  await resolve(workspace);
  await keepChampion(store, { workspace, now }).catch((error) => onFault(error, 'holding the champion against others'));
  await keepExperimenting(store, { workspace, now }).catch((error) => onFault(error, 'trying other signals'));
  const asOf = await momentOfScoring(store, workspace, now);
  const night = { day, asOf: asOf.toISOString(), startedAt: now.toISOString(), done: false };
  await writeSetting(store, { workspace, name: SETTING, value: night, now });
  return night;
}

/** The day and the hour by the clock of a zone. */
export function clockIn(timeZone: string, now: Date): { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return { day: `${part['year']}-${part['month']}-${part['day']}`, hour: Number(part['hour']) };
}
