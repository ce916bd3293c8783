// Calendars in the zone of a workspace: when its days, weeks (from Monday), months and years begin. Offsets of a zone
// change on the quarter of an hour at the finest, so each quarter is asked for once.

import { DAY_MS, MINUTE_MS } from '../../time.ts';

export const calendarUnits = ['day', 'week', 'month', 'year'] as const;
export type CalendarUnit = (typeof calendarUnits)[number];

export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** The epoch day of a moment (ms) on the clocks of the zone. */
  dayOf(at: number): number;
  /** When the unit began that the moment lies in, `steps` units on (−1 = the one before), in epoch ms. */
  startOf(unit: CalendarUnit, at: number, steps?: number): number;
  /** When a day such as `2026-03-01` begins there. */
  startOfDate(date: string): number;
}

const QUARTER_MS = 15 * MINUTE_MS;
const zones = new Map<string, Zone>();

/** The calendar of an IANA zone. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name) ?? openZone(name);
  zones.set(name, known);
  return known;
}

function openZone(name: string): Zone {
  const offsetAt = offsetsOf(name);
  const toUtc = (local: number) => local - offsetAt(local - offsetAt(local));
  const dayOf = (at: number) => Math.floor((at + offsetAt(at)) / DAY_MS);
  return {
    name,
    dayOf,
    startOf(unit, at, steps = 0) {
      const day = dayOf(at);
      if (unit === 'day') return toUtc((day + steps) * DAY_MS);
      // 1970-01-01 was a Thursday, three days after a Monday.
      if (unit === 'week') return toUtc((day - ((((day + 3) % 7) + 7) % 7) + steps * 7) * DAY_MS);
      const date = new Date(day * DAY_MS);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return toUtc(unit === 'month' ? Date.UTC(year, month + steps, 1) : Date.UTC(year + steps, 0, 1));
    },
    startOfDate: (date) => toUtc(Date.parse(`${date}T00:00:00.000Z`)),
  };
}

function offsetsOf(name: string): (at: number) => number {
  if (name === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const before = known.get(quarter);
    if (before !== undefined) return before;
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(quarter * QUARTER_MS)) part[type] = Number(value);
    const local = Date.UTC(part['year'], part['month'] - 1, part['day'], part['hour'], part['minute']);
    const offset = local - quarter * QUARTER_MS;
    known.set(quarter, offset);
    return offset;
  };
}
