// All runs of the crash test, and one report over them.

import { openStore } from '../../src/store/index.ts';
import { makeTestPlace } from '../support/store.ts';
import { type KilledReport, killGroup } from './killed.ts';
import type { Comparison } from './ledger.ts';
import { losePower, type PowerReport } from './power.ts';
import { fillDisk, killEngine, type ScenarioReport, slowDisk } from './scenarios.ts';

export type CrashOptions = {
  /** Runs that end with kill -9. */
  runs: number;
  /** Runs on the modelled disk. */
  losses: number;
  seed: number;
  onProgress(part: 'kill' | 'power' | 'trouble', done: number, total: number): void;
};

export type CrashReport = Comparison & {
  seed: number;
  runs: number;
  losses: number;
  powerLosses: number;
  flips: number;
  flipsFound: number;
  sentAgain: number;
  killedAtStart: number;
  clockJumps: number;
  scenarios: Record<string, ScenarioReport>;
  /** What is wrong, with the seed that shows it again. */
  failures: string[];
  passed: boolean;
  seconds: number;
};

/** Kills on one data folder, before the facts are held against the list. */
const GROUP = 20;
/** Groups at once: each is a process of its own, mostly. */
const GROUPS_AT_ONCE = 2;

export async function crashTest(options: CrashOptions): Promise<CrashReport> {
  const start = performance.now();
  const failures: string[] = [];
  const [killed, { power, scenarios }] = await Promise.all([killAll(options, failures), troubleAll(options, failures)]);
  const parts: Comparison[] = [...killed, ...power, ...Object.values(scenarios)];
  const sum = <T>(of: readonly T[], field: keyof T) => of.reduce((total, one) => total + Number(one[field]), 0);
  return {
    seed: options.seed,
    runs: options.runs,
    losses: options.losses,
    acknowledged: sum(parts, 'acknowledged'),
    lost: sum(parts, 'lost'),
    doubled: sum(parts, 'doubled'),
    flips: sum(power, 'flips'),
    flipsFound: sum(power, 'flipsFound'),
    powerLosses: sum(power, 'losses'),
    sentAgain: sum(killed, 'sentAgain') + sum(power, 'sentAgain'),
    killedAtStart: sum(killed, 'killedAtStart'),
    clockJumps: sum(killed, 'clockJumps'),
    scenarios,
    failures,
    passed: failures.length === 0,
    seconds: Math.round((performance.now() - start) / 1000),
  };
}

async function killAll({ runs, seed, onProgress }: CrashOptions, failures: string[]): Promise<KilledReport[]> {
  const sizes = Array.from({ length: Math.ceil(runs / GROUP) }, (_, i) => Math.min(GROUP, runs - i * GROUP));
  const reports: KilledReport[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < sizes.length) {
      const group = next++;
      const replay = `--seed ${seed + group} --runs ${sizes[group]} --losses 0`;
      try {
        const report = await killGroup(seed + group, sizes[group], () => onProgress('kill', ++done, runs));
        reports.push(report);
        judge(`kill -9 (${replay})`, report, failures);
        if (report.complaints.length > 0) failures.push(`kill -9 (${replay}): ${report.complaints[0].slice(0, 500)}`);
      } catch (error) {
        failures.push(`kill -9 (${replay}): ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, work));
  return reports;
}

/** What runs in this process: it has one embedded engine, so one comes after the other. */
async function troubleAll({ losses, seed, onProgress }: CrashOptions, failures: string[]) {
  const power: PowerReport[] = [];
  const scenarios: Record<string, ScenarioReport> = {};
  const place = await makeTestPlace();
  const store = await openStore(place.options);
  try {
    for (let i = 0; i < losses; i++) {
      const replay = `power lost (--seed ${seed + i} --runs 0 --losses 1)`;
      try {
        const report = await losePower(store, seed + i);
        power.push(report);
        judge(replay, report, failures);
        if (report.flipsFound < report.flips) failures.push(`${replay}: a flipped bit was not found`);
      } catch (error) {
        failures.push(`${replay}: ${(error as Error).message}`);
      }
      onProgress('power', i + 1, losses);
    }
    const troubles = {
      'disk full': () => fillDisk(store, seed),
      'disk slow': () => slowDisk(store, seed),
      'engine killed': () => killEngine(seed),
    };
    for (const [i, [name, run]] of Object.entries(troubles).entries()) {
      scenarios[name] = await run();
      judge(name, scenarios[name], failures);
      onProgress('trouble', i + 1, Object.keys(troubles).length);
    }
    if (!scenarios['disk full'].answers[503]) failures.push('disk full: nothing was refused');
    if (scenarios['engine killed'].takenMeanwhile === 0) failures.push('engine killed: nothing was taken meanwhile');
  } finally {
    await store.close();
    await place.remove();
  }
  return { power, scenarios };
}

function judge(name: string, { lost, doubled, acknowledged }: Comparison, failures: string[]): void {
  if (lost > 0 || doubled > 0) failures.push(`${name}: ${lost} lost, ${doubled} doubled of ${acknowledged}`);
}
