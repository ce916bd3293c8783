// What targeting by intent brings [INT-13]. Three comparisons of people whom chance alone keeps apart: the intent audience
// that was acted upon against the demographic audience that was, and either against those of it who were held back. The
// first says who is reached, the others what acting changed. Each person counts once; the difference has Newcombe's
// interval, the ratio one by the delta method on its logarithm. Only people whose days are over are counted, and a draw
// that did not come out as planned is said (sample ratio mismatch; Fabijan et al. 2019).

import { type Activation, type Arm, arms } from '../decide/index.ts';
import { identityMapSql, resolvedEventsSql } from '../identify/index.ts';
import {
  chiSquareTail,
  detectableShare,
  differenceInterval,
  peoplePerArm,
  ratioInterval,
  type Share,
  sharesPValue,
  wilsonInterval,
} from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS, toClickHouseTime } from '../time.ts';

type Interval = [low: number, high: number];

export type Verdict = 'LIFT' | 'NO_LIFT' | 'LOSS' | 'TOO_LITTLE';

export type ComparedGroup = {
  name: string;
  people: number;
  conversions: number;
  rate: number | null;
  interval: Interval;
};

export type Comparison = {
  name: 'intent_vs_demographic' | 'intent_vs_control' | 'demographic_vs_control';
  group: ComparedGroup;
  against: ComparedGroup;
  /** Of the rates. */
  difference: { value: number; interval: Interval } | null;
  /** Of the rates, less 1: 0.25 = a quarter more convert. Null where nobody converts in one of the groups. */
  lift: { value: number; interval: Interval } | null;
  pValue: number | null;
  verdict: Verdict;
  /** The smallest lift that so many people show with 80 % power at 5 %. */
  detectableLift: number | null;
  /** In each group, to show a lift of a quarter. */
  peopleForAQuarter: number | null;
  sentence: string;
};

export type SampleRatio = {
  arms: { arm: Arm; people: number; expected: number }[];
  pValue: number | null;
  /** The draw came out as planned, as far as chance allows (p ≥ 0.001). */
  isAsPlanned: boolean;
  sentence: string;
};

export type Lift = {
  activation: Activation;
  /** People whose days are over, and those who are still awaited. */
  known: number;
  awaited: number;
  /** When the last outcome will be known. */
  knownAt: string | null;
  comparisons: Comparison[];
  sampleRatio: SampleRatio;
  statement: string;
  method: string;
};

/** A lift of targeting that is worth the name [INT-13]. */
export const WORTHWHILE_LIFT = 0.25;
const FEWEST_PEOPLE = 20;
const MISMATCH = 0.001;

const method =
  'Every person counts once, in the arm drawn for them, with conversions within the window after the draw. Rates have ' +
  "Wilson's 95 % interval, differences Newcombe's (method 10), lifts the delta method's on the logarithm of the ratio. The " +
  'intervals hold for one look, when everybody is known.';

/** The comparisons of an activation by what is known at a moment. */
export async function readLift(
  store: Store,
  { workspace, activation, now }: { workspace: string; activation: Activation; now: Date },
): Promise<Lift> {
  const counts = await countArms(store, workspace, activation, now);
  const known = counts.reduce((sum, { known: people }) => sum + people, 0);
  const drawn = counts.reduce((sum, { drawn: people }) => sum + people, 0);
  const last = counts.reduce((latest, { last: at }) => Math.max(latest, at), 0);
  const comparisons = compareArms(activation, counts);
  return {
    activation,
    known,
    awaited: drawn - known,
    knownAt: last > 0 ? addDays(last, activation.windowDays).toISOString() : null,
    comparisons,
    sampleRatio: checkRatio(activation, counts),
    statement: inWords(comparisons, drawn - known),
    method,
  };
}

type ArmCount = {
  arm: Arm;
  audience: 'intent' | 'demographic' | 'both';
  drawn: number;
  known: number;
  conversions: number;
  last: number;
};

/** People per arm and audience. Who became one person with somebody of another arm counts where they were drawn first. */
async function countArms(store: Store, workspace: string, activation: Activation, now: Date): Promise<ArmCount[]> {
  const { id, conversionEvent, productCategory, windowDays, startedAt } = activation;
  const category = productCategory ?? '';
  const conversions = resolvedEventsSql({
    from: new Date(startedAt),
    to: now,
    columns: ['at'],
    where: "event = {event:String} AND ({category:String} = '' OR has(categories, {category:String}))",
  });
  const windowMs = Math.round(windowDays * DAY_MS);
  const rows = await store.facts.rows<
    Record<'drawn' | 'known' | 'conversions' | 'last', string> & Pick<ArmCount, 'arm' | 'audience'>
  >(
    `SELECT arm, audience, count() AS drawn, countIf(is_known) AS known, countIf(is_known AND converted) AS conversions,
       max(since) AS last
     FROM (
       SELECT a.arm AS arm, multiIf(length(a.audiences) > 1, 'both', a.audiences[1]) AS audience, a.since AS since,
         a.since + ${windowMs} <= {now:Int64} AS is_known,
         arrayExists(t -> t >= a.since AND t < a.since + ${windowMs}, c.times) AS converted
       FROM (
         SELECT person, argMin(toString(variant), at) AS arm, argMin(audiences, at) AS audiences, toUnixTimestamp64Milli(min(at)) AS since
         FROM (
           SELECT if(m.profile = 0, e.profile, m.profile) AS person, e.variant AS variant, e.at AS at,
             arrayMap(x -> toString(x), e.audiences) AS audiences
           FROM (SELECT profile, variant, at, audiences FROM exposures FINAL
             WHERE workspace = {workspace:String} AND experiment = {activation:String}) AS e
           LEFT JOIN (${identityMapSql()}) AS m ON e.profile = m.node)
         GROUP BY person) AS a
       LEFT JOIN (SELECT profile, groupArray(toUnixTimestamp64Milli(at)) AS times FROM (${conversions}) GROUP BY profile) AS c
         ON a.person = c.profile)
     GROUP BY arm, audience`,
    { workspace, activation: id, event: conversionEvent, category, now: await knownUntil(store, workspace, now) },
    'batch',
  );
  return rows.map((row) => ({
    arm: row.arm,
    audience: row.audience,
    drawn: Number(row.drawn),
    known: Number(row.known),
    conversions: Number(row.conversions),
    last: Number(row.last),
  }));
}

/** Where events ended before now, nothing is known of the days after. */
async function knownUntil(store: Store, workspace: string, now: Date): Promise<number> {
  const [row] = await store.facts.rows<{ last: string }>(
    `SELECT toUnixTimestamp64Milli(max(at)) AS last FROM events
     WHERE workspace = {workspace:String} AND at < {now:DateTime64(3, 'UTC')}`,
    { workspace, now: toClickHouseTime(now) },
    'batch',
  );
  return Math.min(now.getTime(), Number(row?.last ?? 0) + 1);
}

function compareArms({ shares }: Activation, counts: readonly ArmCount[]): Comparison[] {
  const group = (name: string, arm: Arm, audience: 'intent' | 'demographic'): ComparedGroup => {
    const own = counts.filter((count) => count.arm === arm && [audience, 'both'].includes(count.audience));
    const people = own.reduce((sum, { known }) => sum + known, 0);
    const conversions = own.reduce((sum, count) => sum + count.conversions, 0);
    const rate = people > 0 ? conversions / people : null;
    return { name, people, conversions, rate, interval: wilsonInterval(conversions, people) };
  };
  const intent = group('Targeted by intent', 'intent', 'intent');
  const demographic = group('Targeted by demographic traits', 'demographic', 'demographic');
  const comparisons: Comparison[] = [];
  if (shares.demographic > 0) comparisons.push(compare('intent_vs_demographic', intent, demographic));
  if (shares.control > 0) {
    comparisons.push(
      compare('intent_vs_control', intent, group('Held back, of the intent audience', 'control', 'intent')),
    );
    if (shares.demographic > 0) {
      const held = group('Held back, of the demographic audience', 'control', 'demographic');
      comparisons.push(compare('demographic_vs_control', demographic, held));
    }
  }
  return comparisons;
}

function compare(name: Comparison['name'], group: ComparedGroup, against: ComparedGroup): Comparison {
  const [a, b]: [Share, Share] = [
    { count: group.conversions, of: group.people },
    { count: against.conversions, of: against.people },
  ];
  const power = powerOf(against, group.people);
  if (group.rate === null || against.rate === null || Math.min(a.of, b.of) < FEWEST_PEOPLE) {
    const nothing = { difference: null, lift: null, pValue: null, verdict: 'TOO_LITTLE' as const, ...power };
    return { name, group, against, ...nothing, sentence: sentenceFor(name, group, against, 'TOO_LITTLE', null, power) };
  }
  const interval = differenceInterval(a, b);
  const ratio = ratioInterval(a, b);
  const lift = ratio
    ? { value: group.rate / against.rate - 1, interval: [ratio[0] - 1, ratio[1] - 1] as Interval }
    : null;
  const [low, high] = lift?.interval ?? interval;
  const verdict = low > 0 ? 'LIFT' : high < 0 ? 'LOSS' : 'NO_LIFT';
  return {
    name,
    group,
    against,
    difference: { value: group.rate - against.rate, interval },
    lift,
    pValue: sharesPValue(a, b),
    verdict,
    ...power,
    sentence: sentenceFor(name, group, against, verdict, lift, power),
  };
}

type Power = Pick<Comparison, 'detectableLift' | 'peopleForAQuarter'>;

function powerOf({ rate, people }: ComparedGroup, others: number): Power {
  if (rate === null || rate <= 0 || people === 0 || others === 0)
    return { detectableLift: null, peopleForAQuarter: null };
  const hoped = rate * (1 + WORTHWHILE_LIFT);
  const share = detectableShare(rate, people, others);
  return {
    detectableLift: share < 1 ? share / rate - 1 : null,
    peopleForAQuarter: hoped < 1 ? peoplePerArm(rate, hoped) : null,
  };
}

/** Over all who were drawn, whether their days are over or not. */
function checkRatio({ shares }: Activation, counts: readonly ArmCount[]): SampleRatio {
  const total = counts.reduce((sum, { drawn }) => sum + drawn, 0);
  const drawn = arms
    .filter((arm) => shares[arm] > 0)
    .map((arm) => ({
      arm,
      people: counts.reduce((sum, count) => (count.arm === arm ? sum + count.drawn : sum), 0),
      expected: shares[arm] * total,
    }));
  if (total === 0 || drawn.length < 2) {
    return { arms: drawn, pValue: null, isAsPlanned: true, sentence: 'There is only one arm, so no ratio to check.' };
  }
  const chiSquare = drawn.reduce((sum, { people, expected }) => sum + (people - expected) ** 2 / expected, 0);
  const pValue = chiSquareTail(chiSquare, drawn.length - 1);
  const isAsPlanned = pValue >= MISMATCH;
  const sentence = isAsPlanned
    ? `The arms came out as planned (p ${pValue.toFixed(3)}).`
    : `The arms did not come out as planned (p ${pValue.toExponential(1)}): somebody was lost or added after the draw, and no figure here can be trusted until it is known why.`;
  return { arms: drawn, pValue, isAsPlanned, sentence };
}

const percent = (share: number) => `${(100 * share).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
const count = (n: number) => n.toLocaleString('en-US');

function sentenceFor(
  name: Comparison['name'],
  group: ComparedGroup,
  against: ComparedGroup,
  verdict: Verdict,
  lift: Comparison['lift'],
  { detectableLift }: Power,
): string {
  if (verdict === 'TOO_LITTLE') {
    return `${count(group.people)} and ${count(against.people)} people are known: too few to compare.`;
  }
  const rates = `${percent(group.rate as number)} of ${count(group.people)} converted, against ${percent(against.rate as number)} of ${count(against.people)}`;
  const other = name === 'intent_vs_demographic' ? 'those chosen by demographic traits' : 'those who were held back';
  if (verdict === 'NO_LIFT') {
    const seen =
      detectableLift === null ? '' : ` So many people would show a lift of ${percent(detectableLift)} or more.`;
    return `${rates}: no lift over ${other} is shown${lift ? ` (95 % interval ${range(lift.interval)})` : ''}.${seen}`;
  }
  const much = lift
    ? `${percent(Math.abs(lift.value))} ${verdict === 'LIFT' ? 'more' : 'fewer'} than ${other} (95 % interval ${range(lift.interval)})`
    : `${verdict === 'LIFT' ? 'more' : 'fewer'} than ${other}`;
  return `${rates}: ${much}.`;
}

const range = ([low, high]: Interval) => `${percent(low)} to ${percent(high)}`;

function inWords(comparisons: readonly Comparison[], awaited: number): string {
  const [first] = comparisons;
  const early = awaited > 0 ? ` ${count(awaited)} people are still awaited.` : '';
  if (first === undefined) return `Nobody was held back, so nothing can be said about what it brought.${early}`;
  return `${first.sentence}${early}`;
}
