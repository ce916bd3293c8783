// Made-up experiments with known effects: the truth is what a learner of uplift is held against.
import { type Experiment, sigmoid } from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';

export type Simulated = Experiment & {
  /** What the treatment changes of the expected outcome of each row. */
  effect: Float64Array;
};

/** How treatments are given: by a fair draw, to a share, or more often to those with more visits. */
export type Assignment = 'fair' | 'third' | 'by-visits';

const chanceOf: Record<Assignment, (visits: number) => number> = {
  fair: () => 0.5,
  third: () => 0.3,
  'by-visits': (visits) => sigmoid(1.2 * visits),
};

/** Yes/no outcomes: the treatment helps where `likes` is 1 (most in region 2), hurts a little elsewhere. */
export function simulateVisits(rows: number, seed: number | string, assignment: Assignment = 'fair'): Simulated {
  return simulate(rows, seed, assignment, (row, treated, random) => {
    const base = -1.2 + 0.8 * row.visits;
    const odds = (on: boolean) => base + (on ? (row.likes === 1 ? 0.9 + (row.region === 2 ? 0.8 : 0) : -0.2) : 0);
    return {
      y: random.uniform() < sigmoid(odds(treated)) ? 1 : 0,
      effect: sigmoid(odds(true)) - sigmoid(odds(false)),
    };
  });
}

/** Amounts: the treatment adds 3 where `likes` is 1 and takes 1 elsewhere, beside a large base that it does not touch. */
export function simulateSpend(rows: number, seed: number | string, assignment: Assignment = 'fair'): Simulated {
  return simulate(rows, seed, assignment, (row, treated, random) => {
    const effect = row.likes === 1 ? 3 : -1;
    return { y: 10 + 4 * row.visits + (treated ? effect : 0) + 2 * random.normal(), effect };
  });
}

type Row = { visits: number; likes: number; region: number };

function simulate(
  rows: number,
  seed: number | string,
  assignment: Assignment,
  outcomeOf: (row: Row, treated: boolean, random: ReturnType<typeof createRandom>) => { y: number; effect: number },
): Simulated {
  const random = createRandom(seed);
  const names = ['visits', 'likes', 'region', 'age', 'noise'];
  const columns = names.map(() => new Float32Array(rows));
  const treated = new Uint8Array(rows);
  const y = new Float32Array(rows);
  const effect = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = { visits: random.normal(), likes: random.int(2), region: random.int(3) };
    const age = random.uniform() < 0.2 ? Number.NaN : random.normal();
    [row.visits, row.likes, row.region, age, random.normal()].forEach((value, c) => {
      columns[c][r] = value;
    });
    treated[r] = random.uniform() < chanceOf[assignment](row.visits) ? 1 : 0;
    const outcome = outcomeOf(row, treated[r] === 1, random);
    y[r] = outcome.y;
    effect[r] = outcome.effect;
  }
  return { x: { rows, names, columns, categorical: ['region'] }, treated, y, effect };
}
