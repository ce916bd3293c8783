// Real purchases in time order: our model beside XGBoost, scikit-learn and the rule to beat, all on the very same rows.
// Ours and the peers are fitted once for each test moment, with the outcomes that ended before it.
// Run: node bench/purchases.ts [DATASET:DAYS ...], such as online-retail:30. Needs apt-get install python3-xgboost
// python3-sklearn for the peers.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { connectorNamed, importFile } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { resolveAll } from '../src/identify/index.ts';
import { type ModelRecord, trainingMatrix, trainModel } from '../src/predict/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { toDay } from '../src/time.ts';

type Row = { name: string; auc: number; logLoss: number; calibrationError: number };
type Figure = number | null | undefined;

const files: Record<string, string> = {
  'online-retail': 'online_retail/online_retail.csv.gz',
  'complete-journey': 'complete_journey/transactions_sample.csv.gz',
};
const asked =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['online-retail:7', 'online-retail:14', 'online-retail:30', 'complete-journey:14', 'complete-journey:30'];
const workspace = 'bench';
const now = new Date();

console.log('| purchases | model | ROC AUC | log loss | calibration error |');
console.log('| --- | --- | ---: | ---: | ---: |');
const byDataset = Map.groupBy(asked, (task) => task.split(':')[0]);
for (const [dataset, tasks] of byDataset) {
  await compare(
    dataset,
    tasks.map((task) => Number(task.split(':')[1])),
  );
}

async function compare(dataset: string, timeframes: readonly number[]): Promise<void> {
  const path = fileURLToPath(new URL(`../../shared/data/${files[dataset]}`, import.meta.url));
  if (!existsSync(path)) {
    console.log(`The data set is not there: ${path}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir: folder });
  try {
    await ensureWorkspace(store, workspace, now);
    await importFile(store, { workspace, path, format: dataset, now });
    await resolveAll(store, { workspace, now });
    const { protocol, trade } = connectorNamed(dataset);
    const testMoments = protocol?.testMoments.map((text) => new Date(text));
    for (const timeframeDays of timeframes) {
      const model = await trainModel(store, { workspace, timeframeDays, testMoments, trade, now });
      printTask(dataset, model);
      print(ours(model));
      print(peers(await exportMatrices(store, folder, model)));
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function ours({ learner, performance }: ModelRecord): Row[] {
  if (!performance) throw new Error('The model was not tested.');
  const row = (name: string, auc: Figure, logLoss?: Figure, calibrationError?: Figure): Row => ({
    name,
    auc: auc ?? Number.NaN,
    logLoss: logLoss ?? Number.NaN,
    calibrationError: calibrationError ?? Number.NaN,
  });
  return [
    row(`Inkling (${learner})`, performance.auc, performance.logLoss, performance.calibrationError),
    row('our logistic regression alone', performance.logisticAuc),
    row(performance.baselineName, performance.baselineAuc),
  ];
}

/** One file for each test moment: the rows that a model of that day learns from, and those it is asked about. */
async function exportMatrices(store: Store, folder: string, model: ModelRecord): Promise<string[]> {
  const matrices: string[] = [];
  for (const asOf of model.performance?.holdout.asOf ?? []) {
    const moment = new Date(asOf);
    const matrix = join(folder, `${toDay(moment)}.csv`);
    const chunks = trainingMatrix(store, {
      workspace,
      timeframeDays: model.timeframeDays,
      testMoments: [moment],
      now,
    });
    await pipeline(Readable.from(chunks), createWriteStream(matrix));
    matrices.push(matrix);
  }
  return matrices;
}

function peers(matrices: readonly string[]): Row[] {
  try {
    const script = fileURLToPath(new URL('./purchases.py', import.meta.url));
    const out = execFileSync('/usr/bin/python3', [script, ...matrices], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      // Threads that wait give way to other work on the machine.
      env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
    });
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  } catch (error) {
    console.log(`No peers (apt-get install python3-xgboost python3-sklearn): ${String(error).split('\n')[0]}`);
    return [];
  }
}

function printTask(dataset: string, { timeframeDays, performance }: ModelRecord): void {
  const { people, conversions } = performance?.holdout ?? {};
  const interval = performance?.aucInterval?.map((value) => value.toFixed(3)).join('–');
  console.log(
    `| ${dataset}, ${timeframeDays} days: ${conversions} of ${people} | *95 % interval* | *${interval}* | | |`,
  );
}

function print(rows: readonly Row[]): void {
  for (const { name, auc, logLoss, calibrationError } of rows) {
    const cells = [auc, logLoss, calibrationError].map((value) => (Number.isNaN(value) ? '' : value.toFixed(4)));
    console.log(`| | ${name} | ${cells.join(' | ')} |`);
  }
}
