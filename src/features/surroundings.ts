// What goes on around a person at a moment, read from the table `surroundings` by the place they were last seen at: the
// next holiday, the weather of the last seven days, the events of the next seven. A figure of the city stands before that
// of the country; what was never told for a place is unknown. Where nothing was loaded nothing is read. The table is as of
// the midnight (UTC) at or before the moment, so that training, scoring and the live answers of a day read the same one.

import type { Store } from '../store/index.ts';
import { DAY_MS, startOfDay } from '../time.ts';

export type SurroundingColumn = 'holidayDays' | 'temperature' | 'rain' | 'events';
export type Surrounding = Record<SurroundingColumn, number>;
export type Surroundings = ReadonlyMap<string, Surrounding>;

export const noSurroundings: Surroundings = new Map();

const columns: readonly SurroundingColumn[] = ['holidayDays', 'temperature', 'rain', 'events'];
const WEATHER_DAYS = 7;
const EVENT_DAYS = 7;

/** A SELECT of (place, holidayDays, temperature, rain, events) as of a moment; binds {workspace:String}. */
export function surroundingsSql(asOf: Date): string {
  const now = startOfDay(asOf).getTime();
  const recent = `kind = 'weather' AND ended <= ${now} AND started >= ${now - WEATHER_DAYS * DAY_MS}`;
  const mean = (key: string) => `avgIf(values['${key}'], mapContains(values, '${key}') AND ${recent})`;
  const sum = (key: string) =>
    `if(countIf(mapContains(values, '${key}') AND ${recent}) = 0, nan, sumIf(values['${key}'], mapContains(values, '${key}') AND ${recent}))`;
  return `SELECT place,
      if(countIf(kind = 'holiday' AND ended > ${now}) = 0, nan,
        minIf(greatest(0, (started - ${now}) / ${DAY_MS}), kind = 'holiday' AND ended > ${now})) AS holidayDays,
      ${mean('temperature')} AS temperature,
      ${sum('rain')} AS rain,
      if(countIf(kind = 'event') = 0, nan,
        countIf(kind = 'event' AND ended > ${now} AND started < ${now + EVENT_DAYS * DAY_MS})) AS events
    FROM (SELECT kind, values, arrayJoin(places) AS place, toUnixTimestamp64Milli(starts) AS started,
        toUnixTimestamp64Milli(ends) AS ended
      FROM surroundings FINAL WHERE workspace = {workspace:String})
    GROUP BY place`;
}

/** The table as one scalar for a WITH clause, whose parts `lookUpPlace` names. */
export function surroundingsTableSql(asOf: Date): string {
  // An entry that stands for no place: the engine looks nothing up in an empty list.
  const values = columns.map((column) => `arrayPushBack(groupArray(toFloat64(${column})), nan)`);
  return `(SELECT (arrayPushBack(groupArray(cityHash64(place)), 0), ${values.join(', ')})
    FROM (${surroundingsSql(asOf)})) AS surroundings_table`;
}

/** The figure of the place with that hash, NaN where it is not in the table. */
export function lookUpPlace(hash: string, column: SurroundingColumn): string {
  return `transform(${hash}, surroundings_table.1, surroundings_table.${columns.indexOf(column) + 2}, nan)`;
}

export async function hasSurroundings({ facts }: Store, workspace: string): Promise<boolean> {
  return facts.holds('surroundings', 'workspace = {workspace:String}', { workspace });
}

/** The same table for those who ask in memory. */
export async function readSurroundings({ facts }: Store, workspace: string, asOf: Date): Promise<Surroundings> {
  const rows = await facts.rows<Record<'place' | SurroundingColumn, number | string>>(surroundingsSql(asOf), {
    workspace,
  });
  return new Map(
    rows.map(({ place, ...figures }) => [
      String(place),
      Object.fromEntries(columns.map((column) => [column, Number(figures[column])])) as Surrounding,
    ]),
  );
}
