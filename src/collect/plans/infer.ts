// A plan proposed from what has arrived. The engine takes a bounded sample of every event, opens its JSON two levels
// deep and sums up every property: how often it is there, of what types, how many values, how large, what it looks
// like. What to require of it is decided here.

import type { Store } from '../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../time.ts';
import { defaultPolicy, type JsonSchema, type Plan, type PlanType } from './plan.ts';

export type PersonalLook = 'email' | 'phone' | 'card';

/** A property as it was seen. */
export type SeenProperty = {
  /** As in products.*.price. */
  path: string;
  /** Of the objects it may stand in, how many have it. */
  share: number;
  values: number;
  examples: string[];
  least: number | null;
  most: number | null;
  /** What at least one in a hundred of its values look like. */
  looksLike: PersonalLook | null;
};

export type SeenEvent = {
  type: PlanType;
  name: string;
  /** In the time looked at, and those of them that were looked into. */
  events: number;
  sampled: number;
  schema: JsonSchema;
  properties: SeenProperty[];
};

export type Proposal = { plan: Plan; seen: SeenEvent[]; days: number };

/** Of each event; enough to see one property in two hundred with an error of a tenth of that. */
const SAMPLE = 20_000;
const EVENTS_AT_MOST = 500;
const PATHS_AT_MOST = 20_000;
const LIST_ITEMS = 20;

/** There in practically all of them; a few may come from an old release. */
const REQUIRED_SHARE = 0.99;
const REQUIRED_SAMPLE = 20;
const ENUM_VALUES = 12;
const ENUM_SAMPLE = 100;
/** Of that form, all of them. */
const FORMAT_SHARE = 1;
const PERSONAL_SHARE = 0.01;

export async function proposePlan(
  store: Store,
  { workspace, days, now }: { workspace: string; days: number; now: Date },
): Promise<Proposal> {
  const since = toClickHouseTime(now.getTime() - days * DAY_MS);
  const [events, paths] = await Promise.all([countEvents(store, workspace, since), readPaths(store, workspace, since)]);
  const byEvent = new Map<string, PathRow[]>();
  for (const row of paths) {
    const key = `${row.type} ${row.name}`;
    byEvent.set(key, [...(byEvent.get(key) ?? []), row]);
  }
  const seen = events.map((event) => describe(event, byEvent.get(`${event.type} ${event.name}`) ?? []));
  const plan = { policy: defaultPolicy, events: seen.map(({ type, name, schema }) => ({ type, name, schema })) };
  return { plan, seen, days };
}

type EventRow = { type: PlanType; name: string; events: string };

const NAME = `if(type = 'track', name, '')`;
const KNOWN_TYPES = `type IN ('track', 'identify', 'page', 'screen', 'group')`;

async function countEvents({ facts }: Store, workspace: string, since: string): Promise<EventRow[]> {
  return facts.rows<EventRow>(
    `SELECT type, ${NAME} AS name, count() AS events FROM events
     WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)} AND ${KNOWN_TYPES}
     GROUP BY type, name ORDER BY events DESC, type, name LIMIT ${EVENTS_AT_MOST}`,
    { workspace, since },
    'batch',
  );
}

type PathRow = {
  type: PlanType;
  name: string;
  /** Keys with a tab between them; [] is any item of a list. */
  path: string;
  n: string;
  nulls: string;
  booleans: string;
  integers: string;
  numbers: string;
  texts: string;
  objects: string;
  lists: string;
  values: string;
  some: string[];
  least: number | null;
  most: number | null;
  moments: string;
  days: string;
  links: string;
  uuids: string;
  emails: string;
  phones: string;
  cards: string;
};

/** Digits of a card: 13 to 19 of them whose Luhn sum ends in 0. */
const luhn = `(arraySum(arrayMap((c, i) -> if(i % 2 = 0, toUInt8(c) * 2 - if(toUInt8(c) > 4, 9, 0), toUInt8(c)),
  arrayReverse(extractAll(digits, '\\\\d')), range(1, length(digits) + 1))) % 10)`;

async function readPaths({ facts }: Store, workspace: string, since: string): Promise<PathRow[]> {
  const items = `arraySlice(JSONExtractArrayRaw(l.2), 1, ${LIST_ITEMS})`;
  return facts.rows<PathRow>(
    `WITH JSONExtractKeysAndValuesRaw(fields) AS top,
       arrayFilter(kv -> startsWith(kv.2, '{'), top) AS objects_in, arrayFilter(kv -> startsWith(kv.2, '['), top) AS lists_in
     SELECT type, name, path, count() AS n, countIf(raw = 'null') AS nulls, countIf(raw IN ('true', 'false')) AS booleans,
       countIf(match(raw, '^-?\\\\d+$')) AS integers, countIf(match(raw, '^-?\\\\d')) AS numbers,
       countIf(startsWith(raw, '"')) AS texts, countIf(startsWith(raw, '{')) AS objects, countIf(startsWith(raw, '[')) AS lists,
       uniqCombined(14)(raw) AS values, groupUniqArrayIf(${ENUM_VALUES + 1})(text, startsWith(raw, '"') AND length(text) <= 100) AS some,
       min(number) AS least, max(number) AS most,
       countIf(match(text, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\dT\\\\d\\\\d:\\\\d\\\\d:\\\\d\\\\d(\\\\.\\\\d+)?(Z|[+-]\\\\d\\\\d:\\\\d\\\\d)$')) AS moments,
       countIf(match(text, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$')) AS days, countIf(match(text, '^https?://[^\\\\s<>"]+$')) AS links,
       countIf(match(text, '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')) AS uuids,
       countIf(match(text, '^(\\\\[email\\\\]|[^@\\\\s]+@[^@\\\\s]+\\\\.[a-z]{2,})$')) AS emails,
       countIf(match(text, '^(\\\\[phone\\\\]|\\\\+\\\\d[\\\\d ()/-]{6,18})$')) AS phones,
       countIf(length(digits) BETWEEN 13 AND 19 AND ${luhn} = 0) AS cards
     FROM (
       SELECT type, name, pair.1 AS path, pair.2 AS raw, if(startsWith(raw, '"'), JSONExtractString(raw), '') AS text,
         if(match(raw, '^-?\\\\d'), toFloat64OrNull(raw), NULL) AS number,
         if(match(raw, '^"?\\\\d[\\\\d -]{11,22}"?$'), replaceRegexpAll(raw, '\\\\D', ''), '') AS digits
       FROM (
         SELECT type, name, arrayJoin(arrayConcat(
             arrayMap(kv -> (kv.1, kv.2), top),
             arrayFlatten(arrayMap(o -> arrayMap(kv -> (concat(o.1, '\\t', kv.1), kv.2), JSONExtractKeysAndValuesRaw(o.2)), objects_in)),
             arrayFlatten(arrayMap(l -> arrayMap(item -> (concat(l.1, '\\t[]'), item), ${items}), lists_in)),
             arrayFlatten(arrayMap(l -> arrayFlatten(arrayMap(
               item -> arrayMap(kv -> (concat(l.1, '\\t[]\\t', kv.1), kv.2), JSONExtractKeysAndValuesRaw(item)),
               arrayFilter(item -> startsWith(item, '{'), ${items}))), lists_in)))) AS pair
         FROM (
           SELECT type, ${NAME} AS name, if(type IN ('identify', 'group'), traits, properties) AS fields FROM events
           WHERE workspace = {workspace:String} AND received_at >= {since:DateTime64(3)} AND ${KNOWN_TYPES}
           LIMIT ${SAMPLE} BY type, name
         )
       )
     )
     GROUP BY type, name, path ORDER BY n DESC, type, name, path LIMIT ${PATHS_AT_MOST}`,
    { workspace, since },
    'batch',
  );
}

function describe({ type, name, events }: EventRow, rows: readonly PathRow[]): SeenEvent {
  const sampled = Math.min(Number(events), SAMPLE);
  const byPath = new Map(rows.map((row) => [row.path, row]));
  const properties = rows
    .map((row) => seenProperty(row, sampled, byPath))
    .toSorted((a, b) => b.share - a.share || (a.path < b.path ? -1 : 1));
  return { type, name, events: Number(events), sampled, schema: objectSchema('', sampled, rows, byPath), properties };
}

/** How many objects there were that could have had the property. */
function holdersOf(path: string, sampled: number, byPath: ReadonlyMap<string, PathRow>): number {
  const end = path.lastIndexOf('\t');
  if (end < 0) return sampled;
  const holder = byPath.get(path.slice(0, end));
  if (path.endsWith('\t[]')) return Number(byPath.get(path)!.n);
  return holder ? Number(holder.objects) : sampled;
}

function seenProperty(row: PathRow, sampled: number, byPath: ReadonlyMap<string, PathRow>): SeenProperty {
  const n = Number(row.n);
  const looks = lookOf(row);
  return {
    path: row.path.replaceAll('[]', '*').replaceAll('\t', '.'),
    share: Math.min(1, n / Math.max(1, holdersOf(row.path, sampled, byPath))),
    values: Number(row.values),
    // What may be personal is not shown.
    examples: looks === undefined ? row.some.slice(0, 5).toSorted() : [],
    least: row.least,
    most: row.most,
    looksLike: looks ?? null,
  };
}

function lookOf(row: PathRow): PersonalLook | undefined {
  return (['email', 'phone', 'card'] as const).find(
    (look) => Number(row[`${look}s`]) / Number(row.n) >= PERSONAL_SHARE,
  );
}

function objectSchema(
  prefix: string,
  holders: number,
  rows: readonly PathRow[],
  byPath: ReadonlyMap<string, PathRow>,
): JsonSchema {
  const own = rows.filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('\t'));
  const keys = own
    .filter(({ path }) => path.slice(prefix.length) !== '[]')
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const required = keys.filter(({ n }) => holders >= REQUIRED_SAMPLE && Number(n) / holders >= REQUIRED_SHARE);
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((row) => [row.path.slice(prefix.length), valueSchema(row, rows, byPath)])),
    ...(required.length > 0 && { required: required.map(({ path }) => path.slice(prefix.length)) }),
  };
}

function valueSchema(row: PathRow, rows: readonly PathRow[], byPath: ReadonlyMap<string, PathRow>): JsonSchema {
  const types = typesOf(row);
  const schema: Record<string, unknown> = { type: types.length === 1 ? types[0] : types };
  if (types.includes('string')) Object.assign(schema, textSchema(row, types.length === 1));
  // Never below zero is a rule of the thing; the largest value so far is not.
  if ((types.includes('number') || types.includes('integer')) && row.least !== null && row.least >= 0)
    schema['minimum'] = 0;
  // Deeper than two levels nothing is known, so nothing is asked.
  const depth = row.path.split('\t').length;
  if (types.includes('object') && depth === 1) {
    Object.assign(schema, objectSchema(`${row.path}\t`, Number(row.objects), rows, byPath), { type: schema['type'] });
  }
  const items = byPath.get(`${row.path}\t[]`);
  if (types.includes('array') && items) schema['items'] = itemSchema(items, rows, byPath);
  return schema;
}

function itemSchema(row: PathRow, rows: readonly PathRow[], byPath: ReadonlyMap<string, PathRow>): JsonSchema {
  const types = typesOf(row);
  const type = types.length === 1 ? types[0] : types;
  if (!types.includes('object')) return { type };
  return { ...objectSchema(`${row.path}\t`, Number(row.objects), rows, byPath), type };
}

function typesOf(row: PathRow): string[] {
  const types: string[] = [];
  if (Number(row.texts) > 0) types.push('string');
  if (Number(row.numbers) > 0) types.push(row.integers === row.numbers ? 'integer' : 'number');
  if (Number(row.booleans) > 0) types.push('boolean');
  if (Number(row.objects) > 0) types.push('object');
  if (Number(row.lists) > 0) types.push('array');
  if (Number(row.nulls) > 0 || types.length === 0) types.push('null');
  return types;
}

function textSchema(row: PathRow, isOnlyText: boolean): JsonSchema {
  const texts = Number(row.texts);
  const all = (count: string) => Number(count) / texts >= FORMAT_SHARE;
  if (all(row.moments)) return { format: 'date-time' };
  if (all(row.days)) return { format: 'date' };
  if (all(row.links)) return { format: 'uri' };
  if (all(row.uuids)) return { format: 'uuid' };
  const isFew = row.some.length > 0 && row.some.length <= ENUM_VALUES && Number(row.values) <= ENUM_VALUES;
  // A list of people's numbers is no rule.
  const isRule = isFew && isOnlyText && texts >= ENUM_SAMPLE && lookOf(row) === undefined;
  return isRule ? { enum: row.some.toSorted() } : {};
}
