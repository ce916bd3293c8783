// `inkling plan`: the tracking plan as a file — proposed from what has arrived, tried, taken over from Segment, put in
// force. While the service runs on the same folder, its API and dashboard do the same.

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  activatePlan,
  dryRun,
  fromSegment,
  listPlans,
  type Plan,
  proposePlan,
  readPlan,
  saveDraft,
  toSegment,
} from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type Days = PlaceOptions & { days: string };
const BY = 'command line';

export function addPlan(program: Command): void {
  const plan = program.command('plan').description('the tracking plan: propose, try, save, activate, export');
  addList(plan);
  withPlaceOptions(
    plan
      .command('propose')
      .description('print a plan inferred from what has arrived')
      .option('--days <n>', 'days to look at', '14'),
  ).action((options: Days) =>
    inPlace(options, async ({ store, workspace }) => {
      const found = await proposePlan(store, { workspace: workspace.id, days: daysOf(options), now: new Date() });
      process.stdout.write(`${JSON.stringify(found.plan, null, 2)}\n`);
    }),
  );
  addTry(plan);
  withPlaceOptions(
    plan
      .command('save <file>')
      .description('make a file the draft of the next version')
      .option('--segment', "the file is a tracking plan of Segment's Public API"),
  ).action((file: string, options: PlaceOptions & { segment?: boolean }) =>
    inPlace(options, async ({ store, workspace }) => {
      const read = readJson(file);
      const saved = await saveDraft(
        store,
        { workspace: workspace.id, by: BY, now: new Date() },
        { plan: options.segment ? fromSegment(read) : (read as Plan) },
      );
      answer(options, saved, () => `Version ${saved.version} is the draft, with ${saved.events} events.`);
    }),
  );
  withPlaceOptions(plan.command('activate <version>').description('put a version in force')).action(
    (version: string, options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const author = { workspace: workspace.id, by: BY, now: new Date() };
        const active = await activatePlan(store, author, { version: Number(version) });
        answer(options, active, () => `Version ${active.version} is in force.`);
      }),
  );
  withPlaceOptions(
    plan
      .command('export <version>')
      .description('print a version')
      .option('--segment', "as Segment's Public API writes it"),
  ).action((version: string, options: PlaceOptions & { segment?: boolean }) =>
    inPlace(options, async ({ store, workspace }) => {
      const { plan: found } = await readPlan(store, workspace.id, Number(version));
      process.stdout.write(`${JSON.stringify(options.segment ? toSegment(found) : found, null, 2)}\n`);
    }),
  );
}

function addList(plan: Command): void {
  withPlaceOptions(plan.command('list', { isDefault: true }).description('list the versions')).action(
    (options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const versions = await listPlans(store, workspace.id);
        answer(options, { versions }, () =>
          table(
            ['version', 'status', 'events', 'saved', 'by'],
            versions.map((one) => [
              String(one.version),
              one.status,
              String(one.events),
              one.updatedAt.toISOString().slice(0, 10),
              one.updatedBy,
            ]),
          ),
        );
      }),
  );
}

function addTry(plan: Command): void {
  withPlaceOptions(
    plan
      .command('try <file>')
      .description('say what a plan would have done to the events of the last days')
      .option('--days <n>', 'days to look at', '14')
      .option('--limit <n>', 'events to look at', '200000'),
  ).action((file: string, options: Days & { limit: string }) =>
    inPlace(options, async ({ store, workspace }) => {
      const run = await dryRun(store, {
        workspace: workspace.id,
        plan: readJson(file) as Plan,
        days: daysOf(options),
        limit: Number(options.limit),
        now: new Date(),
      });
      answer(options, run, () =>
        [
          `Of ${run.examined} events it would have blocked ${run.blocked}, left something out of ${run.omitted} and noted ${run.noted}.`,
          table(
            ['event', 'property', 'what is wrong', 'action', 'events'],
            run.findings.map((one) => [
              one.event || one.type,
              one.property,
              one.detail,
              one.action,
              String(one.events),
            ]),
          ),
        ].join('\n'),
      );
    }),
  );
}

function daysOf({ days }: Days): number {
  const number = Number(days);
  if (Number.isInteger(number) && number >= 1 && number <= 90) return number;
  throw new InklingError('invalid_input', `${days} is no number of days.`, {
    field: '--days',
    value: days,
    hint: 'Use 1 to 90.',
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new InklingError('invalid_input', `${file} cannot be read as JSON: ${(cause as Error).message}`, {
      field: 'file',
      value: file,
      hint: 'Name a file that inkling plan propose or export has written, or one of Segment with --segment.',
      cause,
    });
  }
}
