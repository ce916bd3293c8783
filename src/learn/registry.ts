// The learners that Inkling knows. A new learner is one file and one line here; settings forms, validation, docs, the
// contract suite in test/learn and the reading of saved models all walk this array. Kinds of models that nothing here
// fits stand in `wrapped` (they lie around other models) and `brought` (they were trained elsewhere).
import { baseline } from './baseline.ts';
import { blend } from './blend.ts';
import { boosting } from './boosting/boosting.ts';
import { trees } from './interchange/trees.ts';
import { brokenModel, type FittedModel, type Learner } from './learner.ts';
import { logistic } from './logistic.ts';
import { randomForest } from './randomForest.ts';
import { ridge } from './ridge.ts';
import { calibrated } from './search/calibrated.ts';
import { derived } from './search/derived.ts';
import { sparseLogistic } from './sparse/sparseLogistic.ts';

export const learners: readonly Learner[] = [logistic, ridge, boosting, randomForest, blend, baseline, sparseLogistic];

const wrapped: readonly Pick<Learner, 'name' | 'read'>[] = [derived, calibrated];

const brought: readonly Pick<Learner, 'name' | 'read'>[] = [trees];

/** Reads what a model's `toJSON` wrote; throws `model_file_invalid` with the reason when it is damaged or unknown. */
export function fromJSON(json: unknown): FittedModel {
  const kind = typeof json === 'object' && json !== null && 'kind' in json ? json.kind : undefined;
  const kinds = [...learners, ...wrapped, ...brought];
  const known = kinds.find(({ name }) => name === kind);
  if (known === undefined) {
    const names = kinds.map(({ name }) => name).join(', ');
    brokenModel('', `its kind is ${JSON.stringify(kind) ?? 'not given'}, and only ${names} are known`);
  }
  return known.read(json, fromJSON);
}
