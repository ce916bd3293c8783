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

/** As Date.parse, but quick for `2026-01-31T12:00:00.000Z`, which nearly every sender writes. */
export function parseTime(text: string): number {
  if (text.length !== 24 || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return Date.parse(text);
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return Date.parse(text);
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  const millisecond = digits(text, 20, 3);
  // The last days of a month, leap seconds and midnight as 24:00 are left to Date.parse, which knows their rules.
  const isPlain = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && hour >= 0;
  if (!isPlain || !(minute >= 0 && minute <= 59 && second >= 0 && second <= 59 && millisecond >= 0)) {
    return Date.parse(text);
  }
  return (((daysBefore(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * SECOND_MS + millisecond;
}

/** Digits as a number; negative where another character stands among them. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Days from 1970 to a day of the Gregorian calendar; years begin in March here, so that a leap day is the last. */
function daysBefore(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const century = Math.floor(y / 100);
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - century + Math.floor(century / 4) + dayOfYear - 719_468;
}
