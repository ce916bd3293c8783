// S-learner (Künzel et al. 2019): one model of the outcome with the treatment as a column; the effect is what it expects
// with the treatment minus what it expects without. An additive base sees no combination by itself, so it also gets the
// treatment times each standardised column.
import { type Static, Type } from 'typebox';
import { checkModelFile, completeSettings, type FittedModel } from '../learner.ts';
import { findScales, Scale, scaleColumn } from '../linear.ts';
import type { Matrix } from '../matrix.ts';
import { Encoding, openExperiment } from './indicators.ts';
import { completeUplift, type FittedUplift, type UpliftLearner } from './learner.ts';
import { shareTreated } from './nuisance.ts';
import { BaseSettings, fitBase, isAdditive } from './outcome.ts';
import { readInner } from './saved.ts';

export const SLearnerSettings = Type.Object(BaseSettings, { additionalProperties: false });
export type SLearnerSettings = Static<typeof SLearnerSettings>;

const SLearnerFile = Type.Object({
  kind: Type.Literal('s'),
  encoding: Encoding,
  /** Share of the rows that were treated: the products are centred there. */
  share: Type.Number(),
  /** Columns that are multiplied with the treatment, and how they are standardised first. */
  products: Type.Array(Scale),
  model: Type.Unknown(),
});
type SLearnerFile = Static<typeof SLearnerFile>;
type Products = Pick<SLearnerFile, 'share' | 'products'>;

export const sLearner: UpliftLearner<SLearnerSettings> = {
  name: 's',
  sentence: 'One model of the outcome with the treatment as a column; best where effects are small beside the outcome.',
  settings: SLearnerSettings,
  fit(given, settings, options) {
    const base = completeSettings<SLearnerSettings>('s', SLearnerSettings, settings);
    const { experiment, encoding } = openExperiment(given);
    const { x, treated, y, weights } = experiment;
    const products = isAdditive(base.base) ? findScales(x, 'log', weights) : [];
    const share = shareTreated(experiment);
    const model = fitBase(
      withTreatment(x, { share, products }, (r) => treated[r]),
      y,
      weights,
      base,
      options,
    );
    return sLearnerFrom({ kind: 's', encoding, share, products, model: model.toJSON() }, model);
  },
  read(json) {
    const file = checkModelFile<SLearnerFile>('s', SLearnerFile, json);
    const more = [TREATED, ...file.products.map(({ name }) => productName(name))];
    return sLearnerFrom(file, readInner('s', file.model, file.encoding, more));
  },
};

function sLearnerFrom(file: SLearnerFile, model: FittedModel): FittedUplift {
  return completeUplift({
    kind: 's',
    encoding: file.encoding,
    notes: [],
    both: (x) => ({
      treated: model.predict(withTreatment(x, file, () => 1)),
      control: model.predict(withTreatment(x, file, () => 0)),
    }),
    toJSON: () => file,
  });
}

const TREATED = '(treated)';
const productName = (name: string) => `${TREATED} × ${name}`;

/** The columns with the decision beside them, and its products with the columns that `products` names. */
function withTreatment(x: Matrix, { share, products }: Products, decision: (row: number) => number): Matrix {
  const treated = Float32Array.from({ length: x.rows }, (_, r) => decision(r));
  const place = new Map(x.names.map((name, c) => [name, c]));
  const multiplied = products.flatMap((scale) => {
    const c = place.get(scale.name);
    if (c === undefined) return [];
    const values = scaleColumn(x.columns[c], scale);
    return [{ name: productName(scale.name), column: treated.map((arm, r) => (arm - share) * values[r]) }];
  });
  return {
    rows: x.rows,
    names: [...x.names, TREATED, ...multiplied.map(({ name }) => name)],
    columns: [...x.columns, treated, ...multiplied.map(({ column }) => column)],
  };
}
