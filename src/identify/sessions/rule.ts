// Where one visit ends and the next begins: the one rule, read as SQL over sorted arrays and as a function over one
// person's events in memory; a test holds both equal. A visit begins at a person's first event, after a pause longer
// than the timeout, and at the moments that its events themselves declare: another session of the SDK, another campaign
// and another day, as far as the workspace wants them to.

import { compareBytes } from '../../store/index.ts';

/** What a workspace sets. */
export type SessionRule = {
  /** A longer pause between two events ends a visit. */
  timeoutMs: number;
  /** The SDK's own session ids begin a visit where one of them has ended and another begins. */
  sdkIds: boolean;
  /** A campaign, or a click on an ad, other than the last begins a visit. */
  newOnCampaign: boolean;
  /** The time zone whose midnight ends a visit; absent = none does. */
  midnightIn?: string;
};

/** The usual rule of web analytics. */
export const defaultRule: SessionRule = { timeoutMs: 30 * 60_000, sdkIds: true, newOnCampaign: false };

/** What the rule looks at; the columns of `events` of the same names. */
export type Ruled = {
  /** Epoch milliseconds. */
  at: number;
  session_id: string;
  traffic_source: string;
  medium: string;
  campaign: string;
  click_id: string;
};

/** The columns of `events` that the rule needs besides `at`. */
export const ruleColumns = ['session_id', 'traffic_source', 'medium', 'campaign', 'click_id'] as const;

/** For each event, in order of time, whether a visit begins with it. */
export function beginsOf(events: readonly Ruled[], rule: SessionRule): boolean[] {
  const declared = declaredIn(events, rule);
  const day = rule.midnightIn === undefined ? undefined : dayIn(rule.midnightIn);
  return events.map(({ at }, i) => {
    if (i === 0) return true;
    const before = events[i - 1].at;
    if (at - before > rule.timeoutMs) return true;
    // Of several events at one moment only the first can begin a visit, or two visits would begin at once.
    return at > before && (declared.has(at) || (day !== undefined && day(at) !== day(before)));
  });
}

/**
 * For each of the sorted moments (epoch milliseconds) `moments` whether a visit begins there; `gaps` is their
 * arrayDifference. `declared` are the moments of declaredSql.
 */
export function beginsSql(moments: string, gaps: string, declared: string, rule: SessionRule): string {
  const day = (t: string) => `toDate(fromUnixTimestamp64Milli(${t}, '${rule.midnightIn}'))`;
  const midnight = rule.midnightIn === undefined ? '' : ` OR ${day('t')} != ${day('t - g')}`;
  return `arrayMap((t, g, i) -> i = 1 OR g > ${rule.timeoutMs} OR (g > 0 AND (has(${declared}, t)${midnight})),
    ${moments}, ${gaps}, arrayEnumerate(${moments}))`;
}

/**
 * The moments at which events of a person declare another visit, as an expression over aggregates: `aggregate` hands
 * back the name of one over the events of the visits, `derive` that of an expression over those.
 */
export function declaredSql(
  rule: SessionRule,
  condition: string,
  aggregate: (sql: string) => string,
  derive: (sql: string) => string,
): string {
  const pairs = (value: string) =>
    aggregate(`arraySort(groupArrayIf((at_ms, ${value}), ${condition} AND ${value} != ''))`);
  const parts: string[] = [];
  if (rule.sdkIds) {
    const ids = pairs('session_id');
    const nth = derive(`arrayEnumerateUniq(${ids}.2)`);
    const left = derive(`arrayReverse(arrayEnumerateUniq(arrayReverse(${ids}.2)))`);
    parts.push(
      `arrayFilter((t, n, l, i) -> i > 1 AND n = 1 AND l > 1 AND ${left}[i - 1] = 1, ${ids}.1, ${nth}, ${left}, arrayEnumerate(${nth}))`,
    );
  }
  if (rule.newOnCampaign) {
    const campaigns = pairs(campaignSql);
    const names = derive(`${campaigns}.2`);
    parts.push(
      `arrayFilter((t, name, i) -> i = 1 OR name != ${names}[i - 1], ${campaigns}.1, ${names}, arrayEnumerate(${names}))`,
    );
  }
  if (parts.length === 0) return 'emptyArrayInt64()';
  return derive(parts.length === 1 ? parts[0] : `arrayConcat(${parts.join(', ')})`);
}

const campaignSql = `if(campaign != '' OR click_id != '', concat(traffic_source, ' ', medium, ' ', campaign, ' ', click_id), '')`;

function campaignOf({ traffic_source, medium, campaign, click_id }: Ruled): string {
  return campaign !== '' || click_id !== '' ? `${traffic_source} ${medium} ${campaign} ${click_id}` : '';
}

function declaredIn(events: readonly Ruled[], rule: SessionRule): Set<number> {
  const moments = new Set<number>();
  if (rule.sdkIds) {
    const runs = runsOf(events, (event) => event.session_id);
    const sizes = new Map<string, number>();
    const lastRun = new Map<string, number>();
    runs.forEach(({ text, size }, i) => {
      sizes.set(text, (sizes.get(text) ?? 0) + size);
      lastRun.set(text, i);
    });
    const seen = new Set<string>();
    runs.forEach(({ at, text }, i) => {
      // An id that overlaps another is that of a second device; one that is never seen again is no session.
      if (i > 0 && !seen.has(text) && sizes.get(text)! > 1 && lastRun.get(runs[i - 1].text)! < i) moments.add(at);
      seen.add(text);
    });
  }
  if (rule.newOnCampaign) for (const { at } of runsOf(events, campaignOf)) moments.add(at);
  return moments;
}

/** The same text of one event after another: when the first of them came, and how many there are. */
type Run = { at: number; text: string; size: number };

function runsOf(events: readonly Ruled[], textOf: (event: Ruled) => string): Run[] {
  const runs: Run[] = [];
  for (const { at, text } of inOrder(events, textOf)) {
    const last = runs.at(-1);
    if (last !== undefined && last.text === text) last.size++;
    else runs.push({ at, text, size: 1 });
  }
  return runs;
}

/** As ClickHouse sorts: by moment, then by the bytes of the text. Events come by moment, and two at one are rare. */
function inOrder(events: readonly Ruled[], textOf: (event: Ruled) => string): { at: number; text: string }[] {
  const pairs: { at: number; text: string }[] = [];
  let isSorted = true;
  for (const event of events) {
    const text = textOf(event);
    if (text === '') continue;
    const last = pairs.at(-1);
    if (last !== undefined && last.at === event.at && last.text !== text) isSorted = false;
    pairs.push({ at: event.at, text });
  }
  if (isSorted) return pairs;
  return pairs.sort((a, b) => a.at - b.at || (a.text === b.text ? 0 : compareBytes(a.text, b.text)));
}

const days = new Map<string, (at: number) => string>();

function dayIn(zone: string): (at: number) => string {
  const known = days.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  const day = (at: number) => format.format(at);
  days.set(zone, day);
  return day;
}
