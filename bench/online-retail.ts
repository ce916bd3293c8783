// Purchases within 30 days on Online Retail: our model beside XGBoost and scikit-learn on the very same rows, and beside
// the rule to beat. People known by 2011-10-10 and 2011-11-01; ours and the peers are fitted once for each of the two
// moments, with the outcomes that ended before it.
// Run: node bench/online-retail.ts [timeframe days]. Needs apt-get install python3-xgboost python3-sklearn for the peers.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { connectorNamed, importFile } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { trainingMatrix } from '../src/predict/index.ts';
import { walkTheRoad } from '../src/server/index.ts';
import { openStore } from '../src/store/index.ts';
import { toDay } from '../src/time.ts';

type Row = { name: string; auc: number; logLoss: number; calibrationError: number; fitSeconds?: number };

const path = fileURLToPath(new URL('../../shared/data/online_retail/online_retail.csv.gz', import.meta.url));
const timeframeDays = Number(process.argv[2] ?? 30);
const workspace = 'bench';

if (existsSync(path)) await main();
else console.log(`The data set is not there: ${path}`);

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
  const store = await openStore({ dataDir: folder });
  try {
    const now = new Date();
    await ensureWorkspace(store, workspace, now);
    await importFile(store, { workspace, path, format: 'online-retail', now });
    const testMoments = connectorNamed('online-retail').protocol?.testMoments.map((text) => new Date(text));
    const { model } = await walkTheRoad(store, { workspace, timeframeDays, testMoments, now });
    const matrices: string[] = [];
    for (const moment of testMoments ?? []) {
      const matrix = join(folder, `${toDay(moment)}.csv`);
      const chunks = trainingMatrix(store, { workspace, timeframeDays, testMoments: [moment], now });
      await pipeline(Readable.from(chunks), createWriteStream(matrix));
      matrices.push(matrix);
    }
    const performance = model.performance;
    if (!performance) throw new Error('The model was not tested.');
    const { auc, logLoss, calibrationError, logisticAuc, baselineAuc, baselineName, holdout } = performance;
    const ours: Row = {
      name: `Inkling (${model.learner})`,
      auc: auc ?? Number.NaN,
      logLoss: logLoss ?? Number.NaN,
      calibrationError: calibrationError ?? Number.NaN,
    };
    console.log(
      `${timeframeDays} days, ${holdout.people} people, ${holdout.conversions} bought; interval ${performance.aucInterval}`,
    );
    console.log(`our logistic regression alone ${logisticAuc}, ${baselineName} ${baselineAuc}\n`);
    print([ours, ...peers(matrices)]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function peers(matrices: readonly string[]): Row[] {
  try {
    const script = fileURLToPath(new URL('./online_retail.py', import.meta.url));
    const out = execFileSync('/usr/bin/python3', [script, ...matrices], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
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

function print(rows: readonly Row[]): void {
  console.log('| model | ROC AUC | log loss | calibration error | log loss / ours |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const { name, auc, logLoss, calibrationError } of rows) {
    const cells = [auc, logLoss, calibrationError, logLoss / rows[0].logLoss].map((value) => value.toFixed(3));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
