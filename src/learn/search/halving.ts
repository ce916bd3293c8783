// Successive halving (Jamieson & Talwalkar 2016): every draw of a bracket is looked at on two folds, and only the best third
// of each learner goes on to all of them. Halving within learners keeps their variety, which an ensemble lives on.
import { createRandom } from '../../math/index.ts';
import { drawCandidate } from './space.ts';
import { type Field, type FinishedTrial, scout, type Trial, tryOnAll } from './trial.ts';

const BRACKET = 10;
const KEPT_OF = 3;

/** Draws and judges so many candidates in brackets, as long as there is time. Trials that were given up come along. */
export function searchSpace(
  field: Field,
  { draws, seed, onTried }: { draws: number; seed: number; onTried(): void },
): { finished: FinishedTrial[]; givenUp: Trial[] } {
  const random = createRandom(seed).fork('search');
  const order = field.rows.times === undefined ? 'none' : 'time';
  const finished: FinishedTrial[] = [];
  const givenUp: Trial[] = [];
  for (let first = 0; first < draws && !field.isOver(); first += BRACKET) {
    const scouted: Trial[] = [];
    for (let index = first; index < Math.min(draws, first + BRACKET); index++) {
      const trial = scout(drawCandidate(random, index, { seed, order }), field);
      if (trial !== undefined) scouted.push(trial);
      onTried();
    }
    const kept = new Set(bestOfEach(scouted));
    for (const trial of scouted) {
      const full = kept.has(trial) ? tryOnAll(trial.candidate, field) : undefined;
      if (full === undefined) givenUp.push(trial);
      else finished.push(full);
    }
  }
  return { finished, givenUp };
}

function bestOfEach(trials: readonly Trial[]): Trial[] {
  const byLearner = Map.groupBy(trials, ({ candidate }) => candidate.learner);
  return [...byLearner.values()].flatMap((own) =>
    own.sort((a, b) => a.logLoss - b.logLoss).slice(0, Math.ceil(own.length / KEPT_OF)),
  );
}
