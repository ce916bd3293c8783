// R-learner (Nie & Wager 2021): what is left of the outcome, once what any row like it would do is taken away, is
// regressed on what is left of the treatment. On the scale of log-odds the same idea learns by how much the treatment
// multiplies the odds: y ≈ σ(logit m(x) + (t − e)·τ(x)), by weighted least squares on the working residuals (Fisher
// scoring). Odds move less from person to person than differences do, so there is less to learn, and the pull of the
// second stage finds its own strength.
import { type Static, Type } from 'typebox';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { logOdds, sigmoid } from '../link.ts';
import type { Matrix } from '../matrix.ts';
import { type Experiment, isYesNo } from './experiment.ts';
import { Encoding, openExperiment } from './indicators.ts';
import {
  type BothOutcomes,
  completeUplift,
  type FittedUplift,
  type UpliftLearner,
  type UpliftOptions,
} from './learner.ts';
import { CrossFitSettings, crossFitOutcome, findPropensity, foldsOf, shareTreated } from './nuisance.ts';
import { BaseSettings, EffectSettings, fitBase, fitEffect } from './outcome.ts';
import { Notes, readInner } from './saved.ts';

export const RLearnerSettings = Type.Object(
  {
    ...BaseSettings,
    ...EffectSettings,
    ...CrossFitSettings,
    scale: Type.Union([Type.Literal('log-odds'), Type.Literal('difference')], {
      default: 'log-odds',
      description: "What the effect adds to: the 'log-odds' of a yes/no outcome, or the outcome itself ('difference').",
    }),
  },
  { additionalProperties: false },
);
export type RLearnerSettings = Static<typeof RLearnerSettings>;

const RLearnerFile = Type.Object({
  kind: Type.Literal('r'),
  encoding: Encoding,
  notes: Notes,
  /** Share of the rows that were treated: the outcome model mixes the arms in this share. */
  share: Type.Number({ minimum: 0, maximum: 1 }),
  effect: Type.Unknown(),
  /** Model of the outcome whatever the arm, where the effect is one on its log-odds. */
  outcome: Type.Optional(Type.Unknown()),
});
type RLearnerFile = Static<typeof RLearnerFile>;

export const rLearner: UpliftLearner<RLearnerSettings> = {
  name: 'r',
  sentence: 'What is left of the outcome against what is left of the treatment; steady where effects are small.',
  settings: RLearnerSettings,
  fit(given, chosen, options) {
    const settings = completeSettings<RLearnerSettings>('r', RLearnerSettings, chosen);
    const { experiment, encoding } = openExperiment(given);
    const splits = foldsOf(experiment, settings);
    const expected = crossFitOutcome(experiment, settings, splits, options);
    const { chances, notes } = findPropensity(experiment, settings, splits);
    const onOdds = settings.scale === 'log-odds' && isYesNo(experiment.y);
    const effect = onOdds
      ? fitOnOdds(experiment, expected, chances, settings, options)
      : fitOnDifference(experiment, expected, chances, settings, options);
    const { x, y, weights } = experiment;
    const outcome = onOdds ? fitBase(x, y, weights, settings, options) : undefined;
    const share = shareTreated(experiment);
    const file = { kind: 'r' as const, encoding, notes, share, effect: effect.toJSON() };
    return rLearnerFrom(outcome === undefined ? file : { ...file, outcome: outcome.toJSON() }, effect, outcome);
  },
  read(json) {
    const file = checkModelFile<RLearnerFile>('r', RLearnerFile, json);
    const effect = readInner('r', file.effect, file.encoding);
    return rLearnerFrom(
      file,
      effect,
      file.outcome === undefined ? undefined : readInner('r', file.outcome, file.encoding),
    );
  },
};

/** Nie & Wager's loss, Σ ((y − m) − (t − e)·τ)², as a weighted regression of (y − m) / (t − e). */
function fitOnDifference(
  { x, y, treated, weights }: Experiment,
  expected: Float64Array,
  chances: Float64Array,
  settings: RLearnerSettings,
  options?: UpliftOptions,
): FittedModel {
  const left = chances.map((chance, r) => treated[r] - chance);
  const scores = y.map((outcome, r) => (outcome - expected[r]) / left[r]);
  return fitEffect(
    x,
    scores,
    evenly(
      left.map((one) => one * one),
      weights,
    ),
    settings,
    options,
  );
}

/** Steps of Fisher scoring: the second already moves hardly anything, since effects are small. */
const STEPS = 3;

function fitOnOdds(
  { x, y, treated, weights }: Experiment,
  expected: Float64Array,
  chances: Float64Array,
  settings: RLearnerSettings,
  options?: UpliftOptions,
): FittedModel {
  const left = chances.map((chance, r) => treated[r] - chance);
  const offset = expected.map((p) => logOdds(Math.min(1 - 1e-6, Math.max(1e-6, p))));
  let effects: Float64Array = new Float64Array(y.length);
  for (let step = 1; ; step++) {
    const p = offset.map((score, r) => sigmoid(score + left[r] * effects[r]));
    const spread = p.map((one) => Math.max(1e-6, one * (1 - one)));
    const scores = y.map((outcome, r) => effects[r] + (outcome - p[r]) / (spread[r] * left[r]));
    const counts = evenly(
      spread.map((one, r) => one * left[r] * left[r]),
      weights,
    );
    const effect = fitEffect(x, scores, counts, settings, options);
    if (step === STEPS) return effect;
    effects = effect.predict(x);
  }
}

/** Weights whose sum is what the rows count, so that a penalty means the same whatever the scale of the loss. */
function evenly(precision: Float64Array, weights?: Float32Array): Float32Array {
  let mass = 0;
  let sum = 0;
  for (let r = 0; r < precision.length; r++) {
    mass += weights?.[r] ?? 1;
    sum += (weights?.[r] ?? 1) * precision[r];
  }
  return Float32Array.from(precision, (one, r) => ((weights?.[r] ?? 1) * one * mass) / sum);
}

function rLearnerFrom(file: RLearnerFile, effect: FittedModel, outcome: FittedModel | undefined): FittedUplift {
  const { encoding, notes, share } = file;
  const common = { kind: 'r', encoding, notes, toJSON: () => file };
  if (outcome === undefined) return completeUplift({ ...common, uplift: (x) => effect.predict(x) });
  return completeUplift({ ...common, both: (x) => outcomesOnOdds(x, effect, outcome, share) });
}

function outcomesOnOdds(x: Matrix, effect: FittedModel, outcome: FittedModel, share: number): BothOutcomes {
  const effects = effect.predict(x);
  const scores = outcome.rawScores(x);
  return {
    treated: scores.map((score, r) => sigmoid(score + (1 - share) * effects[r])),
    control: scores.map((score, r) => sigmoid(score - share * effects[r])),
  };
}
