// A learner with its settings, ready to be fitted: one name on the command line, one line in a comparison. `auto` is one
// too (auto.ts).
import { InklingError } from '../errors.ts';
import { completeSettings, type FittedModel, type Learner, learners, stratifiedFolds } from '../learn/index.ts';
import { openAuto } from './auto.ts';
import { calibrating, takeCalibration } from './calibrating.ts';
import type { Label } from './label.ts';
import { pickRows, type Rows } from './rows.ts';
import { readSettings } from './settings.ts';

export type Arm = {
  /** As the person wrote it, such as `boosting:trees=500`. */
  name: string;
  learner: string;
  /** Settings that differ from the learner's defaults. */
  settings: Record<string, unknown>;
  fit(rows: Rows, onProgress?: (done: number, total: number) => void): FittedModel;
};

export type ArmOptions = {
  learner: string;
  /** `key=value` pairs, those of the learner and `calibration`; a dot reaches into a setting that is an object. */
  set?: readonly string[];
  seed: number;
  kind: Label['kind'];
  /** Share of the rows held back for a learner that decides by them when to stop. */
  validShare?: number;
};

/** Learners of amounts that have no setting for it. */
const AMOUNTS_ONLY = ['ridge'];

/** Opens a learner by name; throws when the name, a setting or the kind of label does not suit it. */
export function openArm(options: ArmOptions): Arm {
  const { learner: name, set = [], kind } = options;
  if (name === 'auto')
    return kind === 'amount' ? openArm({ ...options, learner: 'boosting' }) : openAuto(set, options.seed);
  const learner = learnerNamed(name);
  const settings = readSettings(learner, set);
  const calibration = takeCalibration(settings, kind);
  const known = Object(learner.settings).properties as Record<string, unknown>;
  if (known['seed'] !== undefined) settings['seed'] ??= options.seed;
  if (kind === 'outcome' && AMOUNTS_ONLY.includes(name)) refuseOutcome(name);
  if (kind === 'amount' && !AMOUNTS_ONLY.includes(name) && settings['objective'] === undefined) {
    if (known['objective'] === undefined) refuseAmount(name);
    settings['objective'] = 'squared';
  }
  completeSettings(name, learner.settings, settings);
  return {
    name: set.length > 0 ? `${name}:${set.join(',')}` : name,
    learner: name,
    settings: calibration === 'none' ? settings : { ...settings, calibration },
    fit: calibrating(
      (rows, onProgress) => fitWith(learner, settings, rows, options, onProgress),
      calibration,
      options.seed,
    ),
  };
}

function fitWith(
  learner: Learner,
  settings: object,
  rows: Rows,
  { validShare, seed, kind }: ArmOptions,
  onProgress?: (done: number, total: number) => void,
): FittedModel {
  if (validShare === undefined) return learner.fit(rows.x, rows.y, settings, { onProgress });
  const folds = Math.max(2, Math.round(1 / validShare));
  const strata = kind === 'amount' ? new Float32Array(rows.y.length) : rows.y;
  const [{ train, test }] = stratifiedFolds(strata, { folds, seed });
  const { x, y } = pickRows(rows, train);
  return learner.fit(x, y, settings, { valid: pickRows(rows, test), onProgress });
}

function learnerNamed(name: string): Learner {
  const learner = learners.find((one) => one.name === name);
  if (learner !== undefined) return learner;
  throw new InklingError('invalid_input', `There is no learner ${JSON.stringify(name)}.`, {
    field: '--learner',
    value: name,
    hint: `Choose one of ${learners.map((one) => one.name).join(', ')}, auto.`,
  });
}

function refuseAmount(name: string): never {
  throw new InklingError('invalid_input', `The label holds amounts, and ${name} tells two outcomes apart.`, {
    field: '--label',
    hint: 'Choose --learner boosting or ridge, or name one value with --positive to hold it against the rest.',
  });
}

function refuseOutcome(name: string): never {
  throw new InklingError('invalid_input', `The label holds two outcomes, and ${name} predicts amounts.`, {
    field: '--learner',
    value: name,
    hint: 'Choose --learner logistic, or another that tells two outcomes apart.',
  });
}
