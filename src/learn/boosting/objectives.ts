// What boosting can be asked to learn. An objective says where to start, and for each row the slope and curvature of its
// loss at the present score; everything else is the same for all. A new one is an entry here.
import { type Link, logOdds } from '../link.ts';
import { weightedQuantile } from './weightedQuantile.ts';

type Numbers = Float32Array;

/** Outcomes with their weights, 1 where none are given. */
export type Outcomes = { y: Numbers; weights: Numbers | undefined };

export type Objective = {
  name: string;
  sentence: string;
  link: Link;
  /** The one score that fits all rows best. */
  start(outcomes: Outcomes, quantile: number): number;
  /**
   * Writes slope and curvature of rows from … to as gradients[2r] and gradients[2r + 1], not yet weighted; a text names a
   * compiled loop that does (kernel.as.ts).
   */
  differentiate: Differentiate | 'differentiateBinary';
  /** Loss of one row. */
  loss(y: number, score: number, quantile: number): number;
  /** Refuses an outcome that it can't learn, with the reason. */
  complaint?(y: number): string | undefined;
  /** Whether a leaf answers with the quantile of what is left instead of a Newton step. */
  answersByQuantile?: boolean;
};

type Differentiate = (
  scores: Numbers,
  y: Numbers,
  from: number,
  to: number,
  gradients: Numbers,
  quantile: number,
) => void;

const known = [
  {
    name: 'binary',
    sentence: 'the probability that a yes/no outcome is yes (log loss)',
    link: 'logit',
    start: (outcomes) => logOdds(meanOf(outcomes)),
    differentiate: 'differentiateBinary',
    // log(1 + e^s) − y·s, written so that a large score does not overflow.
    loss: (y, score) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - y * score,
    complaint: (y) => (y === 0 || y === 1 ? undefined : 'Use 1 for happened and 0 for not.'),
  },
  {
    name: 'squared',
    sentence: 'the mean of an amount (squared error)',
    link: 'identity',
    start: meanOf,
    differentiate(scores, y, from, to, gradients) {
      for (let r = from; r < to; r++) {
        gradients[2 * r] = scores[r] - y[r];
        gradients[2 * r + 1] = 1;
      }
    },
    loss: (y, score) => 0.5 * (y - score) ** 2,
  },
  {
    name: 'poisson',
    sentence: 'the mean of a count (Poisson deviance)',
    link: 'log',
    start: (outcomes) => Math.log(Math.max(meanOf(outcomes), 1e-12)),
    differentiate(scores, y, from, to, gradients) {
      for (let r = from; r < to; r++) {
        const mean = Math.exp(scores[r]);
        gradients[2 * r] = mean - y[r];
        // A little more curvature than the mean's own keeps the first steps from overshooting (as XGBoost does).
        gradients[2 * r + 1] = mean * POISSON_CAUTION;
      }
    },
    loss: (y, score) => Math.exp(score) - y * score,
    complaint: (y) => (y >= 0 ? undefined : 'Use counts, which are not negative.'),
  },
  {
    name: 'quantile',
    sentence: 'the amount that a given share of the outcomes stays below (pinball loss)',
    link: 'identity',
    start: ({ y, weights }, quantile) => weightedQuantile(y, weights, quantile),
    differentiate(scores, y, from, to, gradients, quantile) {
      for (let r = from; r < to; r++) {
        gradients[2 * r] = y[r] > scores[r] ? -quantile : 1 - quantile;
        gradients[2 * r + 1] = 1;
      }
    },
    loss: (y, score, quantile) => (y > score ? quantile * (y - score) : (1 - quantile) * (score - y)),
    answersByQuantile: true,
  },
] as const satisfies readonly Objective[];

export type ObjectiveName = (typeof known)[number]['name'];

/** Those that learn one score a row, which a setting can name. */
export const objectives: readonly (Objective & { name: ObjectiveName })[] = known;

export type Slopes = Pick<Objective, 'name' | 'differentiate' | 'answersByQuantile'>;

/** One of several classes (log loss of a softmax): the scores are the class's probabilities, y says whether it is the row's. */
export const oneOfClasses: Slopes = {
  name: 'class',
  differentiate(probabilities, y, from, to, gradients) {
    for (let r = from; r < to; r++) {
      const p = probabilities[r];
      gradients[2 * r] = p - y[r];
      // Twice the diagonal of the curvature makes up for what lies beside it, between the classes (as XGBoost does).
      gradients[2 * r + 1] = Math.max(2 * p * (1 - p), 1e-16);
    }
  },
};

/** All that threads can be told to differentiate, by number. */
export const slopes: readonly Slopes[] = [...objectives, oneOfClasses];

const POISSON_CAUTION = Math.exp(0.7);

function meanOf({ y, weights }: Outcomes): number {
  let sum = 0;
  let mass = 0;
  for (let r = 0; r < y.length; r++) {
    const weight = weights === undefined ? 1 : weights[r];
    sum += weight * y[r];
    mass += weight;
  }
  return sum / mass;
}
