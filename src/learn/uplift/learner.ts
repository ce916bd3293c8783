// What an uplift learner is: like a learner (../learner.ts) it states its name, one sentence and its settings, but it
// learns from an experiment, and its model answers how much a treatment changes the outcome of each row.
import type { TSchema } from 'typebox';
import { checkMatrix, type Matrix, selectColumns } from '../matrix.ts';
import type { Experiment } from './experiment.ts';
import { type Encoding, encode } from './indicators.ts';

export type UpliftLearner<Settings = object> = {
  /** The `kind` of its models. */
  readonly name: string;
  /** What it does, in one sentence for a settings form. */
  readonly sentence: string;
  readonly settings: TSchema;
  /** Learns E(y | treated, x) − E(y | not, x). Throws `too_little_data` or `invalid_input`; leaves its inputs as they were. */
  fit(experiment: Experiment, settings?: Partial<Settings>, options?: UpliftOptions): FittedUplift;
  /** Reads what a model's `toJSON` wrote; `readMember` reads the uplift models inside an uplift model. */
  read(json: unknown, readMember: (json: unknown) => FittedUplift): FittedUplift;
};

export type UpliftOptions = {
  /** Threads at most, this one included; the model does not depend on them. */
  threads?: number;
  onProgress?: (done: number, total: number) => void;
};

/** Expected outcomes of every row under either decision. */
export type BothOutcomes = { treated: Float64Array; control: Float64Array };

export type FittedUplift = {
  readonly kind: string;
  /** The columns it was trained on. */
  readonly names: readonly string[];
  /** What a reader of its answers must know, such as a lack of overlap; empty when there is nothing. */
  readonly notes: readonly string[];
  /** The difference that the treatment makes to the outcome of each row, in units of the outcome. */
  predict(x: Matrix): Float64Array;
  /** The outcomes whose difference `predict` gives, where the learner estimates both. */
  predictBoth?(x: Matrix): BothOutcomes;
  toJSON(): object;
};

/** What a learner gives of an uplift model; it gets the encoded columns. */
export type UpliftCore = { kind: string; encoding: Encoding; notes: readonly string[]; toJSON: () => object } & (
  | { uplift: (x: Matrix) => Float64Array }
  | { both: (x: Matrix) => BothOutcomes }
);

/** Completes an uplift model: columns are found by name and checked, and categories encoded. */
export function completeUplift(core: UpliftCore): FittedUplift {
  const { kind, encoding, notes, toJSON } = core;
  const prepare = (x: Matrix) => {
    checkMatrix(selectColumns(x, encoding.names));
    return encode(x, encoding);
  };
  const common = { kind, names: encoding.names, notes, toJSON };
  if ('uplift' in core) return { ...common, predict: (x) => core.uplift(prepare(x)) };
  const predictBoth = (x: Matrix) => core.both(prepare(x));
  return {
    ...common,
    predictBoth,
    predict(x) {
      const { treated, control } = predictBoth(x);
      return treated.map((outcome, r) => outcome - control[r]);
    },
  };
}
