// What demographic traits alone say about who converts: country, gender and age as people told them. SQL counts people
// and conversions per group (a combination of the three), a logistic regression on the groups draws rare ones towards
// what their parts have in common. It is the arm that intent targeting is held against [INT-13], and what is left to
// target by where there are too few conversions for more [INT-18]. It never sees what anybody did.

import { type Label, labelsSql } from '../features/index.ts';
import { botsSql, resolvedEventsSql } from '../identify/index.ts';
import { type FittedModel, logistic, type Matrix } from '../learn/index.ts';
import { wilsonInterval } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays } from '../time.ts';
import type { Interval } from './evaluate.ts';

/** '' = not told. Ages in bands of ten years, by their lower end. */
export type Group = { country: string; gender: string; age: string };

export type GroupRate = Group & {
  people: number;
  conversions: number;
  rate: number;
  interval: Interval;
  /** By the regression. */
  expected: number;
};

export type DemographicRule = {
  /** People as known at this moment, and what they did within the days after it. */
  asOf: string;
  days: number;
  people: number;
  conversions: number;
  /** Likeliest first. */
  groups: GroupRate[];
};

/** With fewer conversions everybody is taken to be alike; with few the penalty keeps groups near each other. */
const CONVERSIONS_NEEDED = 3;
const MOST_GROUPS = 5000;
const traits = ['country', 'gender', 'age'] as const;

/** Learns from people as they were known so many days before `asOf`. */
export async function fitDemographics(
  store: Store,
  { workspace, outcome, asOf }: { workspace: string; outcome: Label; asOf: Date },
): Promise<DemographicRule> {
  const days = outcome.timeframeDays;
  const before = addDays(asOf, -days);
  const rows = await store.facts.rows<Group & { people: string; conversions: string }>(
    `SELECT d.country AS country, d.gender AS gender, d.age AS age, count() AS people, countIf(l.profile != 0) AS conversions
     FROM (${demographicsSql(before)}) AS d LEFT JOIN (${labelsSql(outcome, before)}) AS l ON d.profile = l.profile
     GROUP BY country, gender, age ORDER BY people DESC, country, gender, age LIMIT ${MOST_GROUPS}`,
    { workspace },
    'batch',
  );
  const counted = rows.map((row) => ({ ...row, people: Number(row.people), conversions: Number(row.conversions) }));
  const sum = (of: 'people' | 'conversions') => counted.reduce((total, row) => total + row[of], 0);
  const [people, conversions] = [sum('people'), sum('conversions')];
  const expected = expectations(counted, people, conversions);
  const groups = counted
    .map((row, r) => ({
      ...row,
      rate: row.conversions / row.people,
      interval: wilsonInterval(row.conversions, row.people),
      expected: expected[r],
    }))
    .sort((a, b) => b.expected - a.expected);
  return { asOf: before.toISOString(), days, people, conversions, groups };
}

/**
 * A SELECT of (profile, country, gender, age) of everybody but programs, by what they had told before the moment; binds
 * {workspace:String}.
 */
export function demographicsSql(asOf: Date): string {
  const told = (trait: string) => `lower(trim(JSONExtractString(traits, '${trait}')))`;
  const years = `toFloat64OrZero(if(JSONType(traits, 'age') = 'String', JSONExtractString(traits, 'age'), JSONExtractRaw(traits, 'age')))`;
  const events = resolvedEventsSql({ asOf, columns: ['at', 'country', 'traits'], where: 'bot = 0' });
  return `SELECT profile, argMaxIf(toString(country), at, country != '') AS country, argMaxIf(said, at, said != '') AS gender,
      argMaxIf(band, at, band != '') AS age
    FROM (SELECT profile, at, country, if(traits IN ('', '{}'), '', substringUTF8(${told('gender')}, 1, 12)) AS said,
        if(traits IN ('', '{}'), 0, ${years}) AS years,
        if(years > 0 AND years < 130, toString(intDiv(toUInt8(years), 10) * 10), '') AS band
      FROM (${events}))
    WHERE profile NOT IN (${botsSql}) GROUP BY profile`;
}

/** What every group is expected to do, in the order given. */
function expectations(
  counted: readonly (Group & { people: number; conversions: number })[],
  people: number,
  conversions: number,
): number[] {
  const base = (conversions + 1) / (people + 2);
  if (conversions < CONVERSIONS_NEEDED || people - conversions < CONVERSIONS_NEEDED) return counted.map(() => base);
  const codes = traits.map((trait) => codesOf(counted.map((group) => group[trait])));
  const x: Matrix = {
    rows: counted.length,
    names: [...traits],
    columns: codes.map((column) => Float32Array.from(column)),
    categorical: [...traits],
  };
  // Every group twice: those who converted, and those who did not.
  const twice = { ...x, rows: 2 * x.rows, columns: x.columns.map((column) => Float32Array.of(...column, ...column)) };
  const y = Float32Array.from({ length: twice.rows }, (_, r) => (r < x.rows ? 1 : 0));
  const weights = Float32Array.from({ length: twice.rows }, (_, r) => {
    const { people: all, conversions: did } = counted[r % x.rows];
    return r < x.rows ? did : all - did;
  });
  const model: FittedModel = logistic.fit(twice, y, { l2: 5 }, { weights });
  return [...model.predict(x)];
}

function codesOf(values: readonly string[]): number[] {
  const known = new Map([...new Set(values)].sort().map((value, code) => [value, code]));
  return values.map((value) => known.get(value) as number);
}
