// Champion and challenger [WH-15]. Every so often a challenger is trained on the latest outcomes. It takes the champion's
// place only if it predicts better on a fresh holdout: people at the last moment whose outcomes are complete, which lies
// behind everything the champion learned from, and for which the challenger's figures come from a twin that learned only
// from outcomes complete by then. For four weeks the model that gave way is still held against the new one each day on
// outcomes that neither had seen; if it does better, it is put to use again.

import { InklingError } from '../errors.ts';
import { calibrationError, compareRocAuc, logLoss, pairedRows, rocAuc } from '../learn/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';
import { addDays, DAY_MS, startOfDay, toDay } from '../time.ts';
import { readAccuracy } from './accuracy.ts';
import { type Comparison, type Decision, type Figures, listDecisions, writeDecision } from './decisions.ts';
import { findDataSpan, prepareSnapshots, readRows } from './history.ts';
import type { Tested } from './learning.ts';
import { atMoment } from './level.ts';
import { measurePresentLevel } from './presentLevel.ts';
import { findActiveModel, getModel, loadPredictor, type ModelRecord, reactivateModel } from './registry.ts';
import { pickRows, type Rows, untouchedRows } from './rows.ts';
import { wonSignals } from './selfExperiments.ts';
import { withSignals } from './signals.ts';
import { MOST_TEST_ROWS, trainModel } from './train.ts';

export type Retraining = {
  /** Days between two challengers. */
  everyDays: number;
  paused: boolean;
};

export type Standing = Retraining & {
  championId: string | null;
  /** From when on a fresh holdout is complete; null without a champion. */
  freshFrom: string | null;
  /** Whether it is complete by now. */
  isFresh: boolean;
  decisions: Decision[];
};

type Asked = { workspace: string; now: Date; by: string; onProgress?: (done: number, total: number) => void };

const usual: Retraining = { everyDays: 7, paused: false };
const SIGNIFICANT = 0.05;
const WATCHED_DAYS = 28;
/** Below this AUC in life a challenger is trained at once [WH-14]. */
const AUC_ALARM = 0.75;
const FEWEST_CONVERSIONS = 20;

/** What is set, whether a challenger could be judged yet, and what was decided so far, newest first. */
export async function readStanding(store: Store, workspace: string): Promise<Standing> {
  const champion = await findActiveModel(store, workspace);
  return {
    ...(await readRetraining(store, workspace)),
    championId: champion?.id ?? null,
    freshFrom: champion ? freshFrom(champion).toISOString() : null,
    isFresh: champion !== undefined && (await freshMoment(store, champion)) !== undefined,
    decisions: await listDecisions(store, workspace),
  };
}

/** Changes what is given. */
export async function setRetraining(
  store: Store,
  { workspace, change, now }: { workspace: string; change: Partial<Retraining>; now: Date },
): Promise<Retraining> {
  const value = { ...(await readRetraining(store, workspace)), ...change };
  await writeSetting(store, { workspace, name: 'retraining', value, now });
  return value;
}

/** What is due tonight: a look back at the model that gave way, or a challenger. Undefined = nothing was due. */
export async function keepChampion(store: Store, { workspace, now }: { workspace: string; now: Date }) {
  const champion = await findActiveModel(store, workspace);
  const { paused, everyDays } = await readRetraining(store, workspace);
  if (champion === undefined || paused) return undefined;
  const asked = { workspace, now, by: 'schedule' };
  const restored = await lookBack(store, champion, asked);
  if (restored) return restored;
  const [last] = await listDecisions(store, workspace, champion.id);
  const since = Math.max(Date.parse(champion.createdAt), last ? Date.parse(last.decidedAt) : 0);
  const isTime = now.getTime() - since >= everyDays * DAY_MS || (await isAlarming(store, champion, now));
  if (!isTime || (await freshMoment(store, champion)) === undefined) return undefined;
  return challenge(store, asked);
}

/** Trains a challenger and lets it take the champion's place if it predicts better. */
export async function challenge(store: Store, asked: Asked): Promise<Decision> {
  const { workspace, now, by, onProgress } = asked;
  const champion = await findActiveModel(store, workspace);
  if (champion === undefined) {
    throw new InklingError('not_found', 'This workspace has no active model yet.', {
      hint: 'Train one first: POST /api/v1/intent/models, or `inkling train`.',
    });
  }
  const asOf = await freshMoment(store, champion);
  if (asOf === undefined) {
    throw new InklingError('conflict', `"${champion.name}" has learned from every outcome that is complete.`, {
      hint: `Wait for events until ${toDay(freshFrom(champion))}: nobody is left whom it has not learned from.`,
    });
  }
  const rows = await holdoutOf(store, champion, asOf, now);
  const ofChampion = await predictAt(store, champion, rows, { asOf, now });
  const won = await wonSignals(store, champion);
  let compared: Comparison | undefined;
  const challenger = await trainModel(store, {
    ...champion.settings,
    ...(won && { signals: won }),
    workspace,
    question: champion.question,
    name: champion.name,
    modelType: champion.modelType,
    testMoments: [asOf],
    now,
    onProgress,
    takesPlace: async (tested) => {
      compared = compare(alike(tested, rows), rows.y, ofChampion);
      return compared !== undefined && isBetter(compared);
    },
  });
  return writeDecision(store, {
    championId: champion.id,
    challengerId: challenger.id,
    verdict: challenger.status === 'ACTIVE' ? 'DEPLOYED' : 'KEPT',
    reason: inWords(compared, rows, asOf, challenger.status === 'ACTIVE' ? 'The challenger' : 'The champion stays: it'),
    decidedBy: by,
    holdout: describeHoldout(rows, asOf),
    figures: compared ?? null,
    workspace,
    now,
  });
}

/** Puts a model to use that was replaced, by hand. */
export async function activateByHand(
  store: Store,
  { workspace, modelId, now, by }: { workspace: string; modelId: string; now: Date; by: string },
): Promise<ModelRecord> {
  const model = await getModel(store, workspace, modelId);
  if (model.status !== 'DEPRECATED') {
    throw new InklingError('conflict', `The model "${model.name}" is ${model.status.toLowerCase()}.`, {
      field: 'id',
      value: modelId,
      hint: 'Only a model that was replaced (DEPRECATED) can be put to use again.',
    });
  }
  const champion = await findActiveModel(store, workspace, model);
  const active = await reactivateModel(store, model, now);
  await writeDecision(store, {
    championId: champion?.id ?? model.id,
    challengerId: model.id,
    verdict: 'BY_HAND',
    reason: `"${model.name}", version ${model.version}, was put to use again by hand.`,
    decidedBy: by,
    holdout: null,
    figures: null,
    workspace,
    now,
  });
  return active;
}

/** The challenger's figures against the champion's on the same people; undefined where they cannot tell the two apart. */
export function compare(challenger: Float64Array, y: Float32Array, champion: Float64Array): Comparison | undefined {
  let conversions = 0;
  for (const outcome of y) conversions += outcome;
  if (conversions < FEWEST_CONVERSIONS || y.length - conversions < FEWEST_CONVERSIONS) return undefined;
  return {
    champion: figuresOf(y, champion),
    challenger: figuresOf(y, challenger),
    auc: compareRocAuc(y, challenger, champion),
    logLoss: pairedRows(lossesOf(y, challenger), lossesOf(y, champion)),
  };
}

/** Better by one measure at 95 % confidence, and not worse by the other at the same. */
export function isBetter({ auc, logLoss: loss }: Pick<Comparison, 'auc' | 'logLoss'>): boolean {
  const gains = (auc.difference > 0 && auc.pValue < SIGNIFICANT) || (loss.difference < 0 && loss.pValue < SIGNIFICANT);
  const losses = (auc.difference < 0 && auc.pValue < SIGNIFICANT) || (loss.difference > 0 && loss.pValue < SIGNIFICANT);
  return gains && !losses;
}

async function readRetraining(store: Store, workspace: string): Promise<Retraining> {
  return { ...usual, ...(await readSetting<Partial<Retraining>>(store, workspace, 'retraining')) };
}

/** The moment from which on all outcomes lie behind what a model has learned from. */
function learnedTo(model: ModelRecord): Date {
  return new Date(Math.ceil(Date.parse(model.lineage?.dataTo ?? model.createdAt) / DAY_MS) * DAY_MS);
}

function freshFrom(model: ModelRecord): Date {
  return addDays(learnedTo(model), model.timeframeDays);
}

/** The last midnight with complete outcomes, if none of them was learned from. */
async function freshMoment(store: Store, ...models: ModelRecord[]): Promise<Date | undefined> {
  const span = await findDataSpan(store, models[0].workspace);
  if (span === undefined) return undefined;
  const last = startOfDay(addDays(span.to, -models[0].timeframeDays));
  return models.every((model) => last >= learnedTo(model)) ? last : undefined;
}

async function holdoutOf(store: Store, model: ModelRecord, asOf: Date, now: Date): Promise<Rows> {
  const { workspace, conversionEvent, timeframeDays, productCategory } = model;
  const signalSet = await prepareSnapshots(store, { workspace, moments: [asOf], now });
  const rows = await readRows(store, {
    workspace,
    signalSet,
    moments: [asOf],
    outcome: { event: conversionEvent, timeframeDays, category: productCategory ?? undefined },
    maxRows: MOST_TEST_ROWS,
    seed: Number(model.settings['seed'] ?? 1),
  });
  return rows.untouched ? pickRows(rows, untouchedRows(rows)) : rows;
}

/** As the model would have scored them that day, at the level of that day. */
async function predictAt(store: Store, model: ModelRecord, rows: Rows, at: { asOf: Date; now: Date }) {
  const learned = await loadPredictor(store, model);
  const measured = await measurePresentLevel(store, model, learned, { workspace: model.workspace, ...at });
  return atMoment(learned, at.asOf, measured).predict(withSignals(rows, learned.signals).x);
}

/** Predictions in the order of the holdout's people. */
function alike({ profiles, predicted }: Tested, rows: Rows): Float64Array {
  const of = new Map<bigint, number>();
  for (const [r, profile] of profiles.entries()) of.set(profile, predicted[r]);
  return Float64Array.from(rows.profiles, (profile) => of.get(profile) ?? Number.NaN);
}

/** Whether the model that gave way would be doing better now. */
async function lookBack(
  store: Store,
  champion: ModelRecord,
  { workspace, now, by }: Asked,
): Promise<Decision | undefined> {
  const [placed] = (await listDecisions(store, workspace)).filter(
    ({ challengerId, verdict }) => challengerId === champion.id && verdict === 'DEPLOYED',
  );
  if (
    placed === undefined ||
    now.getTime() - Date.parse(placed.decidedAt) > (WATCHED_DAYS + champion.timeframeDays) * DAY_MS
  )
    return undefined;
  const former = await getModel(store, workspace, placed.championId).catch(() => undefined);
  const asOf = former && (await freshMoment(store, champion, former));
  if (former === undefined || former.status !== 'DEPRECATED' || asOf === undefined) return undefined;
  const rows = await holdoutOf(store, champion, asOf, now);
  const present = await predictAt(store, champion, rows, { asOf, now });
  const compared = compare(await predictAt(store, former, rows, { asOf, now }), rows.y, present);
  if (compared === undefined || !isBetter(compared)) return undefined;
  await reactivateModel(store, former, now);
  return writeDecision(store, {
    championId: champion.id,
    challengerId: former.id,
    verdict: 'ROLLED_BACK',
    reason: inWords(compared, rows, asOf, 'The model before'),
    decidedBy: by,
    holdout: describeHoldout(rows, asOf),
    figures: compared,
    workspace,
    now,
  });
}

async function isAlarming(store: Store, champion: ModelRecord, now: Date): Promise<boolean> {
  const from = toDay(addDays(now, -(champion.timeframeDays + 7)));
  const { overall } = await readAccuracy(store, champion, { from });
  return overall?.auc != null && overall.conversionsCount >= FEWEST_CONVERSIONS && overall.auc < AUC_ALARM;
}

function figuresOf(y: Float32Array, predicted: Float64Array): Figures {
  return {
    auc: rocAuc(y, predicted),
    logLoss: logLoss(y, predicted),
    calibrationError: calibrationError(y, predicted),
  };
}

function lossesOf(y: Float32Array, predicted: Float64Array): Float64Array {
  return predicted.map((p, r) => -Math.log(Math.min(1, Math.max(1e-15, y[r] === 1 ? p : 1 - p))));
}

function describeHoldout(rows: Rows, asOf: Date): NonNullable<Decision['holdout']> {
  return { asOf: asOf.toISOString(), people: rows.y.length, conversions: rows.y.reduce((sum, y) => sum + y, 0) };
}

function inWords(compared: Comparison | undefined, rows: Rows, asOf: Date, who: string): string {
  const { people, conversions } = describeHoldout(rows, asOf);
  const on = `${people.toLocaleString('en-US')} people as known on ${toDay(asOf)}, ${conversions.toLocaleString('en-US')} of whom converted`;
  if (compared === undefined) return `${who} cannot be told from the other on ${on}: too few outcomes.`;
  const { champion, challenger, auc, logLoss: loss } = compared;
  const did = isBetter(compared) ? 'did better' : 'was not beaten';
  return (
    `${who} ${did} on ${on}: log loss ${challenger.logLoss.toFixed(4)} against ${champion.logLoss.toFixed(4)} ` +
    `(p ${loss.pValue.toFixed(3)}), AUC ${challenger.auc.toFixed(3)} against ${champion.auc.toFixed(3)} (p ${auc.pValue.toFixed(3)}).`
  );
}
