// Whom did the women's e-mail bring to the site? Every uplift learner on Hillstrom's experiment beside scikit-learn and
// XGBoost, all on the same folds: predictions pooled over 5 folds, mean and deviation over 10 draws of the folds.
// Run: nice node bench/uplift.ts [repeats] [treated value]. Needs apt-get install python3-xgboost python3-sklearn.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import {
  crossFitUplift,
  type Experiment,
  foldsOf,
  type Matrix,
  qiniScore,
  randomisedScores,
  rankWeightedEffects,
  upliftAtK,
  upliftCalibration,
  upliftLearners,
} from '../src/learn/index.ts';

const path = fileURLToPath(new URL('../../shared/data/hillstrom_email/hillstrom.csv.gz', import.meta.url));
const protocol = { folds: 5, repeats: Number(process.argv[2] ?? 10), seed: 1 };
const treatedValue = process.argv[3] ?? 'Womens E-Mail';

const tried: readonly [name: string, settings: object][] = [
  ['s', {}],
  ['t', {}],
  ['x', {}],
  ['dr', {}],
  ['r', {}],
  ['class-transformation', {}],
  ['s', { base: 'boosting' }],
  ['t', { base: 'boosting' }],
  ['x', { base: 'boosting', effect: 'boosting' }],
  ['dr', { effect: 'boosting' }],
  ['r', { effect: 'boosting' }],
  ['class-transformation', { base: 'boosting' }],
  ['auto', {}],
];

if (existsSync(path)) main();
else console.log(`The data set is not there: ${path}`);

function main(): void {
  const experiment = readExperiment();
  const { y, treated } = experiment;
  console.log(
    `${treatedValue} against none, visit: ${y.length} rows, ${protocol.repeats} draws of ${protocol.folds} folds\n`,
  );
  console.log('| learner | Qini | sd | AUTOC | top 30 % | calibration slope | s per fit |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [name, settings] of tried) {
    const learner = upliftLearners.find((one) => one.name === name);
    if (learner === undefined) throw new Error(name);
    const start = performance.now();
    const repeats = crossFitUplift(learner, settings, experiment, protocol);
    const seconds = (performance.now() - start) / 1000 / protocol.folds / protocol.repeats;
    const chosen = Object.entries(settings).map(([key, value]) => `, ${key} ${value}`);
    print(
      `${name}${chosen.join('')}`,
      repeats.map(({ uplift }) => uplift),
      experiment,
      seconds,
    );
  }
  for (const { name, uplifts, seconds } of peers(experiment)) print(name, uplifts, experiment, seconds);
  for (const flag of ['womens', 'mens']) {
    const column = experiment.x.columns[experiment.x.names.indexOf(flag)];
    print(`the column ${flag} alone`, [Float64Array.from(column)], { y, treated }, 0);
  }
}

function print(
  name: string,
  uplifts: readonly Float64Array[],
  { y, treated }: Pick<Experiment, 'y' | 'treated'>,
  seconds: number,
): void {
  const scores = randomisedScores(y, treated);
  const qinis = uplifts.map((uplift) => qiniScore({ y, treated, uplift }));
  const autoc = mean(uplifts.map((uplift) => rankWeightedEffects(scores, uplift, { draws: 2 }).autoc.estimate));
  const top = mean(uplifts.map((uplift) => upliftAtK({ y, treated, uplift }, 0.3)));
  const slope = mean(uplifts.map((uplift) => upliftCalibration({ y, treated, uplift }, scores).slope));
  const deviation = Math.sqrt(mean(qinis.map((one) => (one - mean(qinis)) ** 2)));
  const cells = [mean(qinis), deviation, autoc, top].map((value) => value.toFixed(4));
  console.log(`| ${name} | ${cells.join(' | ')} | ${slope.toFixed(2)} | ${seconds.toFixed(1)} |`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function readExperiment(): Experiment {
  const lines: Record<string, string>[] = parse(gunzipSync(readFileSync(path)), { columns: true });
  const rows = lines.filter(({ segment }) => segment === treatedValue || segment === 'No E-Mail');
  const categorical = ['history_segment', 'zip_code', 'channel'];
  const names = ['recency', 'history', 'mens', 'womens', 'newbie', ...categorical];
  const columns = names.map((name) => {
    if (!categorical.includes(name)) return Float32Array.from(rows, (row) => Number(row[name]));
    const codes = new Map([...new Set(rows.map((row) => row[name]))].sort().map((text, code) => [text, code]));
    return Float32Array.from(rows, (row) => codes.get(row[name]) as number);
  });
  return {
    x: { rows: rows.length, names, columns, categorical },
    treated: Uint8Array.from(rows, ({ segment }) => Number(segment === treatedValue)),
    y: Float32Array.from(rows, ({ visit }) => Number(visit)),
  };
}

/** Predictions of scikit-learn and XGBoost on the same folds, if they are installed. */
function peers(experiment: Experiment): { name: string; uplifts: Float64Array[]; seconds: number }[] {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-uplift-'));
  try {
    const [matrix, answers] = [join(folder, 'matrix.csv'), join(folder, 'uplifts.json')];
    writeFileSync(matrix, csvOf(experiment));
    const script = fileURLToPath(new URL('uplift.py', import.meta.url));
    execFileSync('/usr/bin/python3', [script, matrix, answers], { stdio: ['ignore', 'ignore', 'inherit'] });
    const read: { name: string; uplifts: number[][]; seconds: number }[] = JSON.parse(readFileSync(answers, 'utf8'));
    return read.map((peer) => ({ ...peer, uplifts: peer.uplifts.map((one) => Float64Array.from(one)) }));
  } catch (error) {
    console.log(`The peers did not run: ${error}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Columns, with categories as 0/1 columns, then treated, outcome and the fold of each row in every draw. */
function csvOf(experiment: Experiment): string {
  const { x, treated, y } = experiment;
  const plain = withoutCategories(x);
  const draws = Array.from({ length: protocol.repeats }, (_, i) => {
    const foldOf = new Uint8Array(y.length);
    foldsOf(experiment, { folds: protocol.folds, seed: protocol.seed + i }).forEach(({ test }, fold) => {
      for (const row of test) foldOf[row] = fold;
    });
    return foldOf;
  });
  const header = [...plain.names, 'treated', 'y', ...draws.map((_, i) => `fold ${i}`)];
  const columns: ArrayLike<number>[] = [...plain.columns, treated, y, ...draws];
  const lines = Array.from(y, (_, r) => columns.map((column) => column[r]).join(','));
  return `${[header.join(','), ...lines].join('\n')}\n`;
}

function withoutCategories({ names, columns, categorical = [], rows }: Matrix): Matrix {
  const made = names.flatMap((name, c) => {
    if (!categorical.includes(name)) return [{ name, column: columns[c] }];
    return [...new Set(columns[c])]
      .sort((a, b) => a - b)
      .map((code) => ({ name: `${name} ${code}`, column: columns[c].map((value) => Number(value === code)) }));
  });
  return { rows, names: made.map(({ name }) => name), columns: made.map(({ column }) => column) };
}
