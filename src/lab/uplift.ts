// Fits an uplift learner on a table of an experiment and judges it by predictions for rows that it did not learn from,
// pooled over folds and repeated with other folds.
import { InklingError } from '../errors.ts';
import {
  crossFitUplift,
  type Experiment,
  judgeUplift,
  selectExperiment,
  type UpliftFigures,
  type UpliftLearner,
  upliftByDecile,
  upliftLearners,
} from '../learn/index.ts';
import { type Dropped, type EncodingOptions, encode, findFeatures } from './encoding.ts';
import { type Spread, spreadOf } from './figures.ts';
import { findLabel, type Label, readOutcomes } from './label.ts';
import { readSettings } from './settings.ts';
import type { Table } from './table/table.ts';
import { findImbalance, findTreatment, readTreatment, type Treatment } from './treatment.ts';
import type { SavedUplift } from './upliftFile.ts';

export type UpliftRequest = Omit<EncodingOptions, 'label'> & {
  train: Table;
  treatment: string;
  treated?: string;
  control?: string;
  outcome: string;
  positive?: string;
  learner: string;
  /** Base learner, where the uplift learner has one. */
  base?: string;
  /** `key=value` pairs. */
  set?: readonly string[];
  folds: number;
  repeats: number;
  seed: number;
  /** A model for all rows is fitted at the end; `skip` saves that time. */
  finalModel?: 'fit' | 'skip';
  onProgress?: (done: number, total: number) => void;
};

/** What it comes to, as `--json` prints it. */
export type UpliftSummary = {
  file: string;
  rows: number;
  features: number;
  outcome: Label;
  treatment: Treatment & { treatedRows: number; controlRows: number; treatedMean: number; controlMean: number };
  /** Difference of the arms' means, with its 95 % interval. */
  averageEffect: { estimate: number; low: number; high: number };
  learner: string;
  settings: Record<string, unknown>;
  judgedBy: string;
  /** Over the repeats. */
  figures: Record<string, Spread>;
  /** Of the first repeat, as they hang on no mean: intervals, calibration and groups. */
  firstRepeat: Pick<UpliftFigures, 'autoc' | 'rateQini' | 'calibration' | 'deciles'>;
  secondsFit: number;
  peakMemoryMb: number;
  dropped: readonly Dropped[];
  notes: readonly string[];
};

export type UpliftFit = {
  summary: UpliftSummary;
  /** The judged rows of the table, with the predictions of the first repeat. */
  scored: { places: Int32Array; treated: Uint8Array; y: Float32Array; uplift: Float64Array };
  saved: SavedUplift | undefined;
};

export function fitUplift(request: UpliftRequest): UpliftFit {
  const { train, folds, repeats, seed, onProgress } = request;
  const learner = upliftLearnerNamed(request.learner);
  const settings = settingsOf(learner, request);
  const { experiment, places, notes, ...prepared } = prepareExperiment(request);
  const { treated, y } = experiment;
  const start = performance.now();
  const tried = crossFitUplift(learner, settings, experiment, { folds, repeats, seed }, { onProgress });
  const secondsFit = (performance.now() - start) / 1000 / (folds * repeats);
  const judged = tried.map(({ uplift }) => judgeUplift({ y, treated, uplift }, { seed }));
  const model = request.finalModel === 'skip' ? undefined : learner.fit(experiment, settings);
  const { label, treatment, features, dropped } = prepared;
  const training = { file: train.file, rows: y.length, learner: learner.name, settings, seed };
  return {
    summary: {
      file: train.file,
      rows: y.length,
      features: features.length,
      outcome: label,
      ...describeArms(treatment, experiment),
      learner: learner.name,
      settings,
      judgedBy: `${folds} folds balanced by arm and outcome, pooled${repeats > 1 ? `, ${repeats} times` : ''}`,
      figures: spreadOfFigures(judged),
      firstRepeat: firstOf(judged),
      secondsFit,
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
      dropped,
      notes: [...notes, ...(model?.notes ?? [])],
    },
    scored: { places, treated, y, uplift: tried[0].uplift },
    saved: model && { outcome: label, treatment, features, training, model },
  };
}

function upliftLearnerNamed(name: string): UpliftLearner {
  const learner = upliftLearners.find((one) => one.name === name);
  if (learner !== undefined) return learner;
  throw new InklingError('invalid_input', `There is no uplift learner ${JSON.stringify(name)}.`, {
    field: '--learner',
    value: name,
    hint: `Choose one of ${upliftLearners.map((one) => one.name).join(', ')}.`,
  });
}

function settingsOf(learner: UpliftLearner, { base, set = [], seed }: UpliftRequest): Record<string, unknown> {
  const settings = readSettings(learner, set);
  const known = Object(learner.settings).properties as Record<string, unknown>;
  if (known['seed'] !== undefined) settings['seed'] ??= seed;
  if (base === undefined) return settings;
  if (known['base'] !== undefined) return { ...settings, base };
  throw new InklingError('invalid_input', `${learner.name} chooses its own base learners.`, {
    field: '--base',
    value: base,
    hint: 'Leave out --base, or name another learner with --learner.',
  });
}

function prepareExperiment(request: UpliftRequest) {
  const { train, drop = [] } = request;
  const treatment = findTreatment(train, request.treatment, request);
  const { label, note } = findLabel(train, request.outcome, request.positive);
  const { features, dropped } = findFeatures(train, {
    ...request,
    label: label.column,
    drop: [...drop, treatment.column],
  });
  const [arms, outcomes] = [readTreatment(train, treatment), readOutcomes(train, label)];
  const { x } = encode(train, features);
  const places = Int32Array.from(arms.keys()).filter((r) => !Number.isNaN(arms[r]) && !Number.isNaN(outcomes[r]));
  const whole = { x, treated: Uint8Array.from(arms), y: outcomes };
  const experiment = places.length === x.rows ? whole : selectExperiment(whole, places);
  const notes = [note];
  if (places.length < x.rows) {
    notes.push(
      `${(x.rows - places.length).toLocaleString('en')} rows of neither arm or without an outcome are left out.`,
    );
  }
  const unlike = findImbalance(experiment.x, experiment.treated);
  if (unlike.length > 0) {
    notes.push(
      `The arms differ in ${unlike.join(', ')}: if that was measured after the treatment, leave it out with --drop; if the treatment was not drawn at random, pass --set propensity=model.`,
    );
  }
  const left = dropped.filter(({ column }) => column !== treatment.column);
  return { treatment, label, features, dropped: left, experiment, places, notes };
}

/** How the arms did: all rows as one group. */
function describeArms(
  treatment: Treatment,
  { treated, y }: Experiment,
): Pick<UpliftSummary, 'treatment' | 'averageEffect'> {
  const [all] = upliftByDecile({ treated, y, uplift: new Float64Array(y.length) }, { groups: 1 });
  return {
    treatment: {
      ...treatment,
      treatedRows: all.treated,
      controlRows: all.control,
      treatedMean: all.treatedRate,
      controlMean: all.controlRate,
    },
    averageEffect: { estimate: all.observed, low: all.low, high: all.high },
  };
}

function spreadOfFigures(judged: readonly UpliftFigures[]): Record<string, Spread> {
  const plain: Record<string, (figures: UpliftFigures) => number> = {
    qini: ({ qini }) => qini,
    qiniWithoutNegativeEffects: ({ qiniWithoutNegativeEffects }) => qiniWithoutNegativeEffects,
    auuc: ({ auuc }) => auuc,
    upliftAt10: ({ upliftAt10 }) => upliftAt10,
    upliftAt20: ({ upliftAt20 }) => upliftAt20,
    upliftAt30: ({ upliftAt30 }) => upliftAt30,
    autoc: ({ autoc }) => autoc.estimate,
    rateQini: ({ rateQini }) => rateQini.estimate,
    calibrationSlope: ({ calibration }) => calibration.slope,
    calibrationError: ({ calibration }) => calibration.error,
  };
  return Object.fromEntries(Object.entries(plain).map(([name, of]) => [name, spreadOf(judged.map(of))]));
}

function firstOf([first]: readonly UpliftFigures[]): UpliftSummary['firstRepeat'] {
  const { autoc, rateQini, calibration, deciles } = first;
  return { autoc, rateQini, calibration, deciles };
}
