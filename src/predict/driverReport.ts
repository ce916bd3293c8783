// The report of what moves scores, for those who do not open the dashboard [INT-5]: drivers of the model and of each
// level, what precedes a step up, journeys in words; as HTML, PDF, CSV or JSON.

import { type Block, type Document, drawHtml, drawPdf } from '../lab/index.ts';
import type { Store } from '../store/index.ts';
import { toCsvLine } from './csv.ts';
import { segmentDrivers } from './drivers.ts';
import type { Driver } from './explain.ts';
import type { Journey } from './journeys.ts';
import { actionInWords, type Movement } from './movement.ts';
import { readMovement } from './movementRecord.ts';
import type { ModelRecord } from './registry.ts';
import { LEVELS, type Level } from './score.ts';

export const reportFormats = ['html', 'pdf', 'csv', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export type DriverReport = {
  model: { id: string; name: string; version: number; timeframeDays: number; statement: string | null };
  asOf: string | null;
  madeAt: string;
  drivers: Driver[];
  levels: { level: Level; drivers: Driver[] }[];
  movement: Movement;
  journeys: Journey[];
};

const MOST_BARS = 12;
const MOST_ACTIONS = 15;
const names: Record<Level, string> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' };

export async function readDriverReport(store: Store, model: ModelRecord, now: Date): Promise<DriverReport> {
  const { movement, journeys } = await readMovement(store, model, now);
  const levels: DriverReport['levels'] = [];
  if (model.performance !== null) {
    for (const level of LEVELS) levels.push({ level, drivers: await segmentDrivers(store, model, { segment: level }) });
  }
  const { id, name, version, timeframeDays, performance } = model;
  return {
    model: { id, name, version, timeframeDays, statement: performance?.statement ?? null },
    asOf: movement.to,
    madeAt: now.toISOString(),
    drivers: model.drivers,
    levels,
    movement,
    journeys,
  };
}

/** The report as a file. */
export function writeDriverReport(report: DriverReport, format: ReportFormat): string | Buffer {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'csv') return toCsv(report);
  return format === 'html' ? drawHtml(describe(report)) : drawPdf(describe(report));
}

function describe({ model, asOf, madeAt, drivers, levels, movement, journeys }: DriverReport): Document {
  return {
    title: `What moves the scores: ${model.name}`,
    lead:
      `${model.statement ?? ''} As of ${asOf?.slice(0, 10) ?? 'no scoring yet'}; model version ${model.version}, ` +
      `${model.timeframeDays} days ahead; made on ${madeAt.slice(0, 10)}.`,
    sections: [
      { title: 'Signals of the model', blocks: [driverBars('Importance', drivers)] },
      ...levels
        .filter((one) => one.drivers.length > 0)
        .map((one) => ({
          title: `Signals of people at ${names[one.level]}`,
          blocks: [driverBars(`Importance at ${names[one.level]}`, one.drivers)],
        })),
      { title: 'What precedes a step up', blocks: movementBlocks(movement) },
      ...journeys.map((journey) => ({
        title: `${journey.name}, ${names[journey.level]}`,
        blocks: journeyBlocks(journey),
      })),
    ],
  };
}

function driverBars(title: string, drivers: readonly Driver[]): Block {
  return {
    bars: {
      title,
      description: "Each signal's share in all that moves these scores, and whether more of it raises or lowers them.",
      bars: drivers.slice(0, MOST_BARS).map(({ sentence, importance, direction }) => ({
        name: sentence,
        value: importance,
        text: `${percent(importance)}, ${direction}`,
      })),
    },
  };
}

function movementBlocks({ statement, steps, flow }: Movement): Block[] {
  const blocks: Block[] = [{ text: statement }];
  if (flow.length > 0) {
    blocks.push({
      table: {
        header: ['from', 'to', 'times'],
        rows: flow.map(({ from, to, people }) => [names[from], names[to], people.toLocaleString('en-US')]),
      },
    });
  }
  for (const { from, actions, matchedRose, matchedOthers } of steps) {
    if (actions.length === 0) continue;
    blocks.push(
      {
        text: `Up from ${names[from]}: ${matchedRose.toLocaleString('en-US')} who rose against ${matchedOthers.toLocaleString('en-US')} people like them who did not.`,
      },
      {
        table: {
          header: ['what they did', 'rose', 'others', 'odds ratio', '95 % interval', 'false discoveries', 'verdict'],
          rows: actions
            .slice(0, MOST_ACTIONS)
            .map((action) => [
              actionInWords(action.action),
              percent(action.roseShare),
              percent(action.othersShare),
              action.oddsRatio?.toFixed(2) ?? '–',
              action.interval ? `${action.interval[0].toFixed(2)} – ${action.interval[1].toFixed(2)}` : '–',
              action.falseDiscoveryRate < 0.001 ? '< 0.001' : action.falseDiscoveryRate.toFixed(3),
              action.verdict,
            ]),
        },
      },
    );
  }
  return blocks;
}

function journeyBlocks({ sentence, scores, events }: Journey): Block[] {
  const way = scores.map(({ score, daysBefore }) => `${score} (${agoInWords(daysBefore)})`).join(', ');
  const lines = events.map(({ daysBefore, event, category, times }) => {
    const what = `${event.replaceAll('_', ' ')}${category ? `, ${category}` : ''}`;
    return `${agoInWords(daysBefore)}: ${what}${times > 1 ? `, ${times} times` : ''}`;
  });
  return [{ text: sentence }, { text: `Scores: ${way}.` }, { list: lines }];
}

function agoInWords(days: number): string {
  return days === 0 ? 'at the end' : `${days} ${days === 1 ? 'day' : 'days'} before`;
}

/** One line per signal and action; columns that do not apply are empty. */
function toCsv({ drivers, levels, movement }: DriverReport): string {
  const header = [
    ...['section', 'item', 'sentence', 'importance', 'direction', 'mean_contribution', 'rose_share', 'others_share'],
    ...['odds_ratio', 'odds_ratio_low', 'odds_ratio_high', 'p_value', 'false_discovery_rate', 'verdict'],
  ];
  const ofDriver = (section: string) => (driver: Driver) => [
    ...[section, driver.signal, driver.sentence, driver.importance, driver.direction, driver.meanContribution],
    ...Array<null>(8).fill(null),
  ];
  const rows = [
    ...drivers.map(ofDriver('model')),
    ...levels.flatMap((one) => one.drivers.map(ofDriver(one.level))),
    ...movement.steps.flatMap(({ from, actions }) =>
      actions.map((one) => [
        ...[
          `up from ${from}`,
          one.action,
          one.sentence,
          null,
          null,
          null,
          one.roseShare,
          one.othersShare,
          one.oddsRatio,
        ],
        ...[one.interval?.[0] ?? null, one.interval?.[1] ?? null, one.pValue, one.falseDiscoveryRate, one.verdict],
      ]),
    ),
  ];
  return [header, ...rows].map(toCsvLine).join('');
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
