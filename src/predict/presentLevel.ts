// How far the level has moved since the training, measured at each scoring: what was expected of people so many days ago
// against what came of them. Where everybody was scored then, it was said then; otherwise their signals are worked out.

import { signals as everySignal, readDaysTo, readSomeAsOf, type Signal } from '../features/index.ts';
import { inPart } from '../identify/index.ts';
import { logOdds, selectColumns, sigmoid } from '../learn/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { addDays, startOfDay, toClickHouseTime } from '../time.ts';
import { findDataSpan, prepareSnapshots, readRows, readUntouched } from './history.ts';
import { learnedLevel, levelDays, type MeasuredLevel, measureLevel } from './level.ts';
import type { Predictor } from './predictor.ts';
import type { Outcome } from './question.ts';
import type { ModelRecord } from './registry.ts';

const LEVEL_ROWS = 50_000;
/** Of many people, where their signals have to be worked out for it: it tells levels apart by a thirtieth. */
const ROWS_WORKED_OUT = 20_000;
/** A scoring that was so much earlier stands for the moment still. */
const EARLIER_DAYS = 2;
const NOTED_AT_MOST = 60;

/** At which level, in log-odds, everybody was scored. */
type Noted = { asOf: string; shift: number };

/** The level measured at the last scoring, for predictions in between; undefined before the first. */
export async function readLevel(store: Store, model: ModelRecord): Promise<number | undefined> {
  return (await readNoted(store, model))[0]?.shift;
}

/** Notes the level of a scoring. */
export async function noteLevel(
  store: Store,
  model: ModelRecord,
  { asOf, shift, now }: { asOf: Date; shift: number; now: Date },
): Promise<void> {
  const noted = { asOf: asOf.toISOString(), shift };
  const earlier = (await readNoted(store, model)).filter((other) => other.asOf !== noted.asOf);
  const value = { ...noted, earlier: earlier.slice(0, NOTED_AT_MOST) };
  await writeSetting(store, { workspace: model.workspace, name: settingOf(model), value, now });
}

/** The latest first. */
async function readNoted(store: Store, model: ModelRecord): Promise<Noted[]> {
  const last = await readSetting<Noted & { earlier?: Noted[] }>(store, model.workspace, settingOf(model));
  return last ? [{ asOf: last.asOf, shift: last.shift }, ...(last.earlier ?? [])] : [];
}

const settingOf = (model: ModelRecord) => `level ${model.id}`;

/** In log-odds, from outcomes complete by `asOf`. */
export async function measurePresentLevel(
  store: Store,
  model: ModelRecord,
  predictor: Predictor,
  { workspace, asOf, now }: { workspace: string; asOf: Date; now: Date },
): Promise<MeasuredLevel> {
  const days = levelDays(model.timeframeDays);
  const latest = addDays(asOf, -days);
  const learned = learnedLevel(predictor);
  if (learned.over === undefined || startOfDay(latest) <= learned.over.from) return learned;
  const outcome = { event: model.conversionEvent, timeframeDays: days, category: model.productCategory ?? undefined };
  const found =
    (await readScoredThen(store, model, { latest, outcome })) ??
    (await readWorkedOut(store, predictor, { workspace, before: startOfDay(latest), outcome, now }));
  if (found === undefined) return learned;
  const { from, expected, y, untouched } = found;
  return { shift: measureLevel(expected, y, untouched), over: { from, days } };
}

/** The signals that a model asks for, of those that are defined. */
export function signalsOf({ signals }: Predictor): Signal[] {
  const asked = new Set(signals);
  return everySignal.filter(({ name }) => asked.has(name));
}

type Looked = { from: Date; expected: Float64Array; y: Float32Array; untouched?: Float32Array };

const SCORED_BYTES = 12;

/** What was said of people then, at the level that was learned. */
async function readScoredThen(
  store: Store,
  model: ModelRecord,
  { latest, outcome }: { latest: Date; outcome: Outcome },
): Promise<Looked | undefined> {
  if (outcome.timeframeDays !== model.timeframeDays) return undefined;
  const noted = (await readNoted(store, model)).find(
    ({ asOf }) => new Date(asOf) <= latest && new Date(asOf) > addDays(latest, -EARLIER_DAYS),
  );
  if (noted === undefined) return undefined;
  const { workspace } = model;
  const from = new Date(noted.asOf);
  const params = { workspace, model: model.id, version: model.version, asOf: toClickHouseTime(from) };
  const scored = `scores FINAL WHERE workspace = {workspace:String} AND model_id = {model:String}
    AND as_of = {asOf:DateTime64(3, 'UTC')} AND model_version = {version:UInt32}`;
  const [row] = await store.facts.rows<{ n: string }>(`SELECT count() AS n FROM ${scored}`, params, 'batch');
  const share = { index: 0, of: Math.max(1, Math.ceil(Number(row.n) / LEVEL_ROWS)) };
  const sql = `SELECT profile, probability FROM ${scored} AND ${inPart('profile', share)} ORDER BY profile`;
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.facts.binary(sql, params, 'batch')) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const rows = bytes.length / SCORED_BYTES;
  if (rows === 0) return undefined;
  const profiles = BigUint64Array.from({ length: rows }, (_, r) => bytes.readBigUInt64LE(SCORED_BYTES * r));
  const expected = Float64Array.from({ length: rows }, (_, r) =>
    sigmoid(logOdds(bytes.readFloatLE(SCORED_BYTES * r + 8)) - noted.shift),
  );
  const days = await readDaysTo(store, { workspace, label: outcome, asOf: from, profiles });
  const y = days.map((after) => (Number.isNaN(after) ? 0 : 1));
  return { from, expected, y, ...(await untouchedAt(store, { workspace, from, outcome, profiles })) };
}

/** Where people are many, a draw of them: a snapshot of everybody would take as long as that of the scoring itself. */
async function readWorkedOut(
  store: Store,
  predictor: Predictor,
  { workspace, before, outcome, now }: { workspace: string; before: Date; outcome: Outcome; now: Date },
): Promise<Looked | undefined> {
  const span = await findDataSpan(store, workspace);
  if (span === undefined) return undefined;
  const expect = (rows: Parameters<typeof selectColumns>[0]) =>
    predictor.withLevel(0).predictWithin(selectColumns(rows, predictor.signals), outcome.timeframeDays);
  if (span.people <= LEVEL_ROWS) {
    const signalSet = await prepareSnapshots(store, { workspace, moments: [before], now });
    const rows = await readRows(store, {
      workspace,
      signalSet,
      moments: [before],
      outcome,
      maxRows: LEVEL_ROWS,
      seed: 1,
    });
    const expected = expect(rows.x);
    return expected && { from: before, expected, y: rows.y, untouched: rows.untouched };
  }
  const share = { index: 0, of: Math.ceil(span.people / ROWS_WORKED_OUT) };
  const draw = { workspace, asOf: before, label: outcome, share, signals: signalsOf(predictor) };
  const { profiles, x, y } = await readSomeAsOf(store, draw);
  const expected = expect(x);
  if (expected === undefined) return undefined;
  return { from: before, expected, y, ...(await untouchedAt(store, { workspace, from: before, outcome, profiles })) };
}

function untouchedAt(
  store: Store,
  { workspace, from, outcome, profiles }: { workspace: string; from: Date; outcome: Outcome; profiles: BigUint64Array },
) {
  const atOnce = { profiles, asOfIndex: new Uint8Array(profiles.length) };
  return readUntouched(store, { workspace, moments: [from], outcome }, atOnce);
}
