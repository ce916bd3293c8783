// What can be set about boosting: the form, the checks and the docs are drawn from here.
import { type Static, Type } from 'typebox';
import { DEEPEST } from '../forest.ts';
import { type ObjectiveName, objectives } from './objectives.ts';

export const BoostingSettings = Type.Object(
  {
    objective: Type.Unsafe<ObjectiveName>(
      Type.Union(
        objectives.map(({ name }) => Type.Literal(name)),
        {
          default: 'binary',
          description: `What is learned: ${objectives.map(({ name, sentence }) => `${name}, ${sentence}`).join('; ')}.`,
        },
      ),
    ),
    quantile: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'With the objective quantile: the share of the outcomes that stay below.',
    }),
    trees: Type.Integer({ default: 200, minimum: 1, description: 'Rounds of boosting, one tree each, at most.' }),
    learningRate: Type.Number({
      default: 0.05,
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Share of each tree's answer that is kept.",
    }),
    growth: Type.Union([Type.Literal('leaf'), Type.Literal('depth')], {
      default: 'leaf',
      description: 'Which leaf is split next: the most gainful one, or level by level.',
    }),
    maxLeaves: Type.Integer({
      default: 16,
      minimum: 2,
      maximum: 65_536,
      description: 'Leaves per tree at most.',
    }),
    maxDepth: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: DEEPEST,
      description: 'Questions on the way to a leaf at most.',
    }),
    l1: Type.Number({
      default: 0,
      minimum: 0,
      description: "A leaf's summed slope is drawn towards zero by so much.",
    }),
    l2: Type.Number({ default: 5, minimum: 0, description: "Pull of a leaf's answer towards zero." }),
    minChildHessian: Type.Number({
      default: 5,
      minimum: 0,
      description:
        'Least curvature on either side of a split: Σ p·(1 − p) for binary, Σ weight for squared and quantile.',
    }),
    minGain: Type.Number({ default: 0, minimum: 0, description: 'Least reduction of the training loss for a split.' }),
    categoryL2: Type.Number({
      default: 10,
      minimum: 0,
      description: 'What is added to l2 when categories are split into two groups.',
    }),
    categorySmoothing: Type.Number({
      default: 10,
      minimum: 0,
      description: 'Curvature added to each category when they are put in order, so that rare ones come to the middle.',
    }),
    rowShare: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the rows drawn for each tree.',
    }),
    topShare: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1,
      description:
        'With a value above 0, this share of the rows, those of steepest loss, is always taken, and rowShare is drawn from the rest and weighs accordingly (GOSS).',
    }),
    columnShare: Type.Number({
      default: 0.6,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the columns drawn for each tree.',
    }),
    monotone: Type.Record(Type.String(), Type.Union([Type.Literal(1), Type.Literal(-1), Type.Literal(0)]), {
      default: {},
      description: 'Columns with which the answer may only rise (1) or only fall (−1).',
    }),
    interactions: Type.Array(Type.Array(Type.String()), {
      default: [],
      description: 'Sets of columns that may be asked on one path; a column in no set stands alone. None: all may.',
    }),
    maxBins: Type.Integer({
      default: 255,
      minimum: 2,
      maximum: 255,
      description: 'Bins per column at most, the one for missing values apart.',
    }),
    patience: Type.Integer({
      default: 20,
      minimum: 1,
      description: 'With validation rows: stop after so many trees without a better loss.',
    }),
    seed: Type.Integer({ default: 1, description: 'Seed of the draws of rows and columns.' }),
  },
  { additionalProperties: false },
);
export type BoostingSettings = Static<typeof BoostingSettings>;
