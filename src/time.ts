// Moments and spans. Moments are Dates or epoch milliseconds in UTC; spans carry their unit in their name.
// ClickHouse's DateTime64(3) is written and read as 'YYYY-MM-DD hh:mm:ss.mmm'.

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A moment as ClickHouse writes DateTime64(3, 'UTC'). */
export function toClickHouseTime(moment: Date | number): string {
  return new Date(moment).toISOString().replace('T', ' ').slice(0, 23);
}

/** Reads ClickHouse's DateTime or DateTime64 text as UTC. */
export function fromClickHouseTime(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}Z`);
}

/** `YYYY-MM-DD` in UTC. */
export function toDay(moment: Date | number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

/** The last midnight in UTC at or before the moment. */
export function startOfDay(moment: Date | number): Date {
  const ms = new Date(moment).getTime();
  return new Date(ms - (((ms % DAY_MS) + DAY_MS) % DAY_MS));
}

export function addDays(moment: Date | number, days: number): Date {
  return new Date(new Date(moment).getTime() + days * DAY_MS);
}
