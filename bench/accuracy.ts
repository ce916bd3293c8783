// How well does the search predict on two public tables, beside XGBoost and scikit-learn tuned on the same training rows?
// Every choice (settings, derived columns, blend, calibration) is made inside the training part of each split; the test
// part is predicted once.
// Run: nice node bench/accuracy.ts [shoppers|without-values|late|telco …]. Needs apt-get install python3-xgboost python3-sklearn.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import {
  calibrationError,
  correctedResampledT,
  logLoss,
  type Matrix,
  prAuc,
  rocAuc,
  type Split,
  searchModel,
  selectRows,
  stratifiedFolds,
} from '../src/learn/index.ts';

const MONTHS = ['Feb', 'Mar', 'Apr', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TRIALS = Number(process.env['TRIALS'] ?? 15);
const SEED = 1;

/** A table, its splits, and the moments that order the rows where the future is to be predicted. */
type Task = { title: string; x: Matrix; y: Float32Array; splits: readonly Split[]; times?: Float32Array };
type Contender = { name: string; predictions: Float64Array[]; seconds: number };

const tasks: Record<string, () => Task[]> = {
  shoppers: () => [openShoppers([])],
  'without-values': () => [openShoppers(['PageValues'])],
  late: () => [openLate(['Month']), openLate(['Month', 'PageValues'])],
  telco: () => [openTelco()],
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(tasks)) for (const task of tasks[name]()) runTask(task);

function runTask(task: Task): void {
  console.log(`\n## ${task.title}\n`);
  console.log('| | ROC AUC | PR AUC | log loss | calibration error (pooled) | s per fit |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  const contenders = [search(task), ...peers(task)];
  for (const contender of contenders) print(task, contender);
  const [ours, ...others] = contenders;
  if (task.splits.length > 1) for (const other of others) sayDifference(task, ours, other);
}

function search({ x, y, splits, times }: Task): Contender {
  const start = performance.now();
  const predictions = splits.map(({ train, test }, k) => {
    const outcomes = Float32Array.from(train, (r) => y[r]);
    const folds = times && { times: Float32Array.from(train, (r) => times[r]) };
    const found = searchModel(selectRows(x, train), outcomes, {
      seed: SEED,
      trials: times ? undefined : TRIALS,
      folds,
    });
    const made = found.members.map(({ name, weight }) => `${weight.toFixed(2)} ${name}`).join(' + ');
    console.error(`split ${k}: ${made}; calibration ${found.calibration}`);
    return found.model.predict(selectRows(x, test));
  });
  const seconds = (performance.now() - start) / 1000 / splits.length;
  return { name: 'Inkling, searchModel', predictions, seconds };
}

function print({ y, splits }: Task, { name, predictions, seconds }: Contender): void {
  const outcomes = splits.map(({ test }) => Float32Array.from(test, (r) => y[r]));
  const over = (metric: typeof rocAuc) => mean(predictions.map((p, k) => metric(outcomes[k], p)));
  const pooled = {
    y: outcomes.flatMap((own) => [...own]),
    p: predictions.flatMap((own) => [...own]),
  };
  const cells = [over(rocAuc), over(prAuc), over(logLoss), calibrationError(pooled.y, pooled.p)];
  console.log(`| ${name} | ${cells.map((cell) => cell.toFixed(4)).join(' | ')} | ${seconds.toFixed(0)} |`);
}

/** Nadeau & Bengio's corrected test of the difference in AUC and PR AUC, fold by fold. */
function sayDifference({ y, splits }: Task, ours: Contender, other: Contender): void {
  const [{ train, test }] = splits;
  for (const [metric, score] of Object.entries({ 'ROC AUC': rocAuc, 'PR AUC': prAuc, 'log loss': logLoss })) {
    const differences = splits.map(({ test }, k) => {
      const outcomes = Float32Array.from(test, (r) => y[r]);
      return score(outcomes, ours.predictions[k]) - score(outcomes, other.predictions[k]);
    });
    const verdict = correctedResampledT(differences, { trainRows: train.length, testRows: test.length });
    const interval = verdict.interval.map((end) => end.toFixed(4)).join(' to ');
    console.log(
      `\n${metric}, ours − ${other.name}: ${verdict.difference.toFixed(4)} (${interval}), p ${verdict.pValue.toFixed(4)}`,
    );
  }
}

/** Predictions of XGBoost and scikit-learn for the same splits, if they are installed. */
function peers(task: Task): Contender[] {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-accuracy-'));
  try {
    const [given, answers] = [join(folder, 'task.json'), join(folder, 'predictions.json')];
    const { x, y, splits, times } = task;
    const columns = x.columns.map((column) => Array.from(column, (value) => (Number.isNaN(value) ? null : value)));
    const plain = {
      names: x.names,
      categorical: x.categorical,
      columns,
      y: [...y],
      times: times && [...times],
      splits: splits.map(({ train, test }) => ({ train: [...train], test: [...test] })),
    };
    writeFileSync(given, JSON.stringify(plain));
    const script = fileURLToPath(new URL('accuracy.py', import.meta.url));
    execFileSync('/usr/bin/python3', [script, given, answers], { stdio: ['ignore', 'ignore', 'inherit'] });
    const read: { name: string; predictions: number[][]; seconds: number }[] = JSON.parse(
      readFileSync(answers, 'utf8'),
    );
    return read.map((peer) => ({ ...peer, predictions: peer.predictions.map((own) => Float64Array.from(own)) }));
  } catch (error) {
    console.log(`The peers did not run: ${error}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openShoppers(drop: readonly string[]): Task {
  const { x, y } = readShoppers(drop);
  const splits = stratifiedFolds(y, { folds: 10, seed: SEED });
  const without = drop.map((name) => `, without ${name}`).join('');
  return { title: `Online Shoppers, 10 stratified folds${without}`, x, y, splits };
}

/** Learns up to October, is tested on November and December. Month orders the rows and can't be learned from. */
function openLate(drop: readonly string[]): Task {
  const { x, y, rows } = readShoppers(drop);
  const times = Float32Array.from(rows, ({ Month }) => MONTHS.indexOf(Month));
  const places = Int32Array.from(y.keys());
  const split = { train: places.filter((r) => times[r] <= 8), test: places.filter((r) => times[r] > 8) };
  return { title: `Online Shoppers, November and December, without ${drop.join(', ')}`, x, y, splits: [split], times };
}

function openTelco(): Task {
  const { x, y } = readRows('telco_churn/Telco-Customer-Churn.csv.gz', {
    label: 'Churn',
    positive: 'Yes',
    drop: ['customerID'],
    categorical: ['SeniorCitizen'],
  });
  return { title: 'Telco churn, 10 stratified folds', x, y, splits: stratifiedFolds(y, { folds: 10, seed: SEED }) };
}

function readShoppers(drop: readonly string[]) {
  return readRows('online_shoppers/online_shoppers_intention.csv.gz', {
    label: 'Revenue',
    positive: 'TRUE',
    drop,
    categorical: ['OperatingSystems', 'Browser', 'Region', 'TrafficType'],
  });
}

type Reading = { label: string; positive: string; drop: readonly string[]; categorical: readonly string[] };

/** Texts and the columns named become categories, coded in the order of their names; empty cells are missing. */
function readRows(file: string, { label, positive, drop, categorical: coded }: Reading) {
  const path = fileURLToPath(new URL(`../../shared/data/${file}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`The data set is not there: ${path}`);
  const rows: Record<string, string>[] = parse(gunzipSync(readFileSync(path)), { columns: true, trim: true });
  const names = Object.keys(rows[0]).filter((name) => name !== label && !drop.includes(name));
  const isNumber = (name: string) => rows.every((row) => row[name] === '' || Number.isFinite(Number(row[name])));
  const categorical = names.filter((name) => coded.includes(name) || !isNumber(name));
  const columns = names.map((name) => {
    const texts = rows.map((row) => row[name]);
    if (!categorical.includes(name)) return Float32Array.from(texts, (text) => (text === '' ? NaN : Number(text)));
    const codes = new Map([...new Set(texts)].sort().map((text, code) => [text, code]));
    return Float32Array.from(texts, (text) => codes.get(text) as number);
  });
  const y = Float32Array.from(rows, (row) => Number(row[label] === positive));
  return { x: { rows: rows.length, names, columns, categorical }, y, rows };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
