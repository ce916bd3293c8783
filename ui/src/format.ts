// Numbers, rates and moments as people read them. Unknown is a dash everywhere, never a zero; a moment is told in
// the zone of the workspace, which the longer forms name.

import type { Interval, Signal } from './api.ts';

export const unknown = '–';

type Maybe = number | null | undefined;

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

export function count(value: Maybe): string {
  return isKnown(value) ? whole.format(value) : unknown;
}

/** 12,345 → 12.3K; below ten thousand every digit stands. */
export function compact(value: Maybe): string {
  if (!isKnown(value)) return unknown;
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
}

export function decimal(value: Maybe, digits = 2): string {
  if (!isKnown(value)) return unknown;
  return new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

/** An amount of money; the bare number without a currency. Cents only below a thousand, and only when there are some. */
export function money(amount: Maybe, currency: string | null = null): string {
  if (!isKnown(amount)) return unknown;
  const digits = Math.abs(amount) < 1000 && !Number.isInteger(amount) ? 2 : 0;
  return inCurrency(decimal(amount, digits), amount, currency, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** €12.3K; below ten thousand as money. */
export function compactMoney(amount: Maybe, currency: string | null): string {
  if (!isKnown(amount)) return unknown;
  if (Math.abs(amount) < 10_000) return money(Math.round(amount), currency);
  return inCurrency(compact(amount), amount, currency, { notation: 'compact', maximumFractionDigits: 1 });
}

/** A sender's own word for a currency, such as €, stands behind the number. */
function inCurrency(plain: string, amount: number, currency: string | null, form: Intl.NumberFormatOptions): string {
  if (!currency) return plain;
  if (!/^[A-Z]{3}$/.test(currency)) return `${plain} ${currency}`;
  return new Intl.NumberFormat(undefined, { ...form, style: 'currency', currency }).format(amount);
}

/** A value of a signal: no more digits than it needs. */
export function value(amount: Maybe): string {
  if (!isKnown(amount)) return unknown;
  const digits = Math.abs(amount) >= 100 || Number.isInteger(amount) ? 0 : Math.abs(amount) >= 1 ? 1 : 3;
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(amount);
}

/** 0.712 → 71%, 0.034 → 3.4%, 0.0004 → < 0.1%. */
export function percent(rate: Maybe): string {
  if (!isKnown(rate)) return unknown;
  if (rate > 0 && rate < 0.001) return `< ${percentFormat(1).format(0.001)}`;
  return percentFormat(rate !== 0 && Math.abs(rate) < 0.0995 ? 1 : 0).format(rate);
}

/** With so many digits whatever the size: 0.99987 → 99.99%, where rounded up it would tell another tale. */
export function finePercent(rate: Maybe, digits = 2): string {
  if (!isKnown(rate)) return unknown;
  const floor = rate < 1 ? Math.floor(rate * 100 * 10 ** digits) / (100 * 10 ** digits) : rate;
  return percentFormat(digits).format(rate > 0.5 ? floor : rate);
}

/** [0.651, 0.772] → 65–77%. */
export function percentRange(interval: Interval | null | undefined): string {
  if (!interval) return unknown;
  return percentFormat(interval[1] < 0.1 ? 1 : 0).formatRange(interval[0], interval[1]);
}

/** A value of a signal in its unit; money in the currency. */
export function signalValue(amount: Maybe, unit: Signal['unit'], currency: string | null = null): string {
  if (!isKnown(amount)) return unknown;
  if (unit === 'ratio' || unit === 'flag') return percent(amount);
  if (unit === 'currency') return money(amount, currency);
  if (unit === 'minutes' && amount >= 180) return signalValue(amount / 60, 'hours');
  if (unit === 'hours' && amount >= 72) return signalValue(amount / 24, 'days');
  if (unit === 'hours' && amount > 0 && amount < 1) return signalValue(amount * 60, 'minutes');
  return ['days', 'hours', 'minutes'].includes(unit) ? `${value(amount)} ${unit}` : value(amount);
}

function percentFormat(digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits });
}

/** A rate as a count of a hundred people: 0.712 → 71. Below one it keeps a digit. */
export function ofHundred(rate: Maybe): string {
  if (!isKnown(rate)) return unknown;
  return decimal(rate * 100, rate > 0 && rate < 0.0095 ? 1 : 0);
}

/** [0.651, 0.766] → 65 to 77, [0.047, 0.054] → 4.7 to 5.4: an interval is never narrowed to a point. */
export function ofHundredRange(interval: Interval | null | undefined): string {
  if (!interval) return unknown;
  const [low, high] = interval;
  if (ofHundred(low) !== ofHundred(high)) return `${ofHundred(low)} to ${ofHundred(high)}`;
  return `${decimal(low * 100, 1)} to ${decimal(high * 100, 1)}`;
}

export function signed(amount: Maybe, digits = 2): string {
  if (!isKnown(amount)) return unknown;
  const text = decimal(Math.abs(amount), digits);
  if (amount === 0) return text;
  return `${amount > 0 ? '+' : '−'}${text}`;
}

/** `plural(1, 'person', 'people')` → '1 person'. */
export function plural(amount: Maybe, one: string, many: string): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

/** 'Tue, 3 Mar 2026'. A bare date (no time) is already in the workspace's zone. */
export function day(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
}

export function shortDay(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { day: 'numeric', month: 'short' });
}

/** '3 Mar 2026'. */
export function shortDayYear(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { day: 'numeric', month: 'short', year: 'numeric' });
}

export function time(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

export function timeWithSeconds(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

/** '3 Mar 2026, 06:00 (Europe/Berlin)'. */
export function stamp(iso: string | null | undefined, zone: string): string {
  const text = moment(iso, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return text === unknown ? text : `${text} (${zone})`;
}

/** '19 Nov, 23:04', for events that are not of today. */
export function dayAndTime(iso: string | null | undefined, zone: string): string {
  return moment(iso, zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** '3 minutes ago', 'in 12 days'. */
export function relative(iso: string | null | undefined, now: number, style: 'long' | 'short' = 'long'): string {
  const at = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(at)) return unknown;
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? steps[3];
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style }).format(Math.trunc(seconds / size), unit);
}

const spellings: Record<string, string> = { ios: 'iOS', crm: 'CRM', email: 'E-mail', api: 'API' };

/** 'PAGE_VIEW', 'page_view' or 'pageView' → 'Page view'. */
export function words(name: string): string {
  const text = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_+/g, ' ')
    .trim()
    .toLowerCase();
  return spellings[text] ?? text.charAt(0).toUpperCase() + text.slice(1);
}

/** A phrase or sentence as a title: begins large, ends without a full stop. */
export function titled(sentence: string): string {
  return (sentence.charAt(0).toUpperCase() + sentence.slice(1)).replace(/\.$/, '');
}

/** The same within another sentence; a word in capitals, such as RFM, stays so. */
export function within(sentence: string): string {
  const begin = /^[A-Z][a-z ]/.test(sentence) ? sentence.charAt(0).toLowerCase() : sentence.charAt(0);
  return (begin + sentence.slice(1)).replace(/\.$/, '');
}

/** Long identifiers, such as hashes, by their two ends. */
export function shortened(identifier: string, longest = 40): string {
  return identifier.length > longest ? `${identifier.slice(0, 8)}…${identifier.slice(-6)}` : identifier;
}

export function isKnown(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function moment(iso: string | null | undefined, zone: string, parts: Intl.DateTimeFormatOptions): string {
  if (!iso) return unknown;
  const bare = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  const at = new Date(bare ? `${iso}T00:00:00Z` : iso);
  if (Number.isNaN(at.getTime())) return unknown;
  return new Intl.DateTimeFormat(undefined, { ...parts, timeZone: bare ? 'UTC' : safeZone(zone) }).format(at);
}

function safeZone(zone: string): string {
  try {
    return Intl.DateTimeFormat(undefined, { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
