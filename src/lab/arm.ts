// A learner with its settings, ready to be fitted: one name on the command line, one line in a comparison. `auto` is a
// learner too: it tries the others by folds within the rows it is given and fits the best on all of them, so its choice
// never sees a test row.
import { InklingError } from '../errors.ts';
import {
  completeSettings,
  type FittedModel,
  type Learner,
  learners,
  logLoss,
  type Matrix,
  selectRows,
  stratifiedFolds,
} from '../learn/index.ts';
import type { Label } from './label.ts';

/** Rows with their outcomes. */
export type Rows = { x: Matrix; y: Float32Array };

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
  /** `key=value` pairs; a dot reaches into a setting that is an object. */
  set?: readonly string[];
  seed: number;
  kind: Label['kind'];
  /** Share of the rows held back for a learner that decides by them when to stop. */
  validShare?: number;
};

/** Learners of amounts that have no setting for it. */
const AMOUNTS_ONLY = ['ridge'];

/** Tried by `auto`, most wanted first where two do equally well. */
const CANDIDATES = ['boosting', 'logistic', 'forest', 'blend'];
const FOLDS_OF_A_CHOICE = 5;

/** Opens a learner by name; throws when the name, a setting or the kind of label does not suit it. */
export function openArm(options: ArmOptions): Arm {
  const { learner: name, set = [], kind } = options;
  if (name === 'auto') return openChoice(options);
  const learner = learnerNamed(name);
  const settings = readSettings(learner, set);
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
    settings,
    fit: (rows, onProgress) => fitWith(learner, settings, rows, options, onProgress),
  };
}

function openChoice(options: ArmOptions): Arm {
  if ((options.set ?? []).length > 0) {
    throw new InklingError('invalid_input', 'auto takes no settings: it tries several learners with their defaults.', {
      field: '--set',
      hint: 'Name the learner with --learner to set it.',
    });
  }
  if (options.kind === 'amount') return openArm({ ...options, learner: 'boosting' });
  const candidates = CANDIDATES.filter((name) => learners.some((one) => one.name === name));
  return {
    name: 'auto',
    learner: 'auto',
    settings: {},
    fit(rows, onProgress) {
      const arms = candidates.map((learner) => openArm({ ...options, learner }));
      let best = arms[0];
      let bestLoss = Number.POSITIVE_INFINITY;
      arms.forEach((arm, i) => {
        const loss = lossOverFolds(arm, rows, options.seed);
        onProgress?.(i + 1, arms.length + 1);
        if (loss >= bestLoss) return;
        best = arm;
        bestLoss = loss;
      });
      return best.fit(rows);
    },
  };
}

function lossOverFolds(arm: Arm, { x, y }: Rows, seed: number): number {
  const predicted = new Float64Array(x.rows);
  for (const { train, test } of stratifiedFolds(y, { folds: Math.min(FOLDS_OF_A_CHOICE, x.rows), seed })) {
    const model = arm.fit(pickRows({ x, y }, train));
    model.predict(selectRows(x, test)).forEach((p, i) => {
      predicted[test[i]] = p;
    });
  }
  return logLoss(y, predicted);
}

/** The rows picked by index. */
export function pickRows({ x, y }: Rows, rows: Int32Array): Rows {
  return { x: selectRows(x, rows), y: Float32Array.from(rows, (r) => y[r]) };
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

/** Reads `key=value` pairs: a value that is JSON is taken as such, any other as text. */
export function readSettings(
  learner: Pick<Learner, 'name' | 'settings'>,
  pairs: readonly string[],
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new InklingError('invalid_input', `${JSON.stringify(pair)} is not of the form key=value.`, {
        field: '--set',
        value: pair,
        hint: `Settings of ${learner.name}: ${Object.keys(Object(learner.settings).properties).join(', ')}.`,
      });
    }
    const path = pair.slice(0, at).split('.');
    const last = path.pop() as string;
    let place = settings;
    for (const key of path) {
      if (!Object.hasOwn(place, key) || typeof place[key] !== 'object' || place[key] === null) place[key] = {};
      place = place[key] as Record<string, unknown>;
    }
    place[last] = readValue(pair.slice(at + 1));
  }
  return settings;
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
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
