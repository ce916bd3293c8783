// `inkling doctor`: is everything in order here? Each check says what it found and, where it failed, what to do.

import { statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import type { Command } from 'commander';
import { listKeys } from '../../govern/index.ts';
import { factsEngines } from '../../store/index.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';

type Check = { name: string; state: 'good' | 'attention'; found: string; remedy?: string };

export function addDoctor(program: Command): void {
  withPlaceOptions(program.command('doctor').description('check the installation, the engines and the data')).action(
    async (options: PlaceOptions) => {
      const checks: Check[] = [nodeVersion(), memory()];
      await inPlace(options, async ({ store, workspace }) => {
        checks.push(disk(store.dataDir));
        const [{ version }] = await store.facts.rows<{ version: string }>('SELECT version() AS version');
        checks.push(good('facts', `${factsEngines[store.facts.engine].sentence}, ClickHouse ${version}`));
        const [{ server_version }] = await store.state.query<{ server_version: string }>('SHOW server_version');
        checks.push(good('state', `${store.state.engine === 'embedded' ? 'PGlite' : 'PostgreSQL'} ${server_version}`));
        const [{ events, last }] = await store.facts.rows<{ events: string; last: string }>(
          'SELECT count() AS events, toString(max(at)) AS last FROM events WHERE workspace = {workspace:String}',
          { workspace: workspace.id },
        );
        checks.push(
          Number(events) > 0
            ? good('events', `${events}, the last at ${last} UTC`)
            : attention('events', 'none yet', 'Run npm run -s inkling -- import FILE, or send some to /v1/track.'),
        );
        const keys = (await listKeys(store, workspace.id)).filter((key) => !key.revokedAt);
        for (const kind of ['write', 'secret'] as const) {
          const count = keys.filter((key) => key.kind === kind).length;
          checks.push(
            count > 0
              ? good(`${kind} keys`, String(count))
              : attention(`${kind} keys`, 'none', `Run npm run -s inkling -- keys create ${kind}.`),
          );
        }
      });
      answer(options, { checks }, () => checks.map(line).join('\n'));
    },
  );
}

function nodeVersion(): Check {
  return Number(process.versions.node.split('.')[0]) >= 24
    ? good('node', process.versions.node)
    : attention('node', process.versions.node, 'Start through npm (npm run -s inkling -- …): it brings Node 24.');
}

function memory(): Check {
  const [free, total] = [freemem(), totalmem()].map((bytes) => bytes / 2 ** 30);
  const found = `${free.toFixed(1)} of ${total.toFixed(1)} GiB free`;
  return free >= 1 ? good('memory', found) : attention('memory', found, 'Training wants at least 1 GiB.');
}

function disk(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 2 ** 30;
  const found = `${free.toFixed(1)} GiB free at ${folder}`;
  return free >= 2 ? good('disk', found) : attention('disk', found, 'Free some space: a full disk stops intake.');
}

function good(name: string, found: string): Check {
  return { name, state: 'good', found };
}

function attention(name: string, found: string, remedy: string): Check {
  return { name, state: 'attention', found, remedy };
}

function line(check: Check): string {
  const mark = check.state === 'good' ? 'ok ' : '!  ';
  return `${mark} ${check.name.padEnd(12)} ${check.found}${check.remedy ? `\n    ${''.padEnd(12)} ${check.remedy}` : ''}`;
}
