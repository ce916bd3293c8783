// A program asked of everybody in one statement. Each source of what conditions look at is read once: the events of a
// name with the aggregates of that name alone, steps, profiles, scores and so on; each says of a person, as bits, which
// leaves differ there from what they are for somebody of whom nothing is known. So a person whom a source doesn't know
// needs no row in it, the sources are put one under the other instead of being joined, and trees are made of bits.

import { isMembership } from '../../collect/index.ts';
import { featuresSql, type Signal, withoutCompiler } from '../../features/index.ts';
import {
  botsSql,
  inPart,
  type ProfilePart,
  type ResolvedEvents,
  resolvedEventsSql,
  type SessionRule,
} from '../../identify/index.ts';
import { quote } from '../../store/index.ts';
import type { Program, Tree } from './compile.ts';
import type { Reading } from './kinds/kind.ts';

export type BatchOptions = {
  /** Epoch ms: what was before. */
  at: number;
  /** One of `of` ranges of profiles. */
  part?: ProfilePart;
  /** What signals need to know. */
  sessionRule?: SessionRule;
  hasSurroundings?: boolean;
  /** Profiles that answer otherwise than somebody of whom nothing is known, by category of consent. */
  consent?: ReadonlyMap<string, readonly bigint[]>;
};

const WORD = 64;

/** SELECT profile, segments: the numbers of the segments everybody is in; binds {workspace:String}. */
export function membershipSql(program: Program, options: BatchOptions): string {
  const { from, truths } = peopleSql(program, options);
  const numbers = program.segments.map(({ number }) => number);
  const words: string[] = [];
  for (let first = 0; first < truths.length; first += WORD) {
    const mask = truths.slice(first, first + WORD).map((truth, bit) => `bitShiftLeft(toUInt64(${truth}), ${bit})`);
    const of = numbers.slice(first, first + WORD).join(', ');
    words.push(`arrayMap(p -> [${of}][p + 1], bitPositionsToArray(${mask.join(' + ')}))`);
  }
  const segments = words.length === 0 ? 'emptyArrayUInt32()' : `arrayConcat(${words.join(', ')})`;
  return `SELECT profile, CAST(${segments}, 'Array(UInt32)') AS segments FROM (${from})`;
}

/** SELECT profile of everybody in the one segment of a program; binds {workspace:String}. */
export function membersSql(program: Program, options: BatchOptions): string {
  const { from, truths } = peopleSql(program, options, 'one rule');
  return `SELECT profile FROM (${from}) WHERE ${truths[0]}`;
}

/** Settings that every such statement ends with. */
export const BATCH_SETTINGS = ` SETTINGS ${withoutCompiler}`;

type Group = {
  columns: Set<string>;
  since: number;
  aggregates: Map<string, string>;
  truths: [leaf: number, sql: string][];
};

/** A SELECT of everybody with their bits, and each segment's tree as a condition on it. */
function peopleSql(program: Program, options: BatchOptions, ask?: 'one rule'): { from: string; truths: string[] } {
  const { at, part } = options;
  const used = [...new Set(program.segments.flatMap(({ leaves }) => leaves))].sort((a, b) => a - b);
  const place = new Map(used.map((leaf, i) => [leaf, i]));
  const blank = program.blank(at);
  const words = Math.max(1, Math.ceil(used.length / WORD));
  const bits = (truths: readonly [number, string][]) =>
    Array.from({ length: words }, (_, word) => {
      const own = truths.filter(([leaf]) => Math.floor(place.get(leaf)! / WORD) === word);
      const terms = own.map(([leaf, sql]) => {
        const differs = blank[leaf] ? `NOT (${sql})` : `(${sql})`;
        return `bitShiftLeft(toUInt64(${differs}), ${place.get(leaf)! % WORD})`;
      });
      return `${terms.join(' + ') || 'toUInt64(0)'} AS w${word}`;
    });
  const anyBit = Array.from({ length: words }, (_, word) => `w${word} != 0`).join(' OR ');
  // Whoever lacks what the one rule demands of a source needs no row of it.
  const demanded = new Set(
    ask === undefined ? [] : demandedIn(program.segments[0].tree).filter((leaf) => !blank[leaf]),
  );
  const demands = (truths: readonly [number, string][]) => {
    const masks = new Array<bigint>(words).fill(0n);
    for (const [leaf] of truths) {
      const bit = place.get(leaf)!;
      if (demanded.has(leaf)) masks[Math.floor(bit / WORD)] |= 1n << BigInt(bit % WORD);
    }
    return masks.flatMap((mask, word) => (mask === 0n ? [] : [`bitAnd(w${word}, toUInt64(${mask})) = ${mask}`]));
  };
  const scope = { part };
  const ofScope = part ? inPart('profile', part) : '1';
  const sources: string[] = [];
  const add = (truths: readonly [number, string][], from: string) => {
    const where = demands(truths).join(' AND ') || anyBit;
    sources.push(`SELECT profile, ${bits(truths).join(', ')}, toUInt8(0) AS known FROM (${from}) WHERE ${where}`);
  };

  const groups = groupsOf(used, program, at, ask);
  const to = new Date(at);
  for (const [key, group] of groups.events) {
    const events = eventsSql({ ...scope, to, from: sinceOf(group.since) }, namesIn(key), [...group.columns]);
    const aggregates = [...group.aggregates].map(([sql, name]) => `${sql} AS ${name}`);
    add(group.truths, `SELECT profile, ${aggregates.join(', ')} FROM (${events}) GROUP BY profile`);
  }
  for (const { bits: conditions, chains, events, memberships, columns, since } of groups.steps) {
    const read = eventsSql(
      { ...scope, to, from: sinceOf(since) },
      events && [...events],
      ['event', ...columns],
      [...memberships],
    );
    const mask = [...conditions].map(([sql, bit]) => `bitShiftLeft(toUInt64(${sql}), ${bit})`).join(' + ');
    const moments = `SELECT profile, at_ms, groupBitOr(${mask}) AS mask FROM (${read}) GROUP BY profile, at_ms HAVING mask != 0`;
    const own = chains.map(({ bits: ownBits }, i) => {
      const all = ownBits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
      return `arrayFilter(m -> bitAnd(m.2, toUInt64(${all})) != 0, moments) AS moments${i}`;
    });
    const folded = chains.map(
      ({ reading, bits: ownBits }, i) => `${reading.fold(ownBits, `moments${i}`)} AS chain${i}`,
    );
    add(
      chains.map(({ leaf, reading, bits: ownBits }, i) => [leaf, reading.truth(ownBits, `chain${i}`, `moments${i}`)]),
      `SELECT *, ${folded.join(', ')} FROM (SELECT profile, ${own.join(', ')} FROM (
        SELECT profile, arraySort(groupArray((toInt64(at_ms), mask))) AS moments FROM (${moments}) GROUP BY profile))`,
    );
  }
  if (groups.signals.size > 0) {
    const looked = [...groups.signals.keys()];
    const truths = [...groups.signals.values()].flatMap((truthsOf, i) =>
      truthsOf.map(([leaf, truth]): [number, string] => [leaf, truth(`values[${i + 1}]`)]),
    );
    const { sessionRule, hasSurroundings } = options;
    const sql = featuresSql(looked, { asOf: to, sessionRule, hasSurroundings, part, identities: 'as of now' });
    add(truths, sql);
  }
  for (const [sql, truths] of groups.rows)
    add(truths, ofScope === '1' ? sql : `SELECT * FROM (${sql}) WHERE ${ofScope}`);
  for (const [category, truths] of groups.consent) {
    const others = options.consent?.get(category) ?? [];
    if (others.length === 0) continue;
    const allowed = program.allowsByDefault(category) ? 0 : 1;
    add(
      truths,
      `SELECT arrayJoin([${others.map((id) => `toUInt64(${id})`).join(', ')}]) AS profile, ${allowed} AS allowed`,
    );
  }
  const everybody = needsEverybody(program, blank, groups, ask);
  if (everybody) {
    const columns = ['profile', 'bot', ...groups.profiles.columns];
    const where = ['bot = 0', ...demands(groups.profiles.truths)].join(' AND ');
    sources.push(`SELECT profile, ${bits(groups.profiles.truths).join(', ')}, toUInt8(1) AS known
      FROM (SELECT ${[...new Set(columns)].join(', ')} FROM profiles FINAL WHERE workspace = {workspace:String} AND ${ofScope}) WHERE ${where}`);
  }
  const merged = Array.from({ length: words }, (_, word) => `groupBitOr(w${word}) AS v${word}`);
  const having = everybody ? 'HAVING max(known) = 1' : `HAVING profile NOT IN (${botsSql})`;
  const one = sources.length === 1 && !everybody;
  const from = one
    ? `SELECT profile, ${Array.from({ length: words }, (_, word) => `w${word} AS v${word}`).join(', ')} FROM (${sources[0]}) WHERE profile NOT IN (${botsSql})`
    : `SELECT profile, ${merged.join(', ')} FROM (${sources.join('\nUNION ALL\n')}) GROUP BY profile ${having}`;
  const leafSql = (leaf: number): string => {
    const own = groups.id.get(leaf);
    if (own !== undefined) return own;
    const index = place.get(leaf)!;
    const bit = `bitTest(v${Math.floor(index / WORD)}, ${index % WORD})`;
    return blank[leaf] ? `(NOT ${bit})` : bit;
  };
  return { from, truths: program.segments.map(({ tree }) => treeSql(tree, leafSql)) };
}

/** The leaves without which a tree does not hold. */
function demandedIn(tree: Tree): number[] {
  if ('leaf' in tree) return [tree.leaf];
  return 'all' in tree ? tree.all.flatMap(demandedIn) : [];
}

type Steps = Extract<Reading, { from: 'steps' }>;

/** Chains that are folded out of one reading of events: each different step is a bit. */
type StepGroup = {
  bits: Map<string, number>;
  chains: { leaf: number; reading: Steps; bits: readonly number[] }[];
  /** undefined = any event. */
  events: Set<string> | undefined;
  /** Memberships of segments that steps name. */
  memberships: Set<string>;
  columns: Set<string>;
  since: number;
};

/** Chains that look at any event are kept from the others, which would read far more than they need. */
function addChain(groups: StepGroup[], leaf: number, reading: Steps): void {
  const anyEvent = reading.steps.some(({ events }) => events === undefined);
  const fits = (group: StepGroup) =>
    (group.events === undefined) === anyEvent &&
    group.bits.size + reading.steps.filter(({ sql }) => !group.bits.has(sql)).length <= WORD;
  let group = groups.find(fits);
  if (group === undefined) {
    group = {
      bits: new Map(),
      chains: [],
      events: anyEvent ? undefined : new Set(),
      memberships: new Set(),
      columns: new Set(),
      since: Infinity,
    };
    groups.push(group);
  }
  const bits = reading.steps.map(({ events, columns, sql }) => {
    for (const name of events ?? []) {
      group.events?.add(name);
      if (isMembership(name)) group.memberships.add(name);
    }
    for (const column of columns) group.columns.add(column);
    if (!group.bits.has(sql)) group.bits.set(sql, group.bits.size);
    return group.bits.get(sql)!;
  });
  group.since = Math.min(group.since, reading.since);
  group.chains.push({ leaf, reading, bits });
}

/**
 * Of one rule all named events are read in one go, for what takes the time is finding them among all others. Of many rules
 * there are so many aggregates that no event is to be held against those of other names.
 */
function groupsOf(used: readonly number[], program: Program, at: number, ask: 'one rule' | undefined) {
  const together = ask === undefined ? new Set<string>() : namedEvents(used, program, at);
  const events = new Map<string, Group>();
  const steps: StepGroup[] = [];
  const signals = new Map<Signal, [number, (value: string) => string][]>();
  const rows = new Map<string, [number, string][]>();
  const consent = new Map<string, [number, string][]>();
  const profiles = { columns: new Set<string>(), truths: [] as [number, string][] };
  const id = new Map<number, string>();
  for (const leaf of used) {
    const reading = program.leaves[leaf].reading(at);
    switch (reading.from) {
      case 'events': {
        const shares = reading.events !== undefined && reading.events.length < together.size;
        const key = JSON.stringify(shares ? [...together] : (reading.events ?? null));
        const group: Group = events.get(key) ?? {
          columns: new Set(),
          since: Infinity,
          aggregates: new Map(),
          truths: [],
        };
        events.set(key, group);
        for (const column of [...reading.columns, ...(shares ? ['event'] : [])]) group.columns.add(column);
        group.since = Math.min(group.since, reading.since);
        const named = (sql: string) => {
          const name = group.aggregates.get(sql) ?? `a${group.aggregates.size}`;
          group.aggregates.set(sql, name);
          return name;
        };
        const among = shares ? namedSql(reading.events!) : undefined;
        group.truths.push([leaf, reading.truth(named, among)]);
        break;
      }
      case 'steps':
        addChain(steps, leaf, reading);
        break;
      case 'signals':
        signals.set(reading.signal, [...(signals.get(reading.signal) ?? []), [leaf, reading.truth]]);
        break;
      case 'rows':
        rows.set(reading.sql, [...(rows.get(reading.sql) ?? []), [leaf, reading.truth]]);
        break;
      case 'consent':
        consent.set(reading.category, [...(consent.get(reading.category) ?? []), [leaf, reading.truth]]);
        break;
      case 'profiles':
        for (const column of reading.columns) profiles.columns.add(column);
        profiles.truths.push([leaf, reading.truth]);
        break;
      case 'id':
        id.set(leaf, reading.truth);
    }
  }
  return { events, steps, signals, rows, consent, profiles, id };
}

/**
 * Only what people did can be asked without a look at every profile, and only of a rule that nobody fulfils of whom nothing is
 * known. Whoever has memberships and did nothing is nobody.
 */
function needsEverybody(
  program: Program,
  blank: Uint8Array,
  groups: ReturnType<typeof groupsOf>,
  ask: 'one rule' | undefined,
): boolean {
  const others =
    groups.signals.size + groups.rows.size + groups.consent.size + groups.profiles.truths.length + groups.id.size;
  const named = [...groups.events.keys()].flatMap((key) => namesIn(key) ?? []);
  const memberships = named.some(isMembership) || groups.steps.some((group) => group.memberships.size > 0);
  return ask === undefined || others > 0 || memberships || program.segments.some(({ holds }) => holds(blank));
}

/** Memberships of segments are read by whom names them, and are nothing that "any event" means. */
function eventsSql(
  scope: ResolvedEvents,
  events: readonly string[] | undefined,
  columns: readonly string[],
  memberships: readonly string[] = (events ?? []).filter(isMembership),
): string {
  const wanted = { ...scope, columns: ['at', ...columns] };
  const sources = [resolvedEventsSql({ ...wanted, where: events && namedSql(events) })];
  if (memberships.length > 0) {
    sources.push(resolvedEventsSql({ ...wanted, where: namedSql(memberships), table: 'membership_events' }));
  }
  return `SELECT *, toUnixTimestamp64Milli(at) AS at_ms FROM (${sources.join(' UNION ALL ')})`;
}

function namedSql(events: readonly string[]): string {
  return events.length === 1 ? `event = ${quote(events[0])}` : `event IN (${events.map(quote).join(', ')})`;
}

/** The events that aggregates of the leaves name. */
function namedEvents(used: readonly number[], program: Program, at: number): Set<string> {
  const readings = used.map((leaf) => program.leaves[leaf].reading(at));
  return new Set(readings.flatMap((reading) => (reading.from === 'events' ? (reading.events ?? []) : [])).sort());
}

function namesIn(key: string): readonly string[] | undefined {
  return (JSON.parse(key) as readonly string[] | null) ?? undefined;
}

function sinceOf(since: number): Date | undefined {
  return since > 0 && since < Infinity ? new Date(since) : undefined;
}

function treeSql(tree: Tree, leafSql: (leaf: number) => string): string {
  if ('leaf' in tree) return leafSql(tree.leaf);
  if ('not' in tree) return `(NOT ${treeSql(tree.not, leafSql)})`;
  const [list, joint] = 'all' in tree ? [tree.all, ' AND '] : [tree.any, ' OR '];
  return `(${list.map((one) => treeSql(one, leafSql)).join(joint)})`;
}
