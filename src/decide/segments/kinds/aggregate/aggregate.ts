// How often, how much, how many different, how long ago: one number over a person's events, or something of the first or
// the last of them. Absence is a count of 0. Sums are rounded to a millionth, so that the order of adding changes nothing.

import { InklingError } from '../../../../errors.ts';
import { DAY_MS } from '../../../../time.ts';
import type { RowReader } from '../../fields.ts';
import { fieldOf } from '../../fields.ts';
import { checkPredicate, comparisonOf, numberIn, numberSql, textsOf, type ValueOp } from '../../predicate.ts';
import { checkWindow, placeOf, stretchOf } from '../../window.ts';
import { checkEvents, chosenBy, wishFor } from '../filters.ts';
import type { EventList, Kind, Leaf } from '../kind.ts';
import { type Aggregate, AggregateSchema, lookInside, type MeasureName } from './shape.ts';
import { hearAggregate, sayAggregate } from './words.ts';

const ofNumbers: readonly ValueOp[] = ['is', 'is_not', 'more_than', 'at_least', 'less_than', 'at_most', 'between'];
const ofValues: readonly ValueOp[] = [
  ...ofNumbers,
  ...(['contains', 'contains_not', 'starts_with', 'ends_with', 'has_all', 'before', 'after'] as const),
];

export const aggregate: Kind<Aggregate> = {
  kind: 'event',
  sentence: 'How often, how much, how many different or how long ago: a number over events; absence is a count of 0.',
  schema: AggregateSchema,
  check(condition, at) {
    const { measure = 'count', of, window } = condition;
    const inside = lookInside.has(measure);
    if (inside !== (of !== undefined)) {
      throw new InklingError(
        'invalid_input',
        inside ? `"${measure}" of what?` : `"${measure}" looks at nothing inside an event.`,
        {
          field: `${at}.of`,
          value: of,
          hint: inside ? 'Name a field in `of`, such as revenue.' : 'Leave `of` out.',
        },
      );
    }
    if (of !== undefined) fieldOf(of, `${at}.of`);
    const ofValue = measure === 'first' || measure === 'last';
    checkPredicate(condition, at, ofValue ? ofValues : ofNumbers);
    if (!ofValue && condition.op.startsWith('is') && typeof condition.value !== 'number') {
      throw new InklingError('invalid_input', `"${measure}" is a number.`, {
        field: `${at}.value`,
        value: condition.value,
        hint: 'Give a number.',
      });
    }
    checkWindow(window, `${at}.window`);
    // A count is what is meant where no measure is named.
    const { measure: _, ...counted } = condition;
    return checkEvents(measure === 'count' ? counted : condition, at);
  },
  compile(condition, { zone, list }): Leaf {
    const { measure = 'count' } = condition;
    const chosen = chosenBy(condition, zone);
    const stretch = stretchOf(condition.window, zone);
    const comparison = comparisonOf(condition, zone);
    const field = condition.of === undefined ? undefined : fieldOf(condition.of, 'of');
    const kept = field && keptOf(condition, measure, field, comparison);
    const index = list(wishFor(condition, chosen, stretch.reachMs, kept));
    const columns = [...new Set([...chosen.columns, ...(field ? [field.column] : [])])];
    const ages = measure === 'days_since_first' || measure === 'days_since_last';
    const measureOf = measuring(measure, zone.dayOf);

    const inside = (at: number, among: string | undefined) => {
      const [start, end] = stretch.bounds(at);
      const parts = [among, chosen.sql, start > -Infinity && `at_ms >= ${start}`, end < at && `at_ms < ${end}`];
      return parts.filter(Boolean).join(' AND ') || '1';
    };
    return {
      needs: {},
      lists: [index],
      reading: (at) => ({
        from: 'events',
        events: chosen.events,
        columns,
        since: Math.max(0, stretch.bounds(at)[0]),
        truth: (aggregated, among) =>
          truthSql(measure, { aggregated, condition: inside(at, among), at, zone: zone.name, field, comparison }),
      }),
      evaluate(person, at) {
        const events = person.list(index);
        const [start, end] = stretch.bounds(at);
        const from = placeOf(events.times, start);
        const to = placeOf(events.times, Math.min(end, at));
        if (measure === 'first' || measure === 'last') return edgeHolds(measure, events, from, to);
        const value = measureOf(events, from, to, at);
        return !Number.isNaN(value) && comparison.test(value, at);
      },
      next(person, at) {
        const { times } = person.list(index);
        const changed = stretch.next(times, at);
        if (!ages) return changed;
        const [start, end] = stretch.bounds(at);
        const from = placeOf(times, start);
        const to = placeOf(times, Math.min(end, at));
        if (to <= from) return changed;
        return Math.min(changed, nextAge(condition, times[measure === 'days_since_first' ? from : to - 1], at));
      },
    };
  },
  say: sayAggregate,
  hear: hearAggregate,
};

type Comparison = ReturnType<typeof comparisonOf>;
type Field = ReturnType<typeof fieldOf>;

/** What the live side remembers of each event. */
function keptOf(condition: Aggregate, measure: MeasureName, field: Field, comparison: Comparison) {
  const columns = [field.column];
  if (measure === 'distinct') {
    return { name: `texts ${condition.of}`, columns, value: (reader: RowReader) => some(textsOf(field.read(reader))) };
  }
  if (measure === 'first' || measure === 'last') {
    const name = `passes ${condition.of} ${condition.op} ${JSON.stringify(condition.value)}`;
    return {
      name,
      columns,
      value: (reader: RowReader) => {
        const value = field.read(reader);
        return value === undefined || value === null || value === '' ? undefined : comparison.test(value, 0);
      },
    };
  }
  return {
    name: `number ${condition.of}`,
    columns,
    value: (reader: RowReader) => {
      const value = numberIn(field.read(reader));
      return Number.isNaN(value) ? undefined : value;
    },
  };
}

const some = (texts: readonly string[]) => (texts.length === 0 ? undefined : texts);
const rounded = (value: number) => Math.round(value * 1e6) / 1e6;

/** The number over the events of a list from one place to another (exclusive); NaN = unknown. */
function measuring(measure: MeasureName, dayOf: (at: number) => number) {
  const sum = (values: readonly unknown[], from: number, to: number) => {
    let total = 0;
    for (let i = from; i < to; i++) total += values[i] as number;
    return total;
  };
  return ({ times, values }: EventList, from: number, to: number, at: number): number => {
    if (measure === 'count') return to - from;
    if (measure === 'sum') return rounded(sum(values, from, to));
    if (measure === 'distinct') {
      const known = new Set<string>();
      for (let i = from; i < to; i++) for (const text of values[i] as readonly string[]) known.add(text);
      return known.size;
    }
    if (measure === 'days') {
      const days = new Set<number>();
      for (let i = from; i < to; i++) days.add(dayOf(times[i]));
      return days.size;
    }
    if (to <= from) return Number.NaN;
    if (measure === 'mean') return rounded(sum(values, from, to) / (to - from));
    if (measure === 'days_since_first') return (at - times[from]) / DAY_MS;
    if (measure === 'days_since_last') return (at - times[to - 1]) / DAY_MS;
    let edge = values[from] as number;
    for (let i = from + 1; i < to; i++) {
      edge = measure === 'min' ? Math.min(edge, values[i] as number) : Math.max(edge, values[i] as number);
    }
    return edge;
  };
}

/** Of several at the same moment all must pass as the first, any as the last. */
function edgeHolds(measure: 'first' | 'last', { times, values }: EventList, from: number, to: number): boolean {
  if (to <= from) return false;
  if (measure === 'first') {
    for (let i = from; i < to && times[i] === times[from]; i++) if (!values[i]) return false;
    return true;
  }
  for (let i = to - 1; i >= from && times[i] === times[to - 1]; i--) if (values[i]) return true;
  return false;
}

type Sql = {
  aggregated: (sql: string) => string;
  condition: string;
  at: number;
  zone: string;
  field: Field | undefined;
  comparison: Comparison;
};

function truthSql(measure: MeasureName, { aggregated, condition, at, zone, field, comparison }: Sql): string {
  const compare = (number: string) => comparison.sql(numberSql(number), at);
  const countOf = (when: string) => aggregated(when === '1' ? 'count()' : `countIf(${when})`);
  if (measure === 'count') return compare(`toFloat64(${countOf(condition)})`);
  if (measure === 'days')
    return compare(`toFloat64(${aggregated(`uniqExactIf(toDate(at, '${zone}'), ${condition})`)})`);
  if (measure === 'distinct') {
    return compare(`toFloat64(${aggregated(`uniqExactArrayIf(${field!.sql.texts}, ${condition})`)})`);
  }
  if (measure === 'days_since_first' || measure === 'days_since_last') {
    const edge = aggregated(`${measure === 'days_since_first' ? 'min' : 'max'}If(at_ms, ${condition})`);
    return `(${countOf(condition)} > 0 AND ${compare(`((${at} - ${edge}) / ${DAY_MS})`)})`;
  }
  if (measure === 'first' || measure === 'last') {
    const when = `(${condition}) AND ${field!.sql.exists}`;
    const passes = `toUInt8(${comparison.sql(field!.sql, 0)})`;
    const edge = aggregated(`${measure === 'first' ? 'argMin' : 'argMax'}If(${passes}, (at_ms, ${passes}), ${when})`);
    return `(${countOf(when)} > 0 AND ${edge})`;
  }
  const number = field!.sql.number;
  const when = number.includes('nan') ? `(${condition}) AND NOT isNaN(${number})` : condition;
  if (measure === 'sum') return compare(`round(${aggregated(`sumIf(${number}, ${when})`)}, 6)`);
  if (measure === 'mean') {
    return `(${countOf(when)} > 0 AND ${compare(`round(${aggregated(`sumIf(${number}, ${when})`)} / ${countOf(when)}, 6)`)})`;
  }
  return `(${countOf(when)} > 0 AND ${compare(aggregated(`${measure}If(${number}, ${when})`))})`;
}

/** An age grows with time: the next moments as of which it passes a bound. */
function nextAge({ value }: Aggregate, since: number, at: number): number {
  const bounds = [value].flat().filter((one) => typeof one === 'number');
  const turns = bounds.flatMap((days) => {
    const turn = since + days * DAY_MS;
    return [Math.ceil(turn), Math.floor(turn) + 1];
  });
  return Math.min(...turns.filter((turn) => turn > at), Infinity);
}
