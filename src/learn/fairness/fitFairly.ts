// Training under a fairness constraint, and its price. Both ways work with any learner of yes/no outcomes, because they
// only weigh and relabel rows: reweighing.ts and reductions.ts. The latter's randomised classifier would draw one of
// several fits for each decision; here their scores are averaged (a blend), so that a person always gets the same answer.
// What that does to the gap is measured, not assumed.
import { InklingError } from '../../errors.ts';
import type { FitOptions, FittedModel, Learner } from '../learner.ts';
import { checkTraining, type Matrix } from '../matrix.ts';
import { accuracy, logLoss, rocAuc } from '../metrics.ts';
import {
  demographicParityGap,
  equalisedOddsGap,
  type FairnessConstraint,
  type GroupedRows,
  type GroupRates,
  groupRates,
} from './groupGaps.ts';
import { type Fit, reduce } from './reductions.ts';
import { independenceWeights } from './reweighing.ts';

export type FairnessOptions<Settings = object> = Pick<FitOptions, 'threads'> & {
  constraint: FairnessConstraint;
  /** How far each group's rate may be from that of all, as the training aims at. Default 0.01. */
  slack?: number;
  /** Default: reductions. Reweighing aims at demographic parity only, knows no slack, and fits once. */
  method?: 'reductions' | 'reweighing';
  /** Weighted fits of the reductions. Default 12. */
  rounds?: number;
  /** From which prediction on a row is called positive. Default 0.5. */
  threshold?: number;
  settings?: Partial<Settings>;
  /** Rows that judge; without them the training rows do, and the report says so. */
  judge?: GroupedRows;
};

/** How a model did: the gap of the constraint, its price, and the rates of each group. */
export type FairnessFigures = {
  gap: number;
  rocAuc: number;
  logLoss: number;
  accuracy: number;
  groups: GroupRates[];
};

export type FairnessReport = {
  constraint: FairnessConstraint;
  method: 'reductions' | 'reweighing';
  threshold: number;
  judgedOn: 'other rows' | 'training rows';
  before: FairnessFigures;
  after: FairnessFigures;
};

/**
 * Fits a learner freely and under a constraint on the rates of groups (`groups[r]` is the group of row r); answers the constrained
 * model, the free one and the figures of both. Throws `invalid_input` where groups or settings can't be used, or what the learner says.
 */
export function fitFairly<Settings>(
  learner: Learner<Settings>,
  x: Matrix,
  y: Float32Array,
  groups: ArrayLike<number>,
  options: FairnessOptions<Settings>,
): { model: FittedModel; free: FittedModel; report: FairnessReport } {
  const { constraint, method = 'reductions', slack = 0.01, rounds = 12, threshold = 0.5, judge } = options;
  const rows = { x, y, groups };
  checkGroups(rows);
  if (judge !== undefined) checkGroups(judge);
  checkOptions(options);
  const fit: Fit = (outcomes, weights) =>
    learner.fit(x, outcomes, options.settings, { threads: options.threads, ...(weights && { weights }) });
  const free = fit(y);
  if (free.link !== 'logit')
    refuse(`${learner.name} predicts amounts.`, 'Choose a learner that tells two outcomes apart.');
  const model =
    method === 'reweighing'
      ? fit(y, independenceWeights(rows))
      : reduce(rows, free, fit, { constraint, slack, rounds, threshold });
  const judging = judge ?? rows;
  const figuresOf = (one: FittedModel) =>
    judgeFairness(judging.y, one.predict(judging.x), judging.groups, constraint, threshold);
  return {
    model,
    free,
    report: {
      constraint,
      method,
      threshold,
      judgedOn: judge === undefined ? 'training rows' : 'other rows',
      before: figuresOf(free),
      after: figuresOf(model),
    },
  };
}

/** How predictions do under a constraint: its gap, and how good they are. */
export function judgeFairness(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  groups: ArrayLike<number>,
  constraint: FairnessConstraint,
  threshold = 0.5,
): FairnessFigures {
  const rates = groupRates(y, p, groups, threshold);
  return {
    gap: constraint === 'demographic-parity' ? demographicParityGap(rates) : equalisedOddsGap(rates),
    rocAuc: rocAuc(y, p),
    logLoss: logLoss(y, p),
    accuracy: accuracy(y, p, threshold),
    groups: rates,
  };
}

function checkGroups({ x, y, groups }: GroupedRows): void {
  checkTraining(x, y);
  if (groups.length !== x.rows) {
    refuse(`There are ${groups.length} groups for ${x.rows} rows.`, 'Give the group of each row.');
  }
  const wrong = Array.from(groups).findIndex((group) => !Number.isInteger(group));
  if (wrong >= 0) refuse(`The group of row ${wrong} is ${groups[wrong]}.`, 'Use whole numbers.');
  if (new Set(Array.from(groups)).size < 2) refuse('All rows are of one group.', 'Name a column that parts the rows.');
}

function checkOptions({ constraint, slack = 0, method, rounds = 2, threshold = 0.5 }: FairnessOptions): void {
  if (method === 'reweighing' && constraint !== 'demographic-parity') {
    refuse('Reweighing aims at demographic parity.', 'Use the method reductions for equalised odds.');
  }
  const isUsable = slack >= 0 && slack < 1 && threshold > 0 && threshold < 1 && Number.isInteger(rounds) && rounds >= 2;
  if (isUsable) return;
  refuse(
    `The slack is ${slack}, the threshold ${threshold}, the rounds ${rounds}.`,
    'Use a slack from 0 to below 1, a threshold between 0 and 1, and two rounds or more.',
  );
}

function refuse(message: string, hint: string): never {
  throw new InklingError('invalid_input', message, { hint });
}
