// What a learner is: it states its name, one sentence and its settings as a schema, and `fit` returns a fitted model,
// a different type, so that "not fitted" cannot be written. Settings and saved models are checked against their schemas
// here, and all mistakes in one of them are reported together.
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';
import { inverseOf, type Link } from './link.ts';
import { checkMatrix, checkRow, copyRow, type Matrix, selectColumns } from './matrix.ts';

export type Learner<Settings = object> = {
  /** The `kind` of its models. */
  readonly name: string;
  /** What it does, in one sentence for a settings form. */
  readonly sentence: string;
  /** Schema of `Settings` with defaults: the form, the validation and the docs are drawn from it. */
  readonly settings: TSchema;
  /**
   * Learns P(y = 1 | x), or the amount y where the settings say so. Throws `too_little_data` or `invalid_input` with the
   * reason; leaves its inputs as they were.
   */
  fit(x: Matrix, y: Float32Array, settings?: Partial<Settings>, options?: FitOptions): FittedModel;
  /** Reads what a model's `toJSON` wrote; `readMember` reads the models inside a model. */
  read(json: unknown, readMember: (json: unknown) => FittedModel): FittedModel;
};

export type FitOptions = {
  /** How often each row counts; not negative. */
  weights?: Float32Array;
  /** Later rows on which a learner may decide when to stop. */
  valid?: { x: Matrix; y: Float32Array; weights?: Float32Array };
  /** Threads at most, this one included; the model does not depend on them. Default: as many as there are cores. */
  threads?: number;
  /** A model of the same kind and columns to go on from. */
  continueFrom?: FittedModel;
  onProgress?: (done: number, total: number) => void;
};

export type FittedModel = {
  readonly kind: string;
  readonly link: Link;
  /** The columns it was trained on; a single row is in this order. */
  readonly names: readonly string[];
  /** Probabilities (or amounts, as `link` says), one per row. Columns are found by name. */
  predict(x: Matrix): Float64Array;
  predictRow(row: Float32Array): number;
  /** What `predict` gives before the inverse of the link, one per row; log-odds for probabilities. */
  rawScores(x: Matrix): Float64Array;
  rawScore(row: Float32Array): number;
  /** What each column adds to the raw score and, last, the bias; they sum to it. */
  contributions(row: Float32Array): Float64Array;
  explain(x: Matrix): Explained;
  /** Columns by their share in what the model explains, largest first; gains sum to one unless all are zero. */
  importance(): { name: string; gain: number }[];
  toJSON(): object;
};

/**
 * Many rows explained: their raw scores, and for each column, in the order of `names`, a list of what it adds to each;
 * last, the bias.
 */
export type Explained = { scores: Float64Array; contributions: Float64Array[] };

/** What a learner gives of a model: the rest follows. */
export type ModelCore = Pick<FittedModel, 'kind' | 'names' | 'rawScore' | 'contributions' | 'importance' | 'toJSON'> & {
  /** Default: log-odds. */
  link?: Link;
  /** Raw scores of all rows of a checked matrix in the order of `names`, where that is faster than row by row. */
  rawScores?: (x: Matrix) => Float64Array;
  /** The same with what each column adds, where that is faster than row by row. */
  explain?: (x: Matrix) => Explained;
};

/** Completes a model, with checks that a row or matrix fits it and holds no infinite value. */
export function completeModel(core: ModelCore): FittedModel {
  const { kind, names, link = 'logit', importance, toJSON } = core;
  const toPrediction = inverseOf[link];
  const inOrder = (x: Matrix) => {
    const selected = selectColumns(x, names);
    checkMatrix(selected);
    return selected;
  };
  const rawScoresOf = (selected: Matrix) => {
    if (core.rawScores !== undefined) return core.rawScores(selected);
    const row = new Float32Array(names.length);
    const scores = new Float64Array(selected.rows);
    for (let r = 0; r < selected.rows; r++) scores[r] = core.rawScore(copyRow(selected, r, row));
    return scores;
  };
  const rawScores = (x: Matrix) => rawScoresOf(inOrder(x));
  const rawScore = (row: Float32Array) => {
    checkRow(names, row);
    return core.rawScore(row);
  };
  return {
    kind,
    names,
    link,
    predict: (x) => rawScores(x).map(toPrediction),
    predictRow: (row) => toPrediction(rawScore(row)),
    rawScores,
    rawScore,
    contributions(row) {
      checkRow(names, row);
      return core.contributions(row);
    },
    explain(x) {
      const selected = inOrder(x);
      if (core.explain !== undefined) return core.explain(selected);
      return { scores: rawScoresOf(selected), contributions: contributionsByRow(core)(selected) };
    },
    importance,
    toJSON,
  };
}

/** Contributions of many rows, one after the other. */
export function contributionsByRow({
  names,
  contributions,
}: Pick<FittedModel, 'names' | 'contributions'>): (x: Matrix) => Float64Array[] {
  return (x) => {
    const lists = Array.from({ length: names.length + 1 }, () => new Float64Array(x.rows));
    const row = new Float32Array(names.length);
    for (let r = 0; r < x.rows; r++) {
      const parts = contributions(copyRow(x, r, row));
      for (let c = 0; c < lists.length; c++) lists[c][r] = parts[c];
    }
    return lists;
  };
}

/** The settings with defaults filled in; every mistake is named in one error. */
export function completeSettings<Settings>(learner: string, schema: TSchema, given: Partial<Settings> = {}): Settings {
  const settings = Value.Default(schema, structuredClone(given));
  const mistakes = describeMistakes(schema, settings);
  if (mistakes.length > 0) {
    throw new InklingError('invalid_input', `The settings of ${learner} cannot be used: ${mistakes.join('; ')}.`, {
      value: given,
      hint: 'Leave a setting out to use its default.',
    });
  }
  return settings as Settings;
}

/** Checks a saved model against the schema of its file. */
export function checkModelFile<File>(kind: string, schema: TSchema, json: unknown): File {
  const mistakes = describeMistakes(schema, json);
  if (mistakes.length > 0) brokenModel(kind, mistakes.join('; '));
  return json as File;
}

/** Refuses a saved model with the reason. */
export function brokenModel(kind: string, reason: string): never {
  throw new InklingError(
    'model_file_invalid',
    `The saved ${kind === '' ? '' : `${kind} `}model cannot be read: ${reason}.`,
    {
      hint: 'Train the model again, or restore the file from a backup.',
    },
  );
}

/** Gains as shares of their sum, largest first. */
export function rankGains(names: readonly string[], gains: ArrayLike<number>): { name: string; gain: number }[] {
  let total = 0;
  for (let c = 0; c < names.length; c++) total += gains[c];
  return names
    .map((name, c) => ({ name, gain: total > 0 ? gains[c] / total : 0 }))
    .sort((a, b) => b.gain - a.gain || (a.name < b.name ? -1 : 1));
}

const MOST_MISTAKES = 5;
const compiled = new WeakMap<TSchema, Validator>();

function describeMistakes(schema: TSchema, value: unknown): string[] {
  // A model file holds a hundred thousand numbers: compiled, the check takes milliseconds.
  let validator = compiled.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    compiled.set(schema, validator);
  }
  if (validator.Check(value)) return [];
  const mistakes = Value.Errors(schema, value)
    .filter((mistake) => mistake.keyword !== 'boolean')
    .map(describeMistake);
  const more = mistakes.length - MOST_MISTAKES;
  return more > 0 ? [...mistakes.slice(0, MOST_MISTAKES), `and ${more} more`] : mistakes;
}

function describeMistake(mistake: ReturnType<typeof Value.Errors>[number]): string {
  const where = mistake.instancePath === '' ? 'the whole' : mistake.instancePath.slice(1).replaceAll('/', '.');
  if (mistake.keyword !== 'additionalProperties') return `${where} ${mistake.message}`;
  return `${where} must not have ${mistake.params.additionalProperties.join(', ')}`;
}
