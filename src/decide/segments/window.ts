// When a condition looks: the last so many hours, days or weeks, a calendar day, week, month or year of the workspace, a
// fixed span, or ever. As of a moment T a window is a span [start, end) with end at T at the latest, so an event at T
// itself is not seen yet; both ends only move forward as T does.

import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../time.ts';
import { calendarUnits, type Zone } from './zone.ts';

export const spanUnits = { minutes: MINUTE_MS, hours: HOUR_MS, days: DAY_MS, weeks: 7 * DAY_MS } as const;
export type SpanUnit = keyof typeof spanUnits;

const unitSchema = Type.Enum(Object.keys(spanUnits) as SpanUnit[]);
const closed = { additionalProperties: false };

export const SpanSchema = Type.Object(
  { amount: Type.Integer({ minimum: 1, maximum: 10_000 }), unit: unitSchema },
  { ...closed, description: 'A length of time, such as 2 days.' },
);
export type Span = Static<typeof SpanSchema>;

const isoMoment = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z)?$',
  description: 'A day in the zone of the workspace (2026-03-01) or a moment in UTC (2026-03-01T08:00:00Z).',
});

export const WindowSchema = Type.Union(
  [
    Type.Object(
      {
        last: Type.Integer({ minimum: 1, maximum: 10_000 }),
        until: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 10_000, description: 'Only up to so many units ago.' }),
        ),
        unit: unitSchema,
      },
      { ...closed, description: 'The last so many minutes, hours, days or weeks.' },
    ),
    Type.Object(
      { calendar: Type.Enum([...calendarUnits]), which: Type.Enum(['this', 'previous']) },
      { ...closed, description: 'A calendar day, week (from Monday), month or year in the zone of the workspace.' },
    ),
    Type.Object(
      { from: Type.Optional(isoMoment), to: Type.Optional(isoMoment) },
      { ...closed, description: 'A fixed span; a day given as `to` is the last one inside.' },
    ),
  ],
  { description: 'When a condition looks; absent = ever.' },
);
export type Window = Static<typeof WindowSchema>;

/** A window that knows its ends. Lists of moments are in order of time, in epoch ms. */
export type Stretch = {
  /** [start, end) as of a moment. */
  bounds(at: number): [start: number, end: number];
  /** The next moment after `at` as of which another selection of the list may lie inside, without anything new. */
  next(times: ArrayLike<number>, at: number): number;
  /** What lies this long before the moment can't come in any more; Infinity = there is no such span. */
  reachMs: number;
};

export function stretchOf(window: Window | undefined, zone: Zone): Stretch {
  if (window === undefined) return fixed(-Infinity, Infinity);
  if ('last' in window)
    return sliding(window.last * spanUnits[window.unit], (window.until ?? 0) * spanUnits[window.unit]);
  if ('calendar' in window) return calendar(window, zone);
  return fixed(momentOf(window.from, zone, 'day') ?? -Infinity, momentOf(window.to, zone, 'dayAfter') ?? Infinity);
}

export function spanMs({ amount, unit }: Span): number {
  return amount * spanUnits[unit];
}

/** Throws `invalid_input` for a window that can hold nothing. */
export function checkWindow(window: Window | undefined, field: string): void {
  if (window === undefined) return;
  const wrong = (message: string, hint: string) =>
    new InklingError('invalid_input', message, { field, value: window, hint });
  if ('last' in window && window.until !== undefined && window.until >= window.last) {
    throw wrong(
      `From ${window.last} until ${window.until} ${window.unit} ago is no span.`,
      'Let `until` be less than `last`.',
    );
  }
  if (!('last' in window) && !('calendar' in window)) {
    if (window.from === undefined && window.to === undefined)
      throw wrong('The window is empty.', 'Give `from` or `to`, or leave the window out.');
    for (const text of [window.from, window.to]) {
      if (text !== undefined && Number.isNaN(Date.parse(text)))
        throw wrong(`"${text}" is no day or moment.`, 'Write 2026-03-01 or 2026-03-01T08:00:00Z.');
    }
    if (window.from !== undefined && window.to !== undefined && Date.parse(window.from) > Date.parse(window.to)) {
      throw wrong('The window ends before it begins.', 'Let `to` be after `from`.');
    }
  }
}

/** The moment of an ISO day (its beginning, or that of the day after, in the zone) or an ISO moment. */
export function momentOf(text: string | undefined, zone: Zone, edge: 'day' | 'dayAfter'): number | undefined {
  if (text === undefined) return undefined;
  if (text.length > 10) return Date.parse(text);
  const start = zone.startOfDate(text);
  return edge === 'day' ? start : zone.startOf('day', start, 1);
}

/** The first place in an ascending list whose value is not below. */
export function placeOf(times: ArrayLike<number>, least: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sliding(lastMs: number, untilMs: number): Stretch {
  return {
    bounds: (at) => [at - lastMs, at - untilMs],
    next: (times, at) => {
      const leaving = placeOf(times, at - lastMs);
      const entering = placeOf(times, at - untilMs);
      const leaves = leaving < times.length ? times[leaving] + lastMs + 1 : Infinity;
      const enters = entering < times.length ? times[entering] + untilMs + 1 : Infinity;
      return Math.min(leaves, enters);
    },
    reachMs: lastMs,
  };
}

function fixed(from: number, to: number): Stretch {
  return {
    bounds: (at) => [from, Math.min(at, to)],
    next: (times, at) => {
      const entering = placeOf(times, at);
      return entering < times.length && times[entering] < to ? times[entering] + 1 : Infinity;
    },
    reachMs: Infinity,
  };
}

/** With a clock that is set back. */
const longestDays = { day: 1.1, week: 7.1, month: 31.1, year: 366.1 };

type Calendar = Extract<Window, { calendar: unknown }>;

function calendar({ calendar: unit, which }: Calendar, zone: Zone): Stretch {
  let [begins, ends] = [Infinity, -Infinity];
  /** Moments come in order, so the unit that the last one lay in serves the next as well. */
  const around = (at: number) => {
    if (at < begins || at >= ends) [begins, ends] = [zone.startOf(unit, at), zone.startOf(unit, at, 1)];
  };
  return {
    bounds: (at) => {
      around(at);
      return which === 'this' ? [begins, at] : [zone.startOf(unit, at, -1), begins];
    },
    next: (times, at) => {
      around(at);
      const last = times.length === 0 ? -Infinity : times[times.length - 1];
      const inside = last >= (which === 'this' ? begins : zone.startOf(unit, at, -1));
      if (!inside) return Infinity;
      const entering = placeOf(times, at);
      return Math.min(ends, which === 'this' && entering < times.length ? times[entering] + 1 : Infinity);
    },
    reachMs: 2 * longestDays[unit] * DAY_MS,
  };
}
