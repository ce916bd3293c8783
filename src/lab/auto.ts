// The learner `auto`: a search over learners, settings and blends by folds within the rows it is given (learn/search), so
// that its choice never sees a row it is judged on.
import { type Static, Type } from 'typebox';
import { completeSettings, type FittedModel, searchModel } from '../learn/index.ts';
import { calibrationNames } from './calibrating.ts';
import type { Rows } from './rows.ts';
import { readSettings } from './settings.ts';

const AutoSettings = Type.Object(
  {
    trials: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Candidates to try; 0 tries 12, or what `seconds` allow.',
    }),
    seconds: Type.Number({ default: 0, minimum: 0, description: 'About how long one fit may take; 0 sets no limit.' }),
    calibration: Type.Union(
      calibrationNames.map((name) => Type.Literal(name)),
      { default: 'auto', description: 'The curve over the probabilities; auto takes one only where it helps.' },
    ),
  },
  { additionalProperties: false },
);

const TRIALS = 12;

/** Opens the search for labels of two outcomes. */
export function openAuto(set: readonly string[], seed: number) {
  const given = readSettings({ name: 'auto', settings: AutoSettings }, set);
  const { trials, seconds, calibration } = completeSettings<Static<typeof AutoSettings>>('auto', AutoSettings, given);
  const budget = seconds > 0 ? { seconds, trials: trials || undefined } : { trials: trials || TRIALS };
  return {
    name: set.length > 0 ? `auto:${set.join(',')}` : 'auto',
    learner: 'auto',
    settings: given,
    fit: ({ x, y }: Rows, onProgress?: (done: number, total: number) => void) =>
      searchModel(x, y, { ...budget, seed, calibration, onProgress }).model,
  };
}

/** What a model that `auto` made consists of, such as `blend of boosting and forest`. */
export function describeChoice(model: FittedModel): string {
  const kinds = [...new Set(kindsIn(model.toJSON() as SavedKinds))].sort();
  return kinds.length === 1 ? kinds[0] : `blend of ${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}`;
}

type SavedKinds = { kind: string; model?: SavedKinds; members?: { model: SavedKinds }[] };

function kindsIn({ kind, model, members }: SavedKinds): string[] {
  if (model !== undefined) return kindsIn(model);
  return members === undefined ? [kind] : members.flatMap((member) => kindsIn(member.model));
}
