// The crash test: `npm run -s crash-test -- [--runs 200] [--losses 100] [--seed 1] [--json]`. Serving processes are killed
// with kill -9 at random moments, power is lost on a modelled disk, the disk is full or slow, the engine goes away. Ends
// with 1 when an acknowledged event is lost, one is doubled, or a flipped bit goes unnoticed. A seed replays its runs: the
// report names that of a group that failed.

import { parseArgs } from 'node:util';
import { openProgress } from '../src/cli/progress.ts';
import { type CrashReport, crashTest } from '../test/crash/crash-test.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    losses: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const losses = Number(values.losses ?? Math.ceil(runs / 2));
const seed = Number(values.seed);
for (const [name, value] of Object.entries({ runs, losses, seed })) {
  if (Number.isSafeInteger(value) && value >= 0) continue;
  console.error(`--${name} is not a whole number from 0 upwards.`);
  process.exit(2);
}

const progress = openProgress(process.stderr, 'shown');
const bars = {
  kill: progress.stage('kill -9'),
  power: progress.stage('power lost'),
  trouble: progress.stage('trouble'),
};
const report = await crashTest({
  runs,
  losses,
  seed,
  onProgress: (part, done, total) => {
    bars[part].update(done, total);
    if (done === total) bars[part].end(`${total}`);
  },
});
progress.close();
if (values.json) console.log(JSON.stringify(report));
else print(report);
process.exitCode = report.passed ? 0 : 1;

function print(of: CrashReport): void {
  const { acknowledged, lost, doubled, flips, flipsFound, sentAgain } = of;
  console.log(
    `${of.runs} runs with kill -9 (${of.killedAtStart} of them while starting, ${of.clockJumps} with a clock an hour off),`,
  );
  console.log(
    `${of.powerLosses} losses of power in ${of.losses} runs, ${Object.keys(of.scenarios).length} kinds of trouble: seed ${of.seed}, ${of.seconds} s`,
  );
  console.log(`acknowledged ${acknowledged}, sent again ${sentAgain}`);
  console.log(`lost ${lost}, doubled ${doubled}, flipped bits ${flips}, found ${flipsFound}`);
  for (const [name, { answers, takenMeanwhile }] of Object.entries(of.scenarios)) {
    console.log(`${name}: answers ${JSON.stringify(answers)}, ${takenMeanwhile} batches taken meanwhile`);
  }
  for (const failure of of.failures) console.log(`FAILED ${failure}`);
}
