// Numbers for Prometheus: counters and histograms that cost an addition each, and how long the engines take, measured
// around every statement. The text form is https://prometheus.io/docs/instrumenting/exposition_formats/.

import type { Facts, Lane, State, Store } from '../store/index.ts';

export type Histogram = {
  observe(seconds: number, ...labels: string[]): void;
  /** The same for one set of labels, found once. */
  observer(...labels: string[]): (seconds: number) => void;
  lines(): string[];
};

/** In seconds: from a point read to a training query. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export function openHistogram(name: string, help: string, labelNames: readonly string[]): Histogram {
  const series = new Map<string, Series>();
  const seriesOf = (values: readonly string[]) => {
    const key = values.join('\n');
    let one = series.get(key);
    if (!one) {
      const labels = labelNames.map((label, i) => `${label}="${values[i].replaceAll(/["\\\n]/g, '_')}"`).join(',');
      one = { labels, counts: new Float64Array(BOUNDS.length + 1), sum: 0 };
      series.set(key, one);
    }
    return one;
  };
  return {
    observe: (seconds, ...values) => add(seriesOf(values), seconds),
    observer: (...values) => {
      let one: Series | undefined;
      return (seconds) => {
        one ??= seriesOf(values);
        add(one, seconds);
      };
    },
    lines() {
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      for (const { labels, counts, sum } of series.values()) {
        let below = 0;
        counts.forEach((count, i) => {
          below += count;
          const bound = `le="${i < BOUNDS.length ? BOUNDS[i] : '+Inf'}"`;
          lines.push(`${name}_bucket{${labels ? `${labels},` : ''}${bound}} ${below}`);
        });
        const all = labels ? `{${labels}}` : '';
        lines.push(`${name}_sum${all} ${sum}`, `${name}_count${all} ${below}`);
      }
      return lines;
    },
  };
}

type Series = { labels: string; counts: Float64Array; sum: number };

function add(series: Series, seconds: number): void {
  let i = 0;
  while (i < BOUNDS.length && seconds > BOUNDS[i]) i++;
  series.counts[i]++;
  series.sum += seconds;
}

/** What the service measures as it goes. */
export type Numbers = { answers: Histogram; engines: Histogram; shipping: Histogram; work: Histogram };

export function openNumbers(): Numbers {
  return {
    answers: openHistogram('inkling_http_seconds', 'How long requests took, by route and status class.', [
      'route',
      'status',
    ]),
    engines: openHistogram('inkling_engine_seconds', 'How long statements took, by engine and lane.', [
      'engine',
      'lane',
    ]),
    shipping: openHistogram('inkling_shipping_seconds', 'From the receipt of an event to the facts, once a block.', []),
    work: openHistogram('inkling_work_seconds', 'How long passes over everybody took: resolving, scoring.', ['work']),
  };
}

export function sample(name: string, kind: 'counter' | 'gauge', help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name} ${value}`];
}

/** The store with a watch on every statement: `observe(seconds, engine, lane)`. */
export function withWatch(store: Store, observe: Histogram['observe']): Store {
  return {
    facts: watchFacts(store.facts, observe),
    state: watchState(store.state, observe),
    blobs: store.blobs,
    cache: store.cache,
    dataDir: store.dataDir,
    close: () => store.close(),
  };
}

function watchFacts(facts: Facts, observe: Histogram['observe']): Facts {
  const timed = <T>(lane: Lane, work: Promise<T>) => timing((seconds) => observe(seconds, 'facts', lane), work);
  return {
    engine: facts.engine,
    capabilities: facts.capabilities,
    rows: (sql, params, lane = 'online') => timed(lane, facts.rows(sql, params, lane)),
    holds: (table, where, params, lane = 'online') => timed(lane, facts.holds(table, where, params, lane)),
    command: (sql, params, lane = 'batch') => timed(lane, facts.command(sql, params, lane)),
    insert: (table, rows, options) => timed(options?.lane ?? 'ingest', facts.insert(table, rows, options)),
    insertLines: (table, chunks, options) =>
      timed(options?.lane ?? 'ingest', facts.insertLines(table, chunks, options)),
    insertBinary: (table, rows, options) => timed(options?.lane ?? 'ingest', facts.insertBinary(table, rows, options)),
    remove: (table, where, params, lane = 'batch') => timed(lane, facts.remove(table, where, params, lane)),
    tidy: (table) => timed('batch', facts.tidy(table)),
    binary: (sql, params, lane) => facts.binary(sql, params, lane),
    define: (statement) => facts.define(statement),
    close: () => facts.close(),
  };
}

function watchState(state: State, observe: Histogram['observe']): State {
  return {
    engine: state.engine,
    query: (sql, params) => timing((seconds) => observe(seconds, 'state', 'query'), state.query(sql, params)),
    transaction: (work) => timing((seconds) => observe(seconds, 'state', 'transaction'), state.transaction(work)),
    script: (sql) => state.script(sql),
    close: () => state.close(),
  };
}

export async function timing<T>(told: (seconds: number) => void, work: Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work;
  } finally {
    told((performance.now() - start) / 1000);
  }
}
