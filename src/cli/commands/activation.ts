// `inkling activation`: use a segment with a control slice, and see what acting upon its people brought.

import { type Command, InvalidArgumentError } from 'commander';
import { endActivation, getActivation, listActivations, startActivation } from '../../decide/index.ts';
import { type ComparedGroup, type Lift, readLift } from '../../measure/index.ts';
import { momentOfScoring } from '../../server/index.ts';
import { days } from '../arguments.ts';
import { answer, inPlace, type PlaceOptions, withPlaceOptions } from '../place.ts';
import { table } from '../table.ts';

type StartOptions = PlaceOptions & { control?: number; demographic?: number; channel?: string; window?: number };

export function addActivation(program: Command): void {
  const activation = program.command('activation').description('use a segment, and measure what that brings');

  withPlaceOptions(
    activation
      .command('start')
      .argument('<name>', 'what the use is called')
      .argument('<segment>', 'id of a ready or saved segment, such as ready:HIGH')
      .description('draw the people of a segment into those who are acted upon and those who are left alone')
      .option('--control <share>', 'share of people who are left alone (default: 0.1)', partOfAll)
      .option('--demographic <share>', 'share of people who are targeted by demographic traits (default: 0)', partOfAll)
      .option('--channel <name>', 'how people are reached')
      .option('--window <days>', 'days within which a conversion counts (default: as the model)', days),
  ).action((name: string, segmentId: string, options: StartOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const now = new Date();
      const started = await startActivation(store, {
        workspace: workspace.id,
        name,
        segmentId,
        controlShare: options.control,
        demographicShare: options.demographic,
        channel: options.channel,
        windowDays: options.window,
        at: await momentOfScoring(store, workspace.id, now),
        now,
        by: 'command line',
      });
      answer(options, started, () => `${started.name} has begun: ${started.id}`);
    }),
  );

  withPlaceOptions(activation.command('list').description('uses of segments, newest first')).action(
    (options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const activations = await listActivations(store, workspace.id);
        answer(options, { activations }, () =>
          table(
            ['id', 'name', 'segment', 'since', 'until'],
            activations.map((one) => [one.id, one.name, one.segmentId, one.startedAt, one.endedAt ?? '']),
          ),
        );
      }),
  );

  withPlaceOptions(
    activation.command('show').argument('<id>').description('what acting upon people brought, with 95 % intervals'),
  ).action((id: string, options: PlaceOptions) =>
    inPlace(options, async ({ store, workspace }) => {
      const found = await getActivation(store, workspace.id, id);
      const lift = await readLift(store, { workspace: workspace.id, activation: found, now: new Date() });
      answer(options, lift, () => describe(lift));
    }),
  );

  withPlaceOptions(activation.command('end').argument('<id>').description('act upon nobody any more')).action(
    (id: string, options: PlaceOptions) =>
      inPlace(options, async ({ store, workspace }) => {
        const ended = await endActivation(store, workspace.id, id, new Date());
        answer(options, ended, () => `${ended.name} ended at ${ended.endedAt}.`);
      }),
  );
}

function describe({ comparisons, sampleRatio, statement, method }: Lift): string {
  const row = ({ name, people, conversions, rate, interval }: ComparedGroup) => [
    name,
    people,
    conversions,
    rate === null ? '' : percent(rate),
    people === 0 ? '' : `${percent(interval[0])} to ${percent(interval[1])}`,
  ];
  const groups = new Map(comparisons.flatMap(({ group, against }) => [group, against]).map((one) => [one.name, one]));
  return [
    statement,
    table(['group', 'people', 'converted', 'rate', '95 % interval'], [...groups.values()].map(row)),
    ...comparisons.slice(1).map(({ sentence }) => sentence),
    sampleRatio.sentence,
    method,
  ].join('\n\n');
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function partOfAll(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 0.95)) {
    throw new InvalidArgumentError(`"${text}" is not a share from 0 to 0.95.`);
  }
  return value;
}
