// Makes models of every kind that is written as ONNX, with rows and with the bytes `writeOnnx` made of them, as JSON for
// written-models.py, which adds what onnxruntime answers.
// Run: node test/learn/interchange/written-models.ts | python3 test/learn/interchange/written-models.py > test/learn/interchange/written-models.json
import { readFileSync } from 'node:fs';
import {
  blendModels,
  boosting,
  copyRow,
  type FittedModel,
  logistic,
  readForeignModel,
  ridge,
  selectColumns,
  writeOnnx,
} from '../../../src/learn/index.ts';
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
