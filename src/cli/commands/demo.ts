// `inkling demo`: the whole road with one command. Simulates a shop (or takes a file), loads it, resolves people,
// learns, scores, prints an honest report and serves the dashboard. Starts from an empty folder each time.

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { connectors, importFile, loadMessages } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { ensureWorkspace } from '../../govern/index.ts';
import { walkTheRoad } from '../../server/index.ts';
import { openShop, type Shop } from '../../simulate/index.ts';
import { openStore, type Store, storeOptionsFrom } from '../../store/index.ts';
import { DAY_MS } from '../../time.ts';
import { count, days } from '../arguments.ts';
import { bestPossibleAuc } from '../best-possible.ts';
import { buildIfStale } from '../built.ts';
import { answer, DEFAULT_FOLDER } from '../place.ts';
import { openProgress, type Progress } from '../progress.ts';
import { describeDemo, type Loaded, summariseDemo } from '../report.ts';
import { watchWith } from '../watch.ts';
import { type ServeOptions, serve, withServeOptions } from './start.ts';

type DemoOptions = ServeOptions & {
  data: string;
  from?: string;
  format?: string;
  timeframe?: number;
  shoppers: number;
  seed: string;
  serve: boolean;
  json?: boolean;
};

const MARK = 'made-by-demo';
/** A visit to the shop leads to an order within a fortnight or not at all; wholesale orders are rarer. */
const DEFAULT_TIMEFRAME_DAYS = 14;
/** Earlier moments scored as well, so that the pages show what moved: a week and a day before. */
const ALSO_SCORED_DAYS_BEFORE = [7, 1];

export function addDemo(program: Command): void {
  withServeOptions(
    program
      .command('demo')
      .description('simulate a shop (or take a file), learn, score, report, and serve the dashboard')
      .option('--from <file>', 'real data instead of the simulated shop')
      .option('--format <name>', `format of the file: ${connectors.map((connector) => connector.name).join(', ')}`)
      .option('--timeframe <days>', 'days within which a purchase is predicted', days)
      .option('--shoppers <number>', 'people in the simulated shop', count, 5000)
      .option('--seed <number>', 'the same seed gives the same shop and the same model', '1')
      .option('--data <dir>', 'folder for the data; emptied first when a demo made it', join(DEFAULT_FOLDER, 'demo'))
      .option('--no-serve', 'stop after the report')
      .option('--json', 'print the report as JSON'),
  ).action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  emptyFolder(options.data);
  const now = new Date();
  const progress = openProgress(process.stderr, options.json ? 'quiet' : 'shown');
  const store = await openStore(storeOptionsFrom(process.env, options.data));
  try {
    writeFileSync(join(options.data, MARK), 'A demo may empty this folder.\n');
    const workspace = await ensureWorkspace(store, 'default', now);
    const timeframeDays = options.timeframe ?? DEFAULT_TIMEFRAME_DAYS;
    const loaded = await load(store, workspace.id, options, progress, now);
    const road = await walkTheRoad(store, {
      workspace: workspace.id,
      timeframeDays,
      testMoments: loaded.testMoments,
      trade: loaded.trade,
      scoreAlsoDaysBefore: ALSO_SCORED_DAYS_BEFORE,
      seed: Number(options.seed),
      // The shop's last day ended at midnight: scored as of now, nobody would have done anything today.
      asOf: loaded.shop?.settings.end,
      now,
      watch: watchWith(progress),
    });
    const best = loaded.shop ? await bestPossibleAuc(store, loaded.shop, workspace.id, road.model) : null;
    progress.close();
    const summary = summariseDemo(road, loaded, best);
    answer(options, summary, () => describeDemo(summary, road.model));
    if (!options.serve) return await store.close();
    await buildIfStale();
    await serve(store, workspace, options);
  } catch (error) {
    progress.close();
    await store.close().catch(() => {});
    throw error;
  }
}

type Source = Loaded & { shop?: Shop; testMoments?: readonly Date[]; trade?: string };

async function load(
  store: Store,
  workspace: string,
  options: DemoOptions,
  progress: Progress,
  now: Date,
): Promise<Source> {
  const stage = progress.stage('load');
  if (options.from) {
    const result = await importFile(store, {
      workspace,
      path: options.from,
      format: options.format,
      now,
      onProgress: (at) => stage.update(at.bytesRead, at.bytesTotal, `${at.rows} rows`),
    });
    const { protocol, trade } = connectors.find((connector) => connector.name === result.format) ?? {};
    const seconds = stage.end(`${result.events} events`);
    const testMoments = protocol?.testMoments.map((text) => new Date(text));
    return { events: result.events, rejected: result.rejected, seconds, testMoments, trade };
  }
  const shop = openShop({ shoppers: options.shoppers, seed: Number(options.seed) }, now);
  const events = await loadMessages(store, {
    workspace,
    source: 'simulated-shop',
    messages: shop.events(),
    now,
    onProgress: (done, at) =>
      stage.update(at.getTime() - start(shop), shop.settings.end.getTime() - start(shop), `${done} events`),
  });
  return { events, rejected: 0, seconds: stage.end(`${events} events`), shop };
}

function start({ settings }: Shop): number {
  return settings.end.getTime() - settings.days * DAY_MS;
}

/** Only a folder that a demo made is emptied; anything else is somebody's data. */
function emptyFolder(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  if (!existsSync(join(folder, MARK))) {
    throw new InklingError('conflict', `The folder ${folder} holds data that no demo made.`, {
      field: '--data',
      value: folder,
      hint: 'Name an empty or a new folder with --data.',
    });
  }
  for (const name of readdirSync(folder)) {
    if (name !== 'lock') rmSync(join(folder, name), { recursive: true, force: true });
  }
}
