// Which signals a model may learn from: those asked for, as far as they tell people apart.

import { InklingError } from '../errors.ts';
import { selectColumns } from '../learn/index.ts';
import { DAY_MS } from '../time.ts';
import type { Rows } from './rows.ts';

export type SignalChoice = { include?: string[]; exclude?: string[] };

/** A year of snapshots, before which the calendar says nothing that could be told from the months seen. */
const CALENDAR_NEEDS_DAYS = 365;

/**
 * The signals a model may learn from: those asked for, that vary, and — the calendar being the same for everybody at a
 * moment — that do not merely name the moments while less than a year of them was seen.
 */
export function learnableSignals(rows: Rows, choice: SignalChoice = {}): string[] {
  const asked = askedSignals(rows.x.names, choice);
  const times = rows.moments.map((moment) => moment.getTime());
  const spanDays = (Math.max(...times) - Math.min(...times)) / DAY_MS;
  const learnable = asked.filter((name) => {
    const column = rows.x.columns[rows.x.names.indexOf(name)];
    return varies(column) && (spanDays >= CALENDAR_NEEDS_DAYS || variesWithinMoments(column, rows));
  });
  return learnable.length > 0 ? learnable : asked;
}

/** The signals chosen from all; one that is not known is refused by name, and so is a choice of none. */
export function askedSignals(names: readonly string[], choice: SignalChoice = {}): string[] {
  const known = new Set(names);
  const unknown = [...(choice.include ?? []), ...(choice.exclude ?? [])].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new InklingError('invalid_input', `There is no signal ${unknown.map((name) => `"${name}"`).join(', ')}.`, {
      field: 'signals',
      value: unknown,
      hint: 'GET /api/v1/features lists the signals.',
    });
  }
  const excluded = new Set(choice.exclude);
  const included = choice.include ? new Set(choice.include) : known;
  const asked = names.filter((name) => included.has(name) && !excluded.has(name));
  if (asked.length === 0) {
    throw new InklingError('invalid_input', 'No signal is left to learn from.', {
      field: 'signals',
      hint: 'Include more signals, or exclude fewer.',
    });
  }
  return asked;
}

/** The same rows with some of the columns. */
export function withSignals(rows: Rows, names: readonly string[]): Rows {
  return { ...rows, x: selectColumns(rows.x, names) };
}

function varies(column: Float32Array): boolean {
  return column.some((value) => !Object.is(value, column[0]));
}

function variesWithinMoments(column: Float32Array, { momentOf, moments }: Rows): boolean {
  const first = new Float32Array(moments.length);
  const seen = new Uint8Array(moments.length);
  for (let r = 0; r < column.length; r++) {
    const m = momentOf[r];
    if (seen[m] === 0) {
      first[m] = column[r];
      seen[m] = 1;
    } else if (!Object.is(column[r], first[m])) return true;
  }
  return false;
}
