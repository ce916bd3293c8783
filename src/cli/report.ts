// The report after training, in words first: what would have happened to the people called High, how sure the figures
// are, what they are beside. The same numbers as JSON for programs.

import { signals } from '../features/index.ts';
import type { ModelRecord } from '../predict/index.ts';
import type { RoadResult } from '../server/index.ts';
import { table } from './table.ts';

/** What was loaded, and how long it took. */
export type Loaded = { events: number; rejected: number; seconds: number };

export type DemoSummary = ReturnType<typeof summariseDemo>;

export function summariseDemo(road: RoadResult, loaded: Loaded, best: number | null) {
  const { model, seconds } = road;
  const performance = model.performance;
  return {
    events: loaded.events,
    rejected: loaded.rejected,
    profiles: road.people,
    scored: road.scored,
    asOf: road.asOf.toISOString(),
    model: {
      id: model.id,
      timeframeDays: model.timeframeDays,
      rung: model.rung,
      learner: model.learner,
      testedOn: performance?.holdout ?? null,
      auc: performance?.auc ?? null,
      aucInterval: performance?.aucInterval ?? null,
      prAuc: performance?.prAuc ?? null,
      logLoss: performance?.logLoss ?? null,
      brier: performance?.brier ?? null,
      calibrationError: performance?.calibrationError ?? null,
      byConfidence: performance?.byConfidence ?? [],
      baselineAuc: performance?.baselineAuc ?? null,
      logisticAuc: performance?.logisticAuc ?? null,
      bestPossibleAuc: best,
      statement: performance?.statement ?? '',
      warnings: model.warnings,
    },
    segments: (performance?.segments ?? []).map((segment) => ({
      name: segment.name,
      size: segment.size,
      actualConversionRate: segment.actualConversionRate,
      interval: segment.interval,
    })),
    drivers: model.drivers.map(({ signal, importance }) => ({ signal, importance })),
    seconds: { load: loaded.seconds, ...seconds },
  };
}

export function describeDemo(summary: DemoSummary, model: ModelRecord): string {
  const { seconds } = summary;
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  const stages = Object.entries(seconds).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  return [
    '',
    `  ${summary.events.toLocaleString('en')} events of ${summary.profiles.toLocaleString('en')} people${summary.rejected > 0 ? `; ${summary.rejected.toLocaleString('en')} lines rejected` : ''}.`,
    describeModel(model, summary.model.bestPossibleAuc),
    `  Seconds: ${stages.join(', ')}; ${total.toFixed(1)} in all.`,
    '',
  ].join('\n');
}

export function describeModel(model: ModelRecord, bestPossibleAuc: number | null = null): string {
  const performance = model.performance;
  const sentence = new Map(signals.map((signal) => [signal.name, signal.sentence]));
  const lines = [`  ${model.name} (${model.learner ?? model.rung ?? 'rule'})`];
  if (performance) {
    const { holdout } = performance;
    lines.push(`  ${performance.statement}`, '');
    lines.push(
      `  Tested on ${holdout.people.toLocaleString('en')} people, ${holdout.conversions.toLocaleString('en')} of whom bought within ${model.timeframeDays} days` +
        `${holdout.asOf.length > 0 ? `, as they were known on ${holdout.asOf.map((at) => at.slice(0, 10)).join(' and ')}` : ''}.`,
      '',
      indent(
        table(
          ['ranking (ROC AUC)', 'value'],
          [
            ['best possible on this data', figure(bestPossibleAuc)],
            ['this model', `${figure(performance.auc)}${range(performance.aucInterval)}`],
            ['logistic regression', figure(performance.logisticAuc)],
            [`baseline: ${performance.baselineName}`, figure(performance.baselineAuc)],
          ].filter(([name, value]) => value !== '–' || name !== 'best possible on this data'),
        ),
      ),
      '',
      `  Calibration error ${figure(performance.calibrationError)}, log loss ${figure(performance.logLoss)}, PR AUC ${figure(performance.prAuc)}.`,
      '',
      indent(
        table(
          ['level', 'people', 'bought', '95 % interval'],
          performance.segments.map((segment) => [
            segment.name,
            segment.size,
            percent(segment.actualConversionRate),
            segment.interval ? `${percent(segment.interval[0])} – ${percent(segment.interval[1])}` : '–',
          ]),
        ),
      ),
    );
  }
  for (const warning of model.warnings) lines.push('', `  Mind: ${warning}`);
  if (model.drivers.length > 0) {
    lines.push('', '  What drives it:');
    for (const driver of model.drivers.slice(0, 8)) {
      lines.push(`    ${figure(driver.importance)}  ${sentence.get(driver.signal) ?? driver.signal}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function figure(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3);
}

function percent(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}

function range(interval: readonly [number, number] | null): string {
  return interval ? ` (${figure(interval[0])} – ${figure(interval[1])})` : '';
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
