// How fast the learners are on one thread: `node bench/learn.ts [rows]`, 50 columns (normal, count and heavy-tailed).
// Seconds are processor time, so that a busy machine changes them little.

import { boosting, copyRow, logistic, type Matrix, rocAuc, sigmoid } from '../src/learn/index.ts';
import { createRandom } from '../src/math/index.ts';

const rows = Number(process.argv[2] ?? 800_000);
const { x, y } = drawTable(rows);

const trees = timed(`boosting: fit 100 trees, depth 6, 64 leaves, ${rows} × 50`, () =>
  boosting.fit(x, y, { trees: 100, maxDepth: 6, maxLeaves: 64, learningRate: 0.1, columnShare: 1 }),
);
const predicted = timed(`boosting: predict ${rows} rows`, () => trees.predict(x));
const some = Math.min(2000, rows);
timed(`boosting: explain ${some} rows`, () => {
  for (let r = 0; r < some; r++) trees.contributions(copyRow(x, r));
});
const line = timed(`logistic: fit ${rows} × 50`, () => logistic.fit(x, y));
console.log(
  `AUC on the training rows: boosting ${rocAuc(y, predicted).toFixed(4)}, logistic ${rocAuc(y, line.predict(x)).toFixed(4)}`,
);

function timed<Result>(what: string, work: () => Result): Result {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${((user + system) / 1e6).toFixed(2).padStart(8)} s  ${what}`);
  return result;
}

function drawTable(count: number): { x: Matrix; y: Float32Array } {
  const random = createRandom('bench');
  const columns = Array.from({ length: 50 }, () => new Float32Array(count));
  const outcome = new Float32Array(count);
  for (let r = 0; r < count; r++) {
    for (let c = 0; c < 50; c++) {
      columns[c][r] = c < 15 ? random.normal() : c < 40 ? random.poisson(0.1 * c - 1) : Math.exp(random.normal());
    }
    const together = Math.sign(columns[1][r]) * Math.sign(columns[2][r]);
    const odds = -2 + columns[0][r] + together + 0.3 * columns[20][r] - 0.2 * columns[45][r];
    outcome[r] = random.uniform() < sigmoid(odds) ? 1 : 0;
  }
  return { x: { rows: count, names: columns.map((_, c) => `c${c}`), columns }, y: outcome };
}
