// Makes models of every kind that is written as ONNX, with rows and with the bytes `writeOnnx` made of them, as JSON for
// written-models.py, which adds what onnxruntime answers.
// Run: node test/learn/interchange/written-models.ts | python3 test/learn/interchange/written-models.py > test/learn/interchange/written-models.json
import { readFileSync } from 'node:fs';
import {
  blendModels,
  boosting,
  calibratedModel,
  calibrationMethods,
  copyRow,
  type FittedModel,
  logistic,
  randomForest,
  readForeignModel,
  ridge,
  selectColumns,
  writeOnnx,
} from '../../../src/learn/index.ts';
import { deriveColumns, derivedModel, type Recipe } from '../../../src/learn/search/derived.ts';
import { sparseLogistic } from '../../../src/learn/sparse/sparseLogistic.ts';
import { drawRows } from '../rows.ts';

const { x: all, y } = drawRows(600, 'written');
const x = selectColumns(all, ['visits', 'spend', 'age', 'price']);
const shuffled = selectColumns(x, ['price', 'age', 'spend', 'visits']);
const small = { trees: 12, maxLeaves: 6 };
const trees = boosting.fit(x, y, small);
const read = (file: string, name: string, key: string): FittedModel =>
  readForeignModel(
    new TextEncoder().encode(JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).models[name][key]),
  );

const recipes = [
  ...(['spend', 'price'] as const).map((of) => countsOf(of)),
  ...(['ratio', 'product'] as const).map((form) => ({ form, of: 'spend', by: 'visits' })),
];
const wider = deriveColumns(x, recipes, 'training');
const derivedOf = (member: FittedModel) => derivedModel({ kind: 'derived', names: [...x.names], recipes }, member);
const onDerived = derivedOf(boosting.fit(wider, y, small));
const calibrations = {
  platt: calibrationMethods.platt.fit(trees.predict(x), y),
  beta: calibrationMethods.beta.fit(onDerived.predict(x), y),
};
const shops = { ...x, categorical: ['price'] };

function countsOf(of: string): Recipe {
  const counts = new Map<number, number>();
  for (const value of x.columns[x.names.indexOf(of)]) counts.set(value, (counts.get(value) ?? 0) + 1);
  return { form: 'frequency', of, values: [...counts.keys()], counts: [...counts.values()] };
}

const models: Record<string, FittedModel> = {
  boosting: trees,
  'logistic, plain': logistic.fit(x, y, { transform: 'none' }),
  'logistic, logarithms': logistic.fit(x, y, { transform: 'log' }),
  'logistic, quantiles': logistic.fit(selectColumns(x, ['spend', 'age']), y, { transform: 'quantile' }),
  'boosting, counts by category': boosting.fit(
    { ...x, categorical: ['price'] },
    selectColumns(all, ['visits']).columns[0],
    { ...small, objective: 'poisson' },
  ),
  ridge: ridge.fit(selectColumns(x, ['spend', 'age', 'price']), selectColumns(all, ['visits']).columns[0]),
  blend: blendModels([
    { model: trees, share: 2 },
    { model: logistic.fit(shuffled, y, { transform: 'log' }), share: 1 },
  ]),
  forest: randomForest.fit(x, y, { trees: 8, minLeafRows: 20 }),
  'auto, derived columns': onDerived,
  'auto, calibrated blend': calibratedModel(
    blendModels([
      { model: onDerived, share: 2 },
      { model: derivedOf(logistic.fit(wider, y, { transform: 'log' })), share: 1 },
    ]),
    calibrations.beta,
  ),
  'boosting, calibrated': calibratedModel(trees, calibrations.platt),
  'sparse-logistic': sparseLogistic.fit(shops, y, { l1Ratio: 0.2 }),
  'XGBoost with categories': read('xgboost-models.json', 'logistic', 'json'),
  'XGBoost, counts': read('xgboost-models.json', 'poisson', 'json'),
  'LightGBM with zeros as missing': read('lightgbm-models.json', 'zero', 'text'),
  'LightGBM, amounts': read('lightgbm-models.json', 'regression', 'text'),
};

/** Rows with holes, zeros, and fractions where codes are expected. */
function rowsFor(model: FittedModel): (number | null)[][] {
  const drawn = model.names.every((name) => x.names.includes(name))
    ? Array.from({ length: 12 }, (_, r) => [...copyRow(selectColumns(x, model.names), r)])
    : Array.from({ length: 12 }, (_, r) =>
        model.names.map((_, c) => ((r * 7 + c * 5) % 23) / (r % 3 === 0 ? 2 : 1) - 4),
      );
  drawn.push(
    model.names.map(() => Number.NaN),
    model.names.map(() => 0),
    model.names.map(() => -1e-38),
  );
  return drawn.map((row) => row.map((value) => (Number.isNaN(value) ? null : Math.fround(value))));
}

const cases = Object.entries(models).map(([name, model]) => {
  const onnx = Buffer.from(writeOnnx(model)).toString('base64');
  return { name, model, rows: rowsFor(model), onnx };
});
console.log(JSON.stringify(cases));
