// Logistic regression straight on sparse rows, for columns that a caller has made: hashed tokens, words, baskets. Of a
// table with columns of categories, the learner `sparse-logistic` makes them itself.
import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { ElasticNetSettings } from '../elasticNetSettings.ts';
import { brokenModel, checkModelFile, completeSettings, type FitOptions } from '../learner.ts';
import { sigmoid } from '../link.ts';
import { checkOutcomes } from '../matrix.ts';
import { minimiseSparse } from './coordinateDescent.ts';
import { checkSparse, type SparseRows, turnRows } from './rows.ts';

export type SparseModel = {
  readonly width: number;
  readonly intercept: number;
  readonly coefficients: Float64Array;
  readonly converged: boolean;
  /** Probabilities, one per row. */
  predict(x: SparseRows): Float64Array;
  toJSON(): object;
};

/** Only coefficients other than 0 are saved, their places ascending. */
const SparseFile = Type.Object({
  kind: Type.Literal('sparse'),
  width: Type.Integer({ minimum: 1, maximum: 2 ** 32 - 1 }),
  intercept: Type.Number(),
  places: Type.Array(Type.Integer({ minimum: 0 })),
  coefficients: Type.Array(Type.Number()),
  steps: Type.Integer({ minimum: 0 }),
  converged: Type.Boolean(),
});
type SparseFile = Static<typeof SparseFile>;

/** Learns P(y = 1 | x). Throws `too_little_data` or `invalid_input` with the reason. */
export function fitSparse(
  x: SparseRows,
  y: Float32Array,
  given?: Partial<ElasticNetSettings>,
  { weights, onProgress }: Pick<FitOptions, 'weights' | 'onProgress'> = {},
): SparseModel {
  const settings = completeSettings<ElasticNetSettings>('sparse', ElasticNetSettings, given);
  checkSparse(x);
  checkOutcomes(x.rows, y, weights);
  const l1 = settings.l2 * settings.l1Ratio;
  const problem = { columns: turnRows(x), y, weights, l1, l2: settings.l2 - l1 };
  const { coefficients, ...rest } = minimiseSparse(problem, settings, onProgress);
  const places = Array.from(coefficients.keys()).filter((place) => coefficients[place] !== 0);
  return modelOf({
    kind: 'sparse',
    width: x.width,
    ...rest,
    places,
    coefficients: places.map((place) => coefficients[place]),
  });
}

/** Reads what a model's `toJSON` wrote. */
export function readSparse(json: unknown): SparseModel {
  const file = checkModelFile<SparseFile>('sparse', SparseFile, json);
  const { places, coefficients, width } = file;
  if (places.length !== coefficients.length) brokenModel('sparse', 'places and coefficients differ in number');
  if (places.some((place, i) => place >= width || (i > 0 && place <= places[i - 1]))) {
    brokenModel('sparse', 'its places do not rise within its width');
  }
  return modelOf(file);
}

function modelOf(file: SparseFile): SparseModel {
  const { width, intercept, converged } = file;
  const coefficients = new Float64Array(width);
  file.places.forEach((place, i) => {
    coefficients[place] = file.coefficients[i];
  });
  return {
    width,
    intercept,
    coefficients,
    converged,
    predict(x) {
      checkSparse(x);
      checkWidth(x.width, width);
      return Float64Array.from({ length: x.rows }, (_, r) => {
        let score = intercept;
        for (let i = x.starts[r]; i < x.starts[r + 1]; i++) score += coefficients[x.places[i]] * x.values[i];
        return sigmoid(score);
      });
    },
    toJSON: () => file,
  };
}

function checkWidth(given: number, width: number): void {
  if (given === width) return;
  throw new InklingError('invalid_input', `The rows have ${given} columns, and the model was trained on ${width}.`, {
    hint: 'Make the rows as those of the training were made, with the same number of bits or the same dictionary.',
  });
}
