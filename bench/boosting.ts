// Boosting beside XGBoost and scikit-learn's HistGradientBoosting: the same rows, the same trees asked for, each in a
// process of its own with two threads, turn by turn, medians of the runs.
// Run: node bench/boosting.ts [--runs 5] [--threads 2] [--only dense|sparse]. Needs apt-get install python3-xgboost
// python3-sklearn for the peers.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boosting, copyRow, type FittedModel, type Matrix, rocAuc } from '../src/learn/index.ts';
import { createRandom } from '../src/math/index.ts';

type Work = { name: string; rows: number; columns: number; leaves: number; depth: number; trees: number };

/** What one run says of itself. Seconds of the fit with all preparation, the memory it took beyond the data. */
type Run = {
  fitSeconds: number;
  memoryBytes: number;
  auc: number;
  batchRowsPerSecond: number;
  rowMicroseconds?: number;
};

const works: Record<string, Work> = {
  dense: { name: '1M × 28 dense, 255 leaves', rows: 1_000_000, columns: 28, leaves: 255, depth: 0, trees: 100 },
  sparse: {
    name: '800k × 50, half sparse counts, depth 6',
    rows: 800_000,
    columns: 50,
    leaves: 64,
    depth: 6,
    trees: 100,
  },
};
const TEST_ROWS = 100_000;
const LEARNING_RATE = 0.1;
const peers = ['xgboost', 'sklearn'];

const { values: given } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    ours: { type: 'string' },
    folder: { type: 'string' },
  },
});
const threads = Number(given.threads);
// A child of this bench: one fit of ours, in a fresh process like the peers'.
if (given.ours !== undefined) console.log(JSON.stringify(runOurs(works[given.ours], given.folder as string)));
else compare();

function compare(): void {
  for (const [key, work] of Object.entries(works)) {
    if (given.only !== undefined && given.only !== key) continue;
    const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
    try {
      writeTable(key, work, folder);
      const runs = new Map<string, Run[]>();
      for (let run = 0; run < Number(given.runs); run++) {
        for (const engine of ['ours', ...peers]) {
          const result = runApart(engine, key, work, folder);
          if (result !== undefined) runs.set(engine, [...(runs.get(engine) ?? []), result]);
          process.stderr.write(`${key} ${engine} ${JSON.stringify(result)}\n`);
        }
      }
      print(work, runs);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function runApart(engine: string, key: string, work: Work, folder: string): Run | undefined {
  const script = fileURLToPath(new URL('./boosting.py', import.meta.url));
  const [command, args] =
    engine === 'ours'
      ? [process.execPath, [fileURLToPath(import.meta.url), '--ours', key, '--folder', folder]]
      : ['/usr/bin/python3', [script, engine, folder, JSON.stringify({ ...work, learningRate: LEARNING_RATE })]];
  try {
    return JSON.parse(
      execFileSync(command, [...args, '--threads', String(threads)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString(),
    );
  } catch {
    return undefined;
  }
}

function runOurs(work: Work, folder: string): Run {
  const { train, trainY, test, testY } = readTable(work, folder);
  const before = process.memoryUsage.rss();
  forgetPeak();
  const start = performance.now();
  const model = boosting.fit(
    train,
    trainY,
    {
      trees: work.trees,
      learningRate: LEARNING_RATE,
      maxLeaves: work.leaves,
      maxDepth: work.depth || 30,
      columnShare: 1,
      l2: 1,
      minChildHessian: 1,
    },
    { threads },
  );
  const fitSeconds = (performance.now() - start) / 1000;
  const memoryBytes = peakBytes() - before;
  model.predict(test);
  const batch = timed(() => model.predict(train));
  return {
    fitSeconds,
    memoryBytes,
    auc: rocAuc(testY, model.predict(test)),
    batchRowsPerSecond: work.rows / batch,
    rowMicroseconds: medianRow(model, test),
  };
}

/** Linux keeps the largest memory a process ever had; this makes it begin anew. */
function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

function peakBytes(): number {
  const kilobytes = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)?.[1];
  return Number(kilobytes) * 1024;
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Median microseconds of one prediction, each row for itself. */
function medianRow(model: FittedModel, x: Matrix): number {
  const rows = Array.from({ length: 20_000 }, (_, r) => copyRow(x, r));
  const times = rows.map((row) => {
    const start = process.hrtime.bigint();
    model.predictRow(row);
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  return times.sort((a, b) => a - b)[times.length / 2];
}

/** Dense columns are normal; of the sparse table half are counts that are mostly zero. Written column by column. */
function writeTable(key: string, work: Work, folder: string): void {
  const random = createRandom(`boosting ${key}`);
  const rows = work.rows + TEST_ROWS;
  const isSparse = (c: number) => key === 'sparse' && c >= work.columns / 2;
  const columns = Array.from({ length: work.columns }, (_, c) => {
    const rate = 0.02 + 0.01 * (c % 20);
    return Float32Array.from({ length: rows }, () => {
      if (!isSparse(c)) return random.normal();
      return random.uniform() < rate ? 1 + random.poisson(1.5) : 0;
    });
  });
  const y = Float32Array.from({ length: rows }, (_, r) => {
    let odds = columns[0][r] + 0.5 * Math.sin(3 * columns[9][r]);
    for (let c = 0; c < 8; c++) {
      odds += 0.4 * columns[c][r] * Math.abs(columns[c + 1][r]) + 0.3 * Math.sin(2 * columns[c + 10][r]);
    }
    for (let c = work.columns / 2; key === 'sparse' && c < work.columns; c++)
      odds += 0.3 * columns[c][r] * (c % 2 ? 1 : -1);
    return random.uniform() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  });
  columns.forEach((column, c) => {
    writeFileSync(join(folder, `${c}.f32`), new Uint8Array(column.buffer));
  });
  writeFileSync(join(folder, 'y.f32'), new Uint8Array(y.buffer));
}

function readTable(work: Work, folder: string) {
  const read = (name: string) => {
    const bytes = readFileSync(join(folder, `${name}.f32`));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const columns = Array.from({ length: work.columns }, (_, c) => read(String(c)));
  const y = read('y');
  const part = (from: number, to: number): Matrix => ({
    rows: to - from,
    names: columns.map((_, c) => `c${c}`),
    columns: columns.map((column) => column.subarray(from, to)),
  });
  const all = work.rows + TEST_ROWS;
  return {
    train: part(0, work.rows),
    trainY: y.subarray(0, work.rows),
    test: part(work.rows, all),
    testY: y.subarray(work.rows),
  };
}

function print(work: Work, runs: Map<string, Run[]>): void {
  const of = (engine: string, field: keyof Run) =>
    median((runs.get(engine) ?? []).map((run) => run[field] ?? Number.NaN));
  console.log(`\n${work.name}, ${work.trees} trees, ${threads} threads, median of ${given.runs}\n`);
  console.log('| engine | fit s | / XGBoost | AUC | memory / bin matrix | batch rows/s | one row µs |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const engine of runs.keys()) {
    const row = of(engine, 'rowMicroseconds');
    console.log(
      `| ${engine === 'ours' ? 'Inkling' : engine} | ${of(engine, 'fitSeconds').toFixed(2)} | ${(of(engine, 'fitSeconds') / of('xgboost', 'fitSeconds')).toFixed(2)} | ${of(engine, 'auc').toFixed(4)} | ${(of(engine, 'memoryBytes') / (work.rows * work.columns)).toFixed(2)} | ${Math.round(of(engine, 'batchRowsPerSecond') / 1000)}k | ${Number.isNaN(row) ? '' : row.toFixed(1)} |`,
    );
  }
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
