// People of whom some were treated (mailed, shown, called) and some were not, with what came of it: what every uplift
// learner learns from. The checks answer data that holds no comparison by its reason.
import { InklingError } from '../../errors.ts';
import { checkAmountTraining, type Matrix, selectRows } from '../matrix.ts';

export type Experiment = {
  x: Matrix;
  /** 1 where the row was treated, 0 where it was not. */
  treated: Uint8Array;
  /** What came of it: 0 and 1, or amounts. */
  y: Float32Array;
  /** How often each row counts; not negative. */
  weights?: Float32Array;
  /** Chance of each row to be treated, between 0 and 1, where it is known and not the same for all. */
  propensity?: Float32Array;
};

/** Whether the outcomes are only 0 and 1. */
export const isYesNo = (y: Float32Array) => y.every((outcome) => outcome === 0 || outcome === 1);

/** The rows picked by index, in that order. */
export function selectExperiment(experiment: Experiment, rows: ArrayLike<number>): Experiment {
  const { x, treated, y, weights, propensity } = experiment;
  const pick = (values: Float32Array) => Float32Array.from(rows, (r) => values[r]);
  return {
    x: selectRows(x, rows),
    treated: Uint8Array.from(rows, (r) => treated[r]),
    y: pick(y),
    ...(weights && { weights: pick(weights) }),
    ...(propensity && { propensity: pick(propensity) }),
  };
}

/** The rows of one arm. */
export function selectArm(experiment: Experiment, arm: 0 | 1): Experiment {
  return selectExperiment(experiment, rowsOfArm(experiment.treated, arm));
}

/** The experiment without the rows of weight 0; checks it first. */
export function countedExperiment(experiment: Experiment): Experiment {
  checkExperiment(experiment);
  const { weights } = experiment;
  if (weights === undefined || !weights.includes(0)) return experiment;
  const kept: number[] = [];
  for (let r = 0; r < weights.length; r++) if (weights[r] > 0) kept.push(r);
  return selectExperiment(experiment, kept);
}

/** A number per row that folds are balanced by: the arm, and the outcome where it is yes or no. */
export function strataOf({ treated, y }: Experiment): Uint8Array {
  const yesNo = isYesNo(y);
  return treated.map((arm, r) => 2 * arm + (yesNo ? y[r] : 0));
}

/** Refuses what no uplift can be learned from: `invalid_input` or `too_little_data`, with the reason. */
export function checkExperiment(experiment: Experiment): void {
  const { x, treated, y, weights, propensity } = experiment;
  checkAmountTraining(x, y, weights);
  checkArms(x.rows, treated);
  if (propensity !== undefined) checkPropensity(x.rows, propensity);
  for (const arm of [1, 0] as const) checkArm(experiment, arm);
}

function checkArms(rows: number, treated: Uint8Array): void {
  if (treated.length !== rows) refuse(`There are ${treated.length} treatments for ${rows} rows.`, 'Give one per row.');
  const wrong = treated.findIndex((arm) => arm > 1);
  if (wrong >= 0) refuse(`The treatment in row ${wrong} is ${treated[wrong]}.`, 'Use 1 for treated and 0 for not.');
}

function checkPropensity(rows: number, propensity: Float32Array): void {
  if (propensity.length !== rows)
    refuse(`There are ${propensity.length} propensities for ${rows} rows.`, 'Give one per row.');
  const wrong = propensity.findIndex((chance) => !(chance > 0 && chance < 1));
  if (wrong >= 0) {
    refuse(
      `The propensity in row ${wrong} is ${propensity[wrong]}.`,
      'Leave out rows that were sure to be treated or not.',
    );
  }
}

function checkArm({ treated, y, weights }: Experiment, arm: 0 | 1): void {
  const rows = rowsOfArm(treated, arm).filter((r) => weights === undefined || weights[r] > 0);
  const name = arm === 1 ? 'treated' : 'control';
  if (rows.length < LEAST) {
    tooLittle(
      `The ${name} arm has ${rows.length} rows: there is nothing to compare with.`,
      'Keep a random part of the people untreated, and treat the rest.',
    );
  }
  if (!isYesNo(y)) return;
  const happened = rows.filter((r) => y[r] === 1).length;
  if (happened < LEAST || rows.length - happened < LEAST) {
    const what = happened < LEAST ? 'with' : 'without';
    const count = Math.min(happened, rows.length - happened);
    tooLittle(
      `The ${name} arm has ${count} rows ${what} the outcome among ${rows.length}.`,
      'Wait for more outcomes, or choose one that happens more often.',
    );
  }
}

/** Rows of an arm, and of each outcome in it, so that every half of the data holds one. */
const LEAST = 2;

function rowsOfArm(treated: Uint8Array, arm: 0 | 1): number[] {
  const rows: number[] = [];
  for (let r = 0; r < treated.length; r++) if (treated[r] === arm) rows.push(r);
  return rows;
}

function refuse(message: string, hint: string): never {
  throw new InklingError('invalid_input', message, { hint });
}

function tooLittle(message: string, hint: string): never {
  throw new InklingError('too_little_data', message, { hint });
}
