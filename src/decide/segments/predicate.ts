// What is asked of one value: is it, is it more, does it contain, was it in the last so many days. The value may be a
// column or stand anywhere in JSON; one definition is read twice, as a ClickHouse condition and as a test in memory.
// Negative words are plain negations: what is not known is not "DE", too. A list passes where one of its texts does.

import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { quote } from '../../store/index.ts';
import { DAY_MS } from '../../time.ts';
import { momentOf } from './window.ts';
import type { Zone } from './zone.ts';

export const valueOps = [
  ...['is', 'is_not', 'more_than', 'at_least', 'less_than', 'at_most', 'between'],
  ...['contains', 'contains_not', 'starts_with', 'ends_with', 'has_all', 'exists', 'exists_not'],
  ...['before', 'after', 'in_last', 'in_next'],
] as const;
export type ValueOp = (typeof valueOps)[number];

const text = Type.String({ minLength: 1, maxLength: 1000 });
const scalar = Type.Union([text, Type.Number(), Type.Boolean()]);

/** `op` and `value`, as every kind that compares a value has them. */
export const predicateFields = {
  op: Type.Enum([...valueOps], { description: 'How the value is compared.' }),
  value: Type.Optional(
    Type.Union([scalar, Type.Array(Type.Union([text, Type.Number()]), { minItems: 1, maxItems: 1000 })], {
      description: 'What it is compared with; several texts mean any of them. in_last and in_next count days.',
    }),
  ),
};
const predicateSchema = Type.Object(predicateFields);
export type Predicate = Static<typeof predicateSchema>;

/** A value in SQL, in the readings that predicates need; what a reading does not know is '', NaN or an empty list. */
export type SqlValue = {
  /** Array(String): the texts, or the one text. */
  texts: string;
  /** The one text, where there can't be several; '' = none. */
  text?: string;
  /** Float64; NaN = no number. */
  number: string;
  /** Epoch ms as Float64; NaN = no moment. */
  moment: string;
  exists: string;
  /** 'true', 'false' or ''. */
  flag: string;
};

export type Comparison = {
  sql(value: SqlValue, at: number): string;
  /** `value` as JSON has it; undefined = not known. */
  test(value: unknown, at: number): boolean;
  /** The next moment after `at` as of which time alone may give another answer. */
  next(value: unknown, at: number): number;
};

type Words = 'text' | 'number' | 'numbers' | 'texts' | 'none' | 'moment' | 'days' | 'any';
const takes: Record<ValueOp, Words> = {
  ...{ is: 'any', is_not: 'any', more_than: 'number', at_least: 'number', less_than: 'number', at_most: 'number' },
  ...{ between: 'numbers', contains: 'text', contains_not: 'text', starts_with: 'text', ends_with: 'text' },
  ...{ has_all: 'texts', exists: 'none', exists_not: 'none', before: 'moment', after: 'moment' },
  ...{ in_last: 'days', in_next: 'days' },
};

/** Throws `invalid_input` where the value does not fit the word. */
export function checkPredicate(
  { op, value }: Predicate,
  field: string,
  allowed: readonly ValueOp[] = valueOps as readonly ValueOp[],
): void {
  const wrong = (hint: string) =>
    new InklingError('invalid_input', `"${op}" can't be asked with ${JSON.stringify(value) ?? 'no value'} here.`, {
      field: `${field}.value`,
      value,
      hint,
    });
  if (!allowed.includes(op)) {
    throw new InklingError('invalid_input', `"${op}" can't be asked here.`, {
      field: `${field}.op`,
      value: op,
      hint: `Use ${allowed.join(', ')}.`,
    });
  }
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  const isText = typeof value === 'string';
  const list = Array.isArray(value) ? value : undefined;
  const kind = takes[op];
  if (kind === 'none' && value !== undefined) throw wrong('Leave `value` out.');
  if (kind === 'any' && value === undefined) throw wrong('Give a text, a number, true or false, or a list of texts.');
  if (kind === 'number' && !isNumber) throw wrong('Give a number.');
  if (kind === 'text' && !isText) throw wrong('Give a text.');
  if (kind === 'texts' && !list?.every((one) => typeof one === 'string')) throw wrong('Give a list of texts.');
  if (kind === 'days' && !(isNumber && (value as number) > 0)) throw wrong('Give a number of days above 0.');
  if (kind === 'moment' && !(isText && isoDate.test(value as string) && !Number.isNaN(Date.parse(value as string)))) {
    throw wrong('Write 2026-03-01 or 2026-03-01T08:00:00Z.');
  }
  if (kind === 'numbers' && !(list?.length === 2 && list.every(Number.isFinite) && list[0] <= list[1])) {
    throw wrong('Give the lowest and the highest number, such as [18, 35].');
  }
}

/** Both readings of a predicate that was checked. */
export function comparisonOf({ op, value }: Predicate, zone: Zone): Comparison {
  switch (op) {
    case 'is':
      return equal(value!);
    case 'is_not':
      return not(equal(value!));
    case 'more_than':
      return numeric(
        (n) => `${n} > ${float(value)}`,
        (n) => n > (value as number),
      );
    case 'at_least':
      return numeric(
        (n) => `${n} >= ${float(value)}`,
        (n) => n >= (value as number),
      );
    case 'less_than':
      return numeric(
        (n) => `${n} < ${float(value)}`,
        (n) => n < (value as number),
      );
    case 'at_most':
      return numeric(
        (n) => `${n} <= ${float(value)}`,
        (n) => n <= (value as number),
      );
    case 'between': {
      const [low, high] = value as number[];
      return numeric(
        (n) => `${n} >= ${float(low)} AND ${n} <= ${float(high)}`,
        (n) => n >= low && n <= high,
      );
    }
    case 'contains':
      return textual(
        (x) => `position(${x}, ${quote(value as string)}) > 0`,
        (x) => x.includes(value as string),
      );
    case 'contains_not':
      return not(
        textual(
          (x) => `position(${x}, ${quote(value as string)}) > 0`,
          (x) => x.includes(value as string),
        ),
      );
    case 'starts_with':
      return textual(
        (x) => `startsWith(${x}, ${quote(value as string)})`,
        (x) => x.startsWith(value as string),
      );
    case 'ends_with':
      return textual(
        (x) => `endsWith(${x}, ${quote(value as string)})`,
        (x) => x.endsWith(value as string),
      );
    case 'has_all': {
      const wanted = value as string[];
      return timeless(
        ({ texts }) => `hasAll(${texts}, [${wanted.map(quote).join(', ')}])`,
        (known) => {
          const texts = textsOf(known);
          return wanted.every((one) => texts.includes(one));
        },
      );
    }
    case 'exists':
      return timeless(({ exists }) => exists, existsIn);
    case 'exists_not':
      return not(timeless(({ exists }) => exists, existsIn));
    case 'before': {
      const edge = momentOf(value as string, zone, 'day')!;
      return timeless(
        ({ moment }) => `${moment} < ${edge}`,
        (known) => momentIn(known) < edge,
      );
    }
    case 'after': {
      const edge = momentOf(value as string, zone, 'dayAfter')!;
      return timeless(
        ({ moment }) => `${moment} >= ${edge}`,
        (known) => momentIn(known) >= edge,
      );
    }
    case 'in_last':
      return within(-(value as number) * DAY_MS, 0);
    case 'in_next':
      return within(0, (value as number) * DAY_MS);
  }
}

/** The texts of a JSON value: a text, or those of a list; '' is none. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];
}

const numberText = /^-?\d{1,15}(\.\d{1,15})?$/;

/** A number, also one written as a text; NaN = none. */
export function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && numberText.test(value) ? Number(value) : Number.NaN;
}

const isoDate = /^(?:19|2[01])\d{2}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z)?$/;
const EPOCH_SECONDS_FROM = 1e8;
const EPOCH_MS_FROM = 1e11;

/** A moment (epoch ms) as senders write it: an ISO day in UTC, an ISO moment, or a Unix time; NaN = none. */
export function momentIn(value: unknown): number {
  if (typeof value === 'number' && value >= EPOCH_SECONDS_FROM && value < 1e14) {
    return value >= EPOCH_MS_FROM ? value : value * 1000;
  }
  return typeof value === 'string' && isoDate.test(value) ? Date.parse(value) : Number.NaN;
}

export function existsIn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The value at a path in a column of JSON. */
export function jsonSql(column: string, path: readonly string[]): SqlValue {
  const at = [column, ...path.map(quote)].join(', ');
  const kind = `JSONType(${at})`;
  const text = textSql(`if(${kind} = 'String', JSONExtractString(${at}), '')`);
  const number = numberSql(`JSONExtractFloat(${at})`);
  const isNumber = `${kind} IN ('Int64', 'UInt64', 'Double')`;
  const list = `arrayMap(raw -> JSONExtractString(raw), arrayFilter(raw -> startsWith(raw, '"'), JSONExtractArrayRaw(${at})))`;
  return {
    texts: `if(${kind} = 'Array', arrayFilter(x -> x != '', ${list}), ${text.texts})`,
    number: `if(${isNumber}, ${number.number}, ${text.number})`,
    moment: `if(${isNumber}, ${number.moment}, ${text.moment})`,
    exists: `(${kind} NOT IN ('Null', 'String') OR ${text.exists})`,
    flag: `if(${kind} = 'Bool', if(JSONExtractBool(${at}), 'true', 'false'), '')`,
  };
}

/** A text in SQL, of which '' is nothing. */
export function textSql(text: string): SqlValue {
  const parsed = `parseDateTime64BestEffortOrNull(if(match(${text}, ${quote(isoDate.source)}), ${text}, ''), 3, 'UTC')`;
  return {
    texts: `arrayFilter(x -> x != '', [${text}])`,
    text,
    number: `if(match(${text}, ${quote(numberText.source)}), toFloat64OrZero(${text}), nan)`,
    moment: `ifNull(toFloat64(toUnixTimestamp64Milli(${parsed})), nan)`,
    exists: `${text} != ''`,
    flag: "''",
  };
}

/** A number in SQL. */
export function numberSql(number: string): SqlValue {
  const isMoment = `${number} >= ${EPOCH_SECONDS_FROM} AND ${number} < 1e14`;
  return {
    texts: 'emptyArrayString()',
    number,
    moment: `if(${isMoment}, if(${number} >= ${EPOCH_MS_FROM}, ${number}, ${number} * 1000), nan)`,
    exists: '1',
    flag: "''",
  };
}

/** A list of texts in SQL. */
export function listSql(list: string): SqlValue {
  const texts = `arrayFilter(x -> x != '', arrayMap(x -> toString(x), ${list}))`;
  return { texts, number: 'nan', moment: 'nan', exists: `notEmpty(${list})`, flag: "''" };
}

/** The value at a path of an object; undefined where there is none. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, key))
      return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function float(value: unknown): string {
  return `toFloat64(${Number(value)})`;
}

function timeless(sql: (value: SqlValue) => string, test: (value: unknown) => boolean): Comparison {
  return { sql, test, next: () => Infinity };
}

function not({ sql, test, next }: Comparison): Comparison {
  return { sql: (value, at) => `NOT (${sql(value, at)})`, test: (value, at) => !test(value, at), next };
}

function numeric(sql: (number: string) => string, test: (number: number) => boolean): Comparison {
  // No comparison holds of NaN, in either language.
  return timeless(
    ({ number }) => sql(`(${number})`),
    (value) => test(numberIn(value)),
  );
}

function textual(sql: (text: string) => string, test: (text: string) => boolean): Comparison {
  return timeless(
    ({ texts }) => `arrayExists(x -> ${sql('x')}, ${texts})`,
    (value) => textsOf(value).some(test),
  );
}

function equal(value: NonNullable<Predicate['value']>): Comparison {
  if (typeof value === 'boolean') {
    return timeless(
      ({ flag }) => `${flag} = '${value}'`,
      (known) => known === value,
    );
  }
  const wanted = Array.isArray(value) ? value : [value];
  const texts = wanted.filter((one) => typeof one === 'string');
  const numbers = wanted.filter((one) => typeof one === 'number');
  return timeless(
    (known) =>
      [
        texts.length > 0 && isAnyOf(known, texts),
        numbers.length > 0 && `${known.number} IN (${numbers.map(float).join(', ')})`,
      ]
        .filter(Boolean)
        .join(' OR '),
    (known) => textsOf(known).some((one) => texts.includes(one)) || numbers.includes(numberIn(known)),
  );
}

function isAnyOf({ text, texts }: SqlValue, wanted: readonly string[]): string {
  const list = wanted.map(quote).join(', ');
  return text === undefined ? `hasAny(${texts}, [${list}])` : `${text} IN (${list})`;
}

/** A moment from `fromMs` to `toMs` after T: [T + from, T + to). */
function within(fromMs: number, toMs: number): Comparison {
  return {
    sql: ({ moment }, at) => `(${moment} >= ${at + fromMs} AND ${moment} < ${at + toMs})`,
    test: (value, at) => {
      const moment = momentIn(value);
      return moment >= at + fromMs && moment < at + toMs;
    },
    next: (value, at) => {
      const moment = momentIn(value);
      // Inside from the first T above moment − to until the first above moment − from.
      const turns = [moment - toMs, moment - fromMs].map((turn) => Math.floor(turn) + 1);
      return Math.min(...turns.filter((turn) => turn > at), Infinity);
    },
  };
}
