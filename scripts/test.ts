// Runs the tests: `npm test` everything on the embedded engines, `npm run test:servers` the files that prove the two
// sizes equal, on a real PostgreSQL and a two-shard ClickHouse cluster. File names as arguments narrow the run.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../src/cli/built.ts';
import { findChromium, installChromium } from '../test/support/chromium.ts';
import { startCluster } from '../test/support/cluster.ts';
import { reachNats } from '../test/support/nats.ts';
import { reachPostgres } from '../test/support/postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({ options: { servers: { type: 'boolean' } }, allowPositionals: true });

/** Rooms whose tests must hold on both sizes. */
const bothSizes = ['store', 'govern', 'collect', 'identify', 'features', 'predict'];

/** But for these: what is learned there takes long and is the same whichever engine the rows come from. */
const ofLearning = ['predict/season', 'predict/thinData'].map(testOf);

/** Begun first: they take minutes, and the last of them would run alone at the end. */
const longest = [
  ...['cli/demo', 'ui/real', 'ui/access', 'collect/crash', 'cli/commands', 'server/upkeep', 'server/challenge'],
  ...['cli/custom-model', 'predict/train', 'predict/noLookingAhead', 'server/night', 'features/snapshot'],
  ...['decide/discovery/discovery', 'decide/segments/equal', 'server/lift', 'collect/import', 'server/intent'],
  ...['simulate/truth', 'predict/season'],
  ...['ui/pages', 'ui/segments', 'sdk/java', 'server/drift', 'identify/matching', 'collect/dedupe', 'identify/resolve'],
].map(testOf);

function testOf(name: string): string {
  return `test/${name}.test.ts`;
}

process.exitCode = values.servers ? await testServers() : await testEmbedded();

async function testEmbedded(): Promise<number> {
  if (positionals.length === 0) {
    if (!findChromium()) installChromium();
    await buildIfStale();
  }
  return run(positionals.length > 0 ? positionals : globSync('test/**/*.test.ts', { cwd: root }).sort(), {});
}

async function testServers(): Promise<number> {
  const databaseUrl = await reachPostgres();
  const natsUrl = await reachNats();
  const cluster = await startCluster();
  try {
    const files =
      positionals.length > 0
        ? positionals
        : globSync(`test/{${bothSizes.join(',')}}/**/*.test.ts`, { cwd: root })
            .filter((file) => asksServers(file) && !ofLearning.includes(file))
            .sort();
    return await run(files, {
      DATABASE_URL: databaseUrl,
      NATS_URL: natsUrl,
      CLICKHOUSE_URL: cluster.urls.join(','),
      CLICKHOUSE_CLUSTER: cluster.name,
    });
  } finally {
    cluster.stop();
  }
}

/** What opens no engine is the same on both sizes. */
function asksServers(file: string): boolean {
  return /support\/store|DATABASE_URL|NATS_URL/.test(readFileSync(join(root, file), 'utf8'));
}

async function run(files: readonly string[], env: Record<string, string>): Promise<number> {
  const missing = files.filter((file) => !existsSync(new URL(file, `file://${root}`)));
  if (files.length === 0 || missing.length > 0) {
    console.error(missing.length > 0 ? `No such test file: ${missing.join(', ')}` : 'There is no test file to run.');
    return 1;
  }
  Object.assign(process.env, {
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
    // Files run beside each other already; a team of threads in each would wait for its turn.
    INKLING_THREADS: '1',
    ...process.env,
    ...env,
  });
  // Four files at a time on two cores: each opens engines of its own and often waits for them; with six a slow machine
  // takes ten times as long for a demo. Every file is a process; what one has compiled the next ones find on disk. No test
  // may hold up the others for ever.
  const tests = runTests({
    cwd: root,
    files: [...longest.filter((file) => files.includes(file)), ...files.filter((file) => !longest.includes(file))],
    concurrency: 4,
    timeout: 1_500_000,
    execArgv: ['--import', join(root, 'test/support/ending.ts')],
  });
  let hasPassed = false;
  tests.on('test:summary', ({ file, success }) => {
    if (file === undefined) hasPassed = success;
  });
  const report = tests.compose(new spec());
  report.pipe(process.stdout);
  await finished(report);
  return hasPassed ? 0 : 1;
}
