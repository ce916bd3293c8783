// Why? In the words of the signals themselves [INT-5]: reasons for a person, drivers for a model, a segment or a person.
// Contributions are exact Shapley values in log-odds; importance is their mean size over people, as a share of all.

import { signals as everySignal, type Signal } from '../features/index.ts';
import { copyRow, type Matrix } from '../learn/index.ts';
import type { Wording } from './evaluate.ts';
import type { Predictor } from './predictor.ts';
import type { Level } from './score.ts';

export type Reason = {
  signal: string;
  /** "put 3 items in the cart in the last 7 days", with the person as its subject. */
  sentence: string;
  /** Null = unknown. */
  value: number | null;
  /** Log-odds that it adds or takes. */
  contribution: number;
  direction: 'raises' | 'lowers';
};

export type Driver = {
  signal: string;
  sentence: string;
  /** Share of all that moves the scores; all shares sum to one. */
  importance: number;
  /** Whether more of it makes a conversion likelier. */
  direction: 'raises' | 'lowers' | 'mixed';
  /** Mean log-odds over the people looked at: above zero, it raises these people. */
  meanContribution: number;
};

const TOP_REASONS = 6;
const REASONS_IN_SENTENCE = 3;
/** Below this correlation between value and contribution a signal works both ways. */
const CLEAR_DIRECTION = 0.25;
/** People whose contributions are averaged; more change the third digit only. */
export const PEOPLE_FOR_DRIVERS = 1500;

const bySignal = new Map<string, Signal>(everySignal.map((signal) => [signal.name, signal]));

/** What a value of a signal says; a signal that is no longer defined is named. */
export function phraseOf(signal: string, value: number): string {
  const known = bySignal.get(signal);
  if (known === undefined) return `${signal.replaceAll('_', ' ')} is ${Number.isNaN(value) ? 'unknown' : value}`;
  return known.phrase(value);
}

export function sentenceOf(signal: string): string {
  return bySignal.get(signal)?.sentence ?? signal.replaceAll('_', ' ');
}

/** The columns with the largest contributions, largest first. The bias at the end of `contributions` is left out. */
export function topColumns(contributions: Float64Array, count = TOP_REASONS): number[] {
  const top: number[] = [];
  let least = 1e-6;
  for (let c = 0; c < contributions.length - 1; c++) {
    const size = Math.abs(contributions[c]);
    if (!(size >= least)) continue;
    let place = top.length;
    for (; place > 0 && Math.abs(contributions[top[place - 1]]) < size; place--) {
      if (place < count) top[place] = top[place - 1];
    }
    if (place < count) top[place] = c;
    if (top.length === count) least = Math.abs(contributions[top[count - 1]]);
  }
  return top;
}

/** Reasons from signals, their values and contributions in the same order. */
export function reasonsFrom(
  signals: readonly string[],
  values: readonly number[],
  contributions: readonly number[],
): Reason[] {
  return signals.map((signal, i) => ({
    signal,
    sentence: phraseOf(signal, values[i]),
    value: Number.isNaN(values[i]) ? null : values[i],
    contribution: contributions[i],
    direction: contributions[i] >= 0 ? 'raises' : 'lowers',
  }));
}

/** The reasons for one row, by size. */
export function explainRow(predictor: Predictor, row: Float32Array, count = TOP_REASONS): Reason[] {
  const contributions = predictor.contributions(row);
  const top = topColumns(contributions, count);
  return reasonsFrom(
    top.map((c) => predictor.signals[c]),
    top.map((c) => row[c]),
    top.map((c) => contributions[c]),
  );
}

/** One plain sentence: "Anna will probably buy within 14 days (score 78): put 3 items in the cart …, …". */
export function sentenceFor(
  name: string,
  { level, score, timeframeDays }: { level: Level; score: number; timeframeDays: number },
  reasons: readonly Reason[],
  { infinitive }: Wording,
): string {
  const verb = level === 'HIGH' ? `will probably ${infinitive}` : level === 'MEDIUM' ? `may ${infinitive}` : undefined;
  const days = `${timeframeDays} ${timeframeDays === 1 ? 'day' : 'days'}`;
  const claim = verb === undefined ? `is unlikely to ${infinitive}` : verb;
  const wanted = level === 'LOW' ? 'lowers' : 'raises';
  const matching = reasons.filter(({ direction }) => direction === wanted);
  const told = variedReasons(matching.length > 0 ? matching : reasons).map(({ sentence }) => sentence);
  return `${name} ${claim} within ${days} (score ${score})${told.length > 0 ? `: ${told.join(', ')}` : ''}.`;
}

/** Drivers over the rows of a matrix, by importance. */
export function driversOf(predictor: Predictor, x: Matrix, rows: ArrayLike<number>): Driver[] {
  const width = predictor.signals.length;
  const moments = Array.from({ length: width }, () => ({ size: 0, sum: 0, n: 0, v: 0, vv: 0, c: 0, cc: 0, vc: 0 }));
  const row = new Float32Array(width);
  for (let i = 0; i < rows.length; i++) {
    copyRow(x, rows[i], row);
    const contributions = predictor.contributions(row);
    for (let c = 0; c < width; c++) {
      const at = moments[c];
      const part = contributions[c];
      at.size += Math.abs(part);
      at.sum += part;
      if (Number.isNaN(row[c])) continue;
      // Heavy tails would let a few people decide the direction.
      const value = Math.sign(row[c]) * Math.log1p(Math.abs(row[c]));
      at.n++;
      at.v += value;
      at.vv += value * value;
      at.c += part;
      at.cc += part * part;
      at.vc += value * part;
    }
  }
  const all = moments.reduce((sum, { size }) => sum + size, 0);
  return predictor.signals
    .map((signal, c): Driver => {
      const at = moments[c];
      const spread = Math.sqrt((at.n * at.vv - at.v ** 2) * (at.n * at.cc - at.c ** 2));
      const correlation = spread > 1e-12 ? (at.n * at.vc - at.v * at.c) / spread : 0;
      return {
        signal,
        sentence: sentenceOf(signal),
        importance: all > 0 ? at.size / all : 0,
        direction: correlation > CLEAR_DIRECTION ? 'raises' : correlation < -CLEAR_DIRECTION ? 'lowers' : 'mixed',
        meanContribution: rows.length > 0 ? at.sum / rows.length : 0,
      };
    })
    .filter(({ importance }) => importance > 0)
    .sort((a, b) => b.importance - a.importance || (a.signal < b.signal ? -1 : 1));
}

/** Evenly spread rows, at most so many. */
export function spreadRows(rows: number, most = PEOPLE_FOR_DRIVERS): Uint32Array {
  const count = Math.min(rows, most);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** The strongest reasons, one per group of signals first: three windows of one count are one reason. */
function variedReasons(reasons: readonly Reason[]): Reason[] {
  const groups = new Set<string>();
  const first: Reason[] = [];
  const rest: Reason[] = [];
  for (const reason of reasons) {
    const group = bySignal.get(reason.signal)?.group ?? reason.signal;
    (groups.has(group) ? rest : first).push(reason);
    groups.add(group);
  }
  return [...first, ...rest].slice(0, Math.min(REASONS_IN_SENTENCE, Math.max(1, first.length)));
}
