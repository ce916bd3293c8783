// The ordinary learners inside an uplift learner: one that expects outcomes ("base") and one that turns noisy scores of
// the effect into an effect per row. Effects are an order of magnitude smaller than differences between people, so the
// defaults shrink harder than those of the learners themselves.
import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import type { FittedModel } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { learners } from '../registry.ts';
import { isYesNo } from './experiment.ts';
import type { UpliftOptions } from './learner.ts';

/** Settings that every uplift learner with a base has. */
export const BaseSettings = {
  base: Type.String({
    default: 'logistic',
    description: "The learner of outcomes: 'logistic' ('ridge' takes its place for amounts), 'boosting' or another.",
  }),
  baseSettings: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    description: 'Settings of the base learner.',
  }),
};

/** Settings of the learners with a second stage. */
export const EffectSettings = {
  effect: Type.Union([Type.Literal('ridge'), Type.Literal('boosting')], {
    default: 'ridge',
    description: "The learner of the effect in the second stage: 'ridge' or 'boosting'.",
  }),
  effectSettings: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    description: 'Settings of the learner of the effect.',
  }),
};

export type BaseChoice = { base: string; baseSettings: Record<string, unknown> };
export type EffectChoice = { effect: 'ridge' | 'boosting'; effectSettings: Record<string, unknown> };

/** Settings under which a learner serves inside an uplift learner, unless the caller's own say otherwise. */
const SHRINKING: Record<string, object> = {
  logistic: { l2: 30 },
  boosting: { trees: 100, learningRate: 0.05, maxDepth: 2, maxLeaves: 4, columnShare: 1, l2: 20, minChildHessian: 20 },
};
/** Scores of the effect are noisier than outcomes by far: a leaf wants hundreds of rows. */
const SHRINKING_EFFECTS: Record<string, object> = {
  boosting: { ...SHRINKING.boosting, l2: 200, minChildHessian: 200 },
};

/** The base learner's model of the outcomes: probabilities of 0/1 outcomes, else amounts. */
export function fitBase(
  x: Matrix,
  y: Float32Array,
  weights: Float32Array | undefined,
  { base, baseSettings }: BaseChoice,
  options: UpliftOptions = {},
): FittedModel {
  const yesNo = isYesNo(y);
  const name = base === 'logistic' && !yesNo ? 'ridge' : base;
  const given = { ...SHRINKING[name], ...(base === name ? baseSettings : {}), ...objectiveOf(name, yesNo) };
  return fitNamed(name, given, x, y, weights, options);
}

/** The second stage: a model of real-valued scores. */
export function fitEffect(
  x: Matrix,
  scores: Float32Array,
  weights: Float32Array | undefined,
  { effect, effectSettings }: EffectChoice,
  options: UpliftOptions = {},
): FittedModel {
  const given = { ...SHRINKING_EFFECTS[effect], ...effectSettings, ...objectiveOf(effect, false) };
  return fitNamed(effect, given, x, scores, weights, options);
}

/** Whether a base adds up its columns one by one and so sees no combination unless it is given as a column. */
export const isAdditive = (base: string) => base === 'logistic' || base === 'ridge';

function objectiveOf(name: string, yesNo: boolean): object {
  return name === 'boosting' && !yesNo ? { objective: 'squared' } : {};
}

function fitNamed(
  name: string,
  given: object,
  x: Matrix,
  y: Float32Array,
  weights: Float32Array | undefined,
  { threads }: UpliftOptions,
): FittedModel {
  const learner = learners.find((one) => one.name === name);
  if (learner === undefined) {
    throw new InklingError('invalid_input', `There is no learner ${JSON.stringify(name)}.`, {
      value: name,
      hint: `Use one of ${learners.map((one) => one.name).join(', ')}.`,
    });
  }
  return learner.fit(x, y, given, { weights, threads });
}
