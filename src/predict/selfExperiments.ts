// Experiments of the service on itself [WH-17], every two weeks by the night, or when asked for. Which signals: models that
// look at fewer of them learn and are tested like the one in use, on later days, and their AUCs are held against its
// (DeLong). Which threshold: cuts beside the one of High are held against it by net benefit per person (Vickers & Elkin
// 2006: buyers reached less others reached, an other costing what a buyer brings). A variant wins at 95 % confidence, p-values
// after Holm (1979). Signals that win are what the next challenger learns from, which must then beat the champion as always
// (challenge.ts); a threshold that wins is recommended, for segments keep the bounds that people know.

import { randomUUID } from 'node:crypto';
import { InklingError } from '../errors.ts';
import { signals as everySignal, type Signal } from '../features/index.ts';
import { compareRocAuc, pairedRows, rocAuc } from '../learn/index.ts';
import { wilsonInterval } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays } from '../time.ts';
import type { Tested } from './learning.ts';
import { findActiveModel, type ModelRecord } from './registry.ts';
import { levelRange, scoreOf } from './score.ts';
import type { SignalChoice } from './signals.ts';
import { tryChoices } from './train.ts';

export type TriedVariant = {
  name: string;
  /** AUC of the signals; share of those reached that converted, of a threshold. */
  figure: number;
  interval: [number, number] | null;
  /** People reached by a threshold; null of signals. */
  people: number | null;
  /** Against the one in use: of the AUC, or of the net benefit per person. Null of the one in use. */
  difference: { value: number; interval: [number, number]; pValue: number } | null;
};

export type SelfExperiment = {
  id: string;
  modelId: string;
  kind: 'signals' | 'threshold';
  /** Name of the variant in use. */
  present: string;
  winner: string | null;
  reason: string;
  holdout: { people: number; conversions: number };
  variants: TriedVariant[];
  decidedBy: string;
  decidedAt: string;
};

type Asked = { workspace: string; now: Date; by: string };

const EVERY_DAYS = 14;
const SIGNIFICANT = 0.05;
const FEWEST_CONVERSIONS = 20;
const THRESHOLDS = [60, 70, 80];

/** Groups of signals by what they tell; all of them is the usual choice. */
const purchases: readonly Signal['group'][] = ['RFM', 'Purchase history', 'Purchase rhythm'];
const behaviour: readonly Signal['group'][] = [
  ...purchases,
  ...(['Page views', 'Time on site', 'Visits', 'Content engagement', 'Search', 'Cart', 'E-mail', 'Social'] as const),
  'Category affinity',
];
const signalVariants: Record<string, readonly Signal['group'][]> = {
  'purchases only': purchases,
  'purchases and behaviour': behaviour,
};

/** What is due tonight: nothing within two weeks of the last, nor of a model whose signals were chosen by hand. */
export async function keepExperimenting(store: Store, asked: Omit<Asked, 'by'>): Promise<SelfExperiment[]> {
  const model = await findActiveModel(store, asked.workspace);
  if (model === undefined || model.modelType === 'CUSTOM') return [];
  const [last] = await listSelfExperiments(store, asked.workspace);
  if (last && addDays(new Date(last.decidedAt), EVERY_DAYS) > asked.now) return [];
  return experiment(store, model, { ...asked, by: 'schedule' });
}

/** Runs both experiments now. Throws `not_found` without an active model, `too_little_data` without outcomes of later days. */
export async function experimentNow(store: Store, asked: Asked): Promise<SelfExperiment[]> {
  const model = await findActiveModel(store, asked.workspace);
  if (model === undefined) {
    throw new InklingError('not_found', 'This workspace has no active model yet.', {
      hint: 'Train one first: POST /api/v1/intent/models, or `inkling train`.',
    });
  }
  const done = await experiment(store, model, asked);
  if (done.length > 0) return done;
  throw new InklingError('too_little_data', 'There are too few outcomes of later days to tell variants apart.', {
    hint: `At least ${FEWEST_CONVERSIONS} conversions after a moment that a model can be tested at are needed.`,
  });
}

/** Newest first. */
export async function listSelfExperiments(store: Store, workspace: string): Promise<SelfExperiment[]> {
  const rows = await store.state.query<Omit<SelfExperiment, 'decidedAt'> & { decidedAt: Date }>(
    `SELECT id, model_id AS "modelId", kind, present, winner, reason, holdout, variants, decided_by AS "decidedBy",
       decided_at AS "decidedAt"
     FROM self_experiments WHERE workspace = $1 ORDER BY decided_at DESC, kind LIMIT 200`,
    [workspace],
  );
  return rows.map((row) => ({ ...row, decidedAt: new Date(row.decidedAt).toISOString() }));
}

/** The signals that won against those of the model, for the next challenger; undefined where none did. */
export async function wonSignals(store: Store, model: ModelRecord): Promise<SignalChoice | undefined> {
  const tried = await listSelfExperiments(store, model.workspace);
  const last = tried.find(({ kind, modelId }) => kind === 'signals' && modelId === model.id);
  return last?.winner ? choiceOf(last.winner, model) : undefined;
}

async function experiment(store: Store, model: ModelRecord, asked: Asked): Promise<SelfExperiment[]> {
  const own = ownChoice(model);
  const names = ['in use', ...namesOfOthers(own)];
  const tested = await tryChoices(store, {
    ...model.settings,
    workspace: asked.workspace,
    question: model.question,
    now: asked.now,
    choices: names.map((name) => (name === 'in use' ? own : choiceOf(name, model))),
  });
  const present = tested?.[0];
  if (tested === undefined || present === undefined || !tellsApart(present)) return [];
  return [
    await write(store, model, asked, { kind: 'signals', ...judgeSignals(names, tested) }),
    await write(store, model, asked, { kind: 'threshold', ...judgeThresholds(present) }),
  ];
}

type Judged = Pick<SelfExperiment, 'present' | 'winner' | 'reason' | 'holdout' | 'variants'>;

/** The variant of the highest AUC among those that are better than the one in use, which stands first. */
export function judgeSignals(names: readonly string[], tested: readonly Tested[]): Judged {
  const [present] = tested;
  const variants = tested.map(({ predicted, y }, i): TriedVariant => {
    const against = i === 0 ? undefined : compareRocAuc(y, predicted, present.predicted);
    return {
      name: names[i],
      figure: rocAuc(y, predicted),
      interval: null,
      people: null,
      difference: against ? { value: against.difference, interval: against.interval, pValue: against.pValue } : null,
    };
  });
  return decide(variants, present, 'AUC');
}

/** Of the cuts beside the one of High the one that brings most. */
export function judgeThresholds({ y, predicted, profiles }: Tested): Judged {
  const scores = Array.from(predicted, scoreOf);
  const benefitOf = (cut: number) =>
    Float64Array.from(y, (outcome, r) => (scores[r] < cut ? 0 : outcome === 1 ? 1 : -1));
  const [inUse] = levelRange('HIGH');
  const present = benefitOf(inUse);
  const cuts = [inUse, ...THRESHOLDS.filter((cut) => cut !== inUse)];
  const variants = cuts.map((cut): TriedVariant => {
    const reached = Array.from(y).filter((_, r) => scores[r] >= cut);
    const bought = reached.reduce((sum, outcome) => sum + outcome, 0);
    const { difference: value, interval, pValue } = pairedRows(benefitOf(cut), present);
    return {
      name: String(cut),
      figure: reached.length === 0 ? 0 : bought / reached.length,
      interval: reached.length === 0 ? null : wilsonInterval(bought, reached.length),
      people: reached.length,
      difference: cut === inUse ? null : { value, interval, pValue },
    };
  });
  return decide(variants, { y, predicted, profiles }, 'net benefit a person');
}

function decide(variants: TriedVariant[], { y }: Tested, measure: string): Judged {
  const [present, ...others] = withHolm(variants);
  const better = others
    .filter(({ difference }) => difference !== null && difference.value > 0 && difference.pValue < SIGNIFICANT)
    .sort((a, b) => b.difference!.value - a.difference!.value);
  const winner = better[0]?.name ?? null;
  const holdout = { people: y.length, conversions: y.reduce((sum, outcome) => sum + outcome, 0) };
  const on = `on ${holdout.people.toLocaleString('en-US')} people, ${holdout.conversions.toLocaleString('en-US')} of whom converted`;
  const said = others.map(({ name, difference }) => {
    const { value, pValue } = difference!;
    return `"${name}" ${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(4)} (p ${pValue.toFixed(3)})`;
  });
  const reason = `${winner === null ? `"${present.name}" stays` : `"${winner}" wins`}, ${on}: ${measure} against "${present.name}": ${said.join(', ')}.`;
  return { present: present.name, winner, reason, holdout, variants: [present, ...others] };
}

/** p-values that hold for all comparisons together (Holm 1979); NaN, where nothing could be told, as 1. */
function withHolm(variants: readonly TriedVariant[]): TriedVariant[] {
  const tests = variants.flatMap(({ name, difference }) =>
    difference ? [{ name, p: Number.isNaN(difference.pValue) ? 1 : difference.pValue }] : [],
  );
  const adjusted = new Map<string, number>();
  let least = 0;
  for (const [i, { name, p }] of tests.toSorted((a, b) => a.p - b.p).entries()) {
    least = Math.max(least, Math.min(1, p * (tests.length - i)));
    adjusted.set(name, least);
  }
  return variants.map((variant) =>
    variant.difference
      ? { ...variant, difference: { ...variant.difference, pValue: adjusted.get(variant.name)! } }
      : variant,
  );
}

function tellsApart({ y }: Tested): boolean {
  const conversions = y.reduce((sum, outcome) => sum + outcome, 0);
  return conversions >= FEWEST_CONVERSIONS && y.length - conversions >= FEWEST_CONVERSIONS;
}

function ownChoice({ settings }: ModelRecord): SignalChoice {
  return (settings['signals'] as SignalChoice | undefined) ?? {};
}

/** Every variant but the one in use; all signals are one once a model looks at fewer. */
function namesOfOthers(own: SignalChoice): string[] {
  return [...Object.keys(signalVariants), ...(own.include ? ['all signals'] : [])];
}

/** What was left out by hand stays out. */
function choiceOf(name: string, model: ModelRecord): SignalChoice {
  const { exclude } = ownChoice(model);
  const groups = signalVariants[name];
  const include = groups && everySignal.filter(({ group }) => groups.includes(group)).map((signal) => signal.name);
  return { ...(include && { include }), ...(exclude && { exclude }) };
}

async function write(
  store: Store,
  model: ModelRecord,
  { workspace, now, by }: Asked,
  made: Judged & Pick<SelfExperiment, 'kind'>,
): Promise<SelfExperiment> {
  const row: SelfExperiment = {
    id: randomUUID(),
    modelId: model.id,
    ...made,
    decidedBy: by,
    decidedAt: now.toISOString(),
  };
  await store.state.query(
    `INSERT INTO self_experiments
       (id, workspace, model_id, kind, present, winner, reason, holdout, variants, decided_by, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11)`,
    [
      ...[row.id, workspace, row.modelId, row.kind, row.present, row.winner, row.reason],
      ...[JSON.stringify(row.holdout), JSON.stringify(row.variants), row.decidedBy, now],
    ],
  );
  return row;
}
