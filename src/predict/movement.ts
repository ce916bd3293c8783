// What precedes a step up, Low → Medium → High [INT-5]? People who rose between two scorings are held against people of
// the same risk set (same scoring, same level) who did not, drawn by incidence density sampling and matched on score,
// recency, activity in the 30 days before and hours spent between the scorings. The odds of an action are compared stratum
// by stratum (Mantel-Haenszel) at 5 % false discoveries. Scores are made from actions: it describes how people rise.

import { botsSql, mergedSinceSql, resolvedEventsSql } from '../identify/index.ts';
import { commonOdds, falseDiscoveryRates, type Stratum } from '../math/index.ts';
import type { Store } from '../store/index.ts';
import { addDays, DAY_MS, fromClickHouseTime, HOUR_MS, toClickHouseTime } from '../time.ts';
import type { ModelRecord } from './registry.ts';
import { LEVELS, type Level, levelOf, levelRange } from './score.ts';

export type ActionContrast = {
  /** Canonical name of the event, `page_view /SECTION` for pages of a section, `came` for any activity at all. */
  action: string;
  /** Share of those who rose that did it between the two scorings, and of people like them who did not rise. */
  roseShare: number;
  othersShare: number;
  oddsRatio: number | null;
  interval: [low: number, high: number] | null;
  pValue: number;
  /** False discoveries to be expected among findings at least as clear. */
  falseDiscoveryRate: number;
  verdict: 'more' | 'less' | 'unclear';
  sentence: string;
};

export type StepUp = {
  from: Level;
  /** How often somebody rose, and stayed or fell, from one scoring to the next. */
  rose: number;
  others: number;
  /** Of these, who was looked at after matching. */
  matchedRose: number;
  matchedOthers: number;
  actions: ActionContrast[];
  statement: string;
};

export type Movement = {
  modelId: string;
  /** First and last of the scorings compared; null while there are not two. */
  from: string | null;
  to: string | null;
  scorings: number;
  /** People who went from one level to another (or stayed) from a scoring to the next, over all of them. */
  flow: { from: Level; to: Level; people: number }[];
  steps: StepUp[];
  statement: string;
};

/** Scorings compared at most: a fortnight of nights. */
const MOST_SCORINGS = 15;
const DAYS_BACK = 60;
export const BAND = 5;
const MOST_CASES = 2000;
const CONTROLS_PER_CASE = 5;
const ACTIVITY_DAYS = 30;
const RECENCY_DAYS = [1, 3, 7, 14, 30];
const COUNTS = [1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90];
/** Hours with activity between the scorings. Counting events would set one action against the other: among those who did
 * three things, whoever did this one did one of the others less. */
const BETWEEN = [2, 3, 5, 9];
/** An action that fewer did is not tested; the number does not depend on who rose. */
const FEWEST_WITH = 20;
const FALSE_DISCOVERIES = 0.05;
const CAME = 'came';

/** The last scorings of a model that were made within 60 days before its last, oldest first. */
export async function lastScorings(store: Store, { workspace, id }: ModelRecord): Promise<Date[]> {
  const rows = await store.facts.rows<{ at: string }>(
    `SELECT DISTINCT as_of AS at FROM scores WHERE workspace = {workspace:String} AND model_id = {model:String}
     ORDER BY at DESC LIMIT {most:UInt32}`,
    { workspace, model: id, most: MOST_SCORINGS },
    'batch',
  );
  const moments = rows.map(({ at }) => fromClickHouseTime(at)).reverse();
  const last = moments[moments.length - 1];
  return moments.filter((moment) => moment >= addDays(last, -DAYS_BACK));
}

export async function findMovement(store: Store, model: ModelRecord, moments: readonly Date[]): Promise<Movement> {
  const span = { from: moments[0]?.toISOString() ?? null, to: moments[moments.length - 1]?.toISOString() ?? null };
  const begun = { modelId: model.id, ...span, scorings: moments.length };
  if (moments.length < 2) {
    return {
      ...begun,
      flow: [],
      steps: [],
      statement: 'Two scorings are needed to see who moved; there is no second one yet.',
    };
  }
  const counts = await countPairs(store, model, moments);
  const units = await drawUnits(store, model, moments, counts);
  const found = (['LOW', 'MEDIUM'] as const).map((from) => ({
    from,
    ...contrast(units.filter((one) => one.from === from)),
  }));
  const rates = falseDiscoveryRates(found.flatMap(({ tests }) => tests.map(({ pValue }) => pValue)));
  let place = 0;
  const steps = found.map(({ from, tests, matchedRose, matchedOthers }): StepUp => {
    const actions = tests
      .map((one) => judged(from, one, rates[place++]))
      .sort(
        (a, b) =>
          a.falseDiscoveryRate - b.falseDiscoveryRate || b.roseShare - a.roseShare || (a.action < b.action ? -1 : 1),
      );
    const own = counts.filter((count) => levelOf(count.band * BAND) === from);
    const sum = (rises: boolean) =>
      own.reduce((all, { to, people }) => (rank(to) > rank(from) === rises ? all + people : all), 0);
    const step = { from, rose: sum(true), others: sum(false), matchedRose, matchedOthers, actions };
    return { ...step, statement: stepInWords(step) };
  });
  const flow = LEVELS.toReversed().flatMap((from) =>
    LEVELS.toReversed().map((to) => ({
      from,
      to,
      people: counts.reduce((all, at) => (levelOf(at.band * BAND) === from && at.to === to ? all + at.people : all), 0),
    })),
  );
  return { ...begun, flow, steps, statement: inWords(steps, moments.length) };
}

const rank = (level: Level) => LEVELS.length - LEVELS.indexOf(level);

const levelSql = (score: string) =>
  `multiIf(${score} >= ${levelRange('HIGH')[0]}, 'HIGH', ${score} >= ${levelRange('MEDIUM')[0]}, 'MEDIUM', 'LOW')`;

/**
 * Each person's scores in the order of the scorings, packed as 128 × the number of the scoring + the score, for arrays of
 * numbers are far quicker than arrays of pairs; binds {workspace} and {model}.
 */
export function pathsSql(moments: readonly Date[]): string {
  const list = moments.map(momentSql).join(', ');
  return `SELECT profile, arraySort(groupArray(toUInt16(128 * indexOf([${list}], as_of) + score))) AS path
    FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = {model:String} AND as_of IN (${list})
      AND profile NOT IN (${mergedSinceSql(moments[0])}) AND profile NOT IN (${botsSql})
    GROUP BY profile`;
}

const momentSql = (moment: Date) => `toDateTime64('${toClickHouseTime(moment)}', 3, 'UTC')`;

/** The scoring, the score there, and the score at the next one, of everybody who was in both. */
function pairsSql(moments: readonly Date[]): string {
  return `SELECT profile, intDiv(pair, 8388608) AS k, intDiv(pair, 65536) % 128 AS before, pair % 128 AS after FROM (
    SELECT profile, arrayJoin(arrayFilter(p -> p > 0, arrayMap(
      (a, b) -> if(intDiv(b, 128) = intDiv(a, 128) + 1, toUInt32(65536 * toUInt32(a) + b), toUInt32(0)),
      arrayPopBack(path), arrayPopFront(path)))) AS pair
    FROM (${pathsSql(moments)}))`;
}

type PairCount = { band: number; to: Level; people: number };

async function countPairs(store: Store, model: ModelRecord, moments: readonly Date[]): Promise<PairCount[]> {
  const rows = await store.facts.rows<{ band: number; to: Level; people: string }>(
    `SELECT toUInt8(intDiv(before, ${BAND})) AS band, ${levelSql('after')} AS to, count() AS people
     FROM (${pairsSql(moments)}) GROUP BY band, to`,
    { workspace: model.workspace, model: model.id },
    'batch',
  );
  return rows.map(({ people, ...row }) => ({ ...row, people: Number(people) }));
}

type Unit = {
  from: Level;
  rose: boolean;
  /** What cases and controls agree in, but for the time between the scorings. */
  like: string;
  /** Hours with activity between the two scorings. */
  between: number;
  actions: string[];
};

/** A draw of those who rose and of their risk sets, with what they did; independent of what they did. */
async function drawUnits(
  store: Store,
  model: ModelRecord,
  moments: readonly Date[],
  counts: readonly PairCount[],
): Promise<Unit[]> {
  const bands = levelRange('MEDIUM')[1] / BAND;
  const drawn = Array.from({ length: Math.floor(bands) + 1 }, (_, band) => sharesDrawn(counts, band));
  const threshold = (share: number) =>
    `${BigInt(Math.round(Math.min(1, share) * 2 ** 32)) * 2n ** 32n - (share > 0 ? 1n : 0n)}`;
  const list = (shares: number[]) => `[${shares.map((share) => `toUInt64(${threshold(share)})`).join(', ')}]`;
  const [first, last] = [moments[0], moments[moments.length - 1]];
  const ends = `[${moments.map((moment) => moment.getTime()).join(', ')}]`;
  const chosen = `SELECT profile, k, before, ${levelSql('before')} AS from_level, after > before
      AND ${levelSql('after')} != from_level AS rose, ${ends}[k] AS start_ms, ${ends}[k + 1] AS end_ms
    FROM (${pairsSql(moments)}) WHERE before <= ${levelRange('MEDIUM')[1]}
      AND cityHash64(profile, k) < if(rose, ${list(drawn.map(({ cases }) => cases))}, ${list(drawn.map(({ controls }) => controls))})[intDiv(before, ${BAND}) + 1]`;
  const events = resolvedEventsSql({
    from: addDays(first, -ACTIVITY_DAYS),
    to: last,
    columns: ['at', 'event', 'page_path'],
    where: 'bot = 0',
  });
  const band = (value: string, bounds: readonly number[]) =>
    `arrayCount(b -> ${value} >= b, ${JSON.stringify(bounds)})`;
  const rows = await store.facts.rows<{
    from_level: Level;
    rose: number;
    place: number[];
    between: number;
    actions: string[];
  }>(
    `SELECT any(from_level) AS from_level, any(rose) AS rose,
       countIf(e.ms > 0 AND e.ms < start_ms AND e.ms >= start_ms - ${ACTIVITY_DAYS * DAY_MS}) AS prior,
       uniqExactIf(intDiv(e.ms, ${HOUR_MS}), e.ms >= start_ms AND e.ms < end_ms) AS between,
       (any(start_ms) - maxIf(e.ms, e.ms < start_ms)) / ${DAY_MS} AS days_since,
       [k, intDiv(any(before), ${BAND}), ${band('days_since', RECENCY_DAYS)}, ${band('prior', COUNTS)}] AS place,
       groupUniqArrayArrayIf(200)(e.actions, e.ms >= start_ms AND e.ms < end_ms) AS actions
     FROM (SELECT profile, toUnixTimestamp64Milli(at) AS ms, if(event = 'page_view' AND match(page_path, '^/[a-zA-Z][a-zA-Z_-]{1,30}(/|$)'),
         [toString(event), concat('page_view /', splitByChar('/', page_path)[2])], [toString(event)]) AS actions FROM (${events})) AS e
     RIGHT JOIN (${chosen}) AS c ON e.profile = c.profile
     GROUP BY c.profile AS profile, c.k AS k`,
    { workspace: model.workspace, model: model.id },
    'batch',
  );
  return rows.map(({ from_level, rose, place, between, actions }) => ({
    from: from_level,
    rose: Boolean(rose),
    like: place.join(' '),
    between: Number(between),
    actions,
  }));
}

/** Which shares of the cases and of the controls of a band are drawn. */
function sharesDrawn(counts: readonly PairCount[], band: number): { cases: number; controls: number } {
  const from = levelOf(band * BAND);
  const here = counts.filter((count) => levelOf(count.band * BAND) === from);
  const rises = ({ to }: PairCount) => rank(to) > rank(from);
  const sum = (list: readonly PairCount[]) => list.reduce((all, { people }) => all + people, 0);
  const cases = Math.min(1, MOST_CASES / Math.max(1, sum(here.filter(rises))));
  const inBand = here.filter((count) => count.band === band);
  const [rose, others] = [sum(inBand.filter(rises)), sum(inBand.filter((count) => !rises(count)))];
  return { cases, controls: Math.min(1, (CONTROLS_PER_CASE * cases * rose) / Math.max(1, others)) };
}

type Tested = Pick<ActionContrast, 'action' | 'roseShare' | 'othersShare' | 'oddsRatio' | 'interval' | 'pValue'>;

/** Every action of the people of one step, held against each other within strata. */
function contrast(units: readonly Unit[]): { tests: Tested[]; matchedRose: number; matchedOthers: number } {
  const all = matched(units.map((unit) => ({ ...unit, stratum: unit.like, actions: unit.between > 0 ? [CAME] : [] })));
  const active = matched(
    units
      .filter(({ between }) => between > 0)
      .map((unit) => ({ ...unit, stratum: `${unit.like} ${BETWEEN.filter((bound) => unit.between >= bound).length}` })),
  );
  return { tests: [...testsOf(all), ...testsOf(active)], matchedRose: all.rose, matchedOthers: all.others };
}

type Strata = { rose: number; others: number; strata: { rose: Unit[]; others: Unit[] }[] };

/** Only strata with somebody on both sides say something. */
function matched(units: readonly (Unit & { stratum: string })[]): Strata {
  const strata = [...Map.groupBy(units, ({ stratum }) => stratum).values()]
    .map((own) => ({ rose: own.filter(({ rose }) => rose), others: own.filter(({ rose }) => !rose) }))
    .filter(({ rose, others }) => rose.length > 0 && others.length > 0);
  return {
    strata,
    rose: strata.reduce((sum, { rose }) => sum + rose.length, 0),
    others: strata.reduce((sum, { others }) => sum + others.length, 0),
  };
}

function testsOf({ strata, rose: cases, others: controls }: Strata): Tested[] {
  const tables = new Map<string, (Stratum & { weight: number })[]>();
  for (const { rose, others } of strata) {
    const [roseWith, othersWith] = [countActions(rose), countActions(others)];
    for (const action of new Set([...roseWith.keys(), ...othersWith.keys()])) {
      const [a, c] = [roseWith.get(action) ?? 0, othersWith.get(action) ?? 0];
      const table = {
        casesWith: a,
        casesWithout: rose.length - a,
        controlsWith: c,
        controlsWithout: others.length - c,
      };
      tables.set(action, [...(tables.get(action) ?? []), { ...table, weight: rose.length / others.length }]);
    }
  }
  return [...tables].flatMap(([action, own]) => {
    const withIt = own.reduce((sum, { casesWith, controlsWith }) => sum + casesWith + controlsWith, 0);
    if (withIt < FEWEST_WITH || cases + controls - withIt < FEWEST_WITH) return [];
    const roseShare = own.reduce((sum, { casesWith }) => sum + casesWith, 0) / cases;
    // As many in each stratum as there are who rose.
    const othersShare = own.reduce((sum, { controlsWith, weight }) => sum + controlsWith * weight, 0) / cases;
    return [{ action, roseShare, othersShare, ...commonOdds(own) }];
  });
}

function countActions(units: readonly Unit[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { actions } of units) for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
  return counts;
}

function judged(from: Level, tested: Tested, falseDiscoveryRate: number): ActionContrast {
  const clear = falseDiscoveryRate <= FALSE_DISCOVERIES;
  const verdict = !clear ? 'unclear' : tested.roseShare > tested.othersShare ? 'more' : 'less';
  const aim = from === 'LOW' ? 'Low to Medium or High' : 'Medium to High';
  const ratio =
    tested.oddsRatio === null || tested.interval === null
      ? ''
      : ` (odds ratio ${short(tested.oddsRatio)}, ${short(tested.interval[0])} to ${short(tested.interval[1])})`;
  const luck = clear ? '' : '; that may be chance';
  return {
    ...tested,
    falseDiscoveryRate,
    verdict,
    sentence: `Of those who rose from ${aim}, ${percent(tested.roseShare)} ${actionInWords(tested.action)} in the days between; of people like them who did not rise, ${percent(tested.othersShare)}${ratio}${luck}.`,
  };
}

export function actionInWords(action: string): string {
  if (action === CAME) return 'came at all';
  const [event, section] = action.split(' ');
  return section ? `looked at pages under ${section}` : `did "${event.replaceAll('_', ' ')}"`;
}

function stepInWords({ from, rose, others, actions }: Omit<StepUp, 'statement'>): string {
  const name = from === 'LOW' ? 'Low' : 'Medium';
  const count = (value: number) => value.toLocaleString('en-US');
  if (rose === 0) return `Nobody rose from ${name} between these scorings.`;
  const whole = `${count(rose)} of ${count(rose + others)} times somebody who was ${name} rose by the next scoring.`;
  const best = actions.find(({ verdict, action }) => verdict === 'more' && action !== CAME);
  return `${whole} ${best ? best.sentence : 'No action sets them apart beyond chance from people who were like them.'}`;
}

function inWords(steps: readonly StepUp[], scorings: number): string {
  const told = steps.map(({ statement }) => statement).join(' ');
  return `Over ${scorings} scorings: ${told} This describes how people rose; whether an action would lift others, only an experiment tells.`;
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const short = (value: number) => value.toFixed(value < 10 ? 2 : 0);
