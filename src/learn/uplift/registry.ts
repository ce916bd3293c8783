// The uplift learners that Inkling knows. A new one is one file and one line here; the settings of `inkling lab uplift`,
// the contract suite in test/learn/uplift and the reading of saved models all walk this array.
import { brokenModel } from '../learner.ts';
import { auto } from './auto.ts';
import { classTransformation } from './class-transformation.ts';
import { drLearner } from './dr-learner.ts';
import type { FittedUplift, UpliftLearner } from './learner.ts';
import { rLearner } from './r-learner.ts';
import { sLearner } from './s-learner.ts';
import { tLearner } from './t-learner.ts';
import { xLearner } from './x-learner.ts';

export const upliftLearners: readonly UpliftLearner[] = [
  auto,
  sLearner,
  tLearner,
  xLearner,
  drLearner,
  rLearner,
  classTransformation,
];

/** Reads what an uplift model's `toJSON` wrote; throws `model_file_invalid` with the reason. */
export function upliftFromJSON(json: unknown): FittedUplift {
  const kind = typeof json === 'object' && json !== null && 'kind' in json ? json.kind : undefined;
  const learner = upliftLearners.find(({ name }) => name === kind);
  if (learner === undefined) {
    const known = upliftLearners.map(({ name }) => name).join(', ');
    brokenModel('uplift', `its kind is ${JSON.stringify(kind) ?? 'not given'}, and only ${known} are known`);
  }
  return learner.read(json, upliftFromJSON);
}
