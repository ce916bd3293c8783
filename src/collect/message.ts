// A message as Segment's SDKs send it, and the row of `events` it becomes. One pure pass without a parser in sight:
// this runs for every event of every source, live or imported. Personal data does not pass: e-mail and phone become
// hashes, the rest is dropped (redaction.ts).
// Wire format: https://segment.com/docs/connections/spec/common/

import { hash } from 'node:crypto';
import { InklingError } from '../errors.ts';
import type { Personal } from '../govern/index.ts';
import { parseTime, toClickHouseTime } from '../time.ts';
import { canonicalEvent } from './catalogue.ts';
import { productLines, revenueOf } from './commerce.ts';
import { browserHeader, deviceOf, platformOf } from './device.ts';
import { type Fields, fieldsOf, noFields, numberOf, shortText, textOf } from './fields.ts';
import type { IsHosted } from './hosting.ts';
import { anchorOf, type Identity, identityOf } from './identity.ts';
import { type Given, givenIn, putIn } from './privacy/properties.ts';
import { jsonWithout, maskContacts, mayHoldContact, type Setting, withoutPersonal } from './redaction.ts';
import { pathOf, readTraffic } from './traffic.ts';
import { readUserAgent } from './user-agent.ts';

export const messageTypes = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type MessageType = (typeof messageTypes)[number];

/** A Segment wire message. Ids may be numbers; unknown fields are allowed and ignored. */
export type SegmentMessage = {
  type: MessageType;
  messageId?: string;
  event?: string;
  name?: string;
  category?: string;
  userId?: string | number | null;
  anonymousId?: string | number | null;
  previousId?: string | number | null;
  groupId?: string | number | null;
  timestamp?: string | number | Date;
  originalTimestamp?: string | number | Date;
  sentAt?: string | number | Date;
  channel?: string;
  properties?: Readonly<Record<string, unknown>>;
  traits?: Readonly<Record<string, unknown>>;
  context?: Readonly<Record<string, unknown>>;
  integrations?: Readonly<Record<string, unknown>>;
};

/** One row of `events`; `node` is left to the engine (cityHash64 of the anchor). */
export type EventRow = {
  workspace: string;
  message_id: string;
  type: string;
  event: string;
  name: string;
  at: string;
  received_at: string;
  anonymous_id: string;
  user_id: string;
  email_hash: string;
  phone_hash: string;
  previous_id: string;
  external_ids: string[];
  sealed: string;
  /** What was told of names, address and birth, as JSON of encoded forms; '' = nothing. */
  particulars: string;
  anchor: string;
  session_id: string;
  source: string;
  platform: string;
  page_url: string;
  page_path: string;
  page_title: string;
  referrer: string;
  traffic_source: string;
  campaign: string;
  medium: string;
  term: string;
  content: string;
  click_id: string;
  device_type: string;
  browser: string;
  os: string;
  screen: string;
  language: string;
  timezone: string;
  country: string;
  city: string;
  order_id: string;
  coupon: string;
  search_query: string;
  currency: string;
  revenue: number;
  scroll_depth: number;
  seconds_on_page: number;
  bot: 0 | 1;
  /** From the network of a hosting provider. */
  hosted: 0 | 1;
  product_ids: string[];
  categories: string[];
  brands: string[];
  prices: number[];
  quantities: number[];
  properties: string;
  traits: string;
  context: string;
};

export type Arrival = {
  workspace: string;
  receivedAt: Date | number;
  /** The connector; '' = the SDK that the message names in `context.library`. */
  source: string;
  /** One of `platforms`, or a word of one's own; absent = read from the message. */
  platform?: string;
  /** The browser's own header, for beacons that say nothing of their device. */
  userAgent?: string;
  /** Where the request came from, for messages that name no `context.ip`; looked at and not kept. */
  address?: string;
  /** Whether an address is that of a hosting provider. */
  isHosted?: IsHosted;
  /** When the sender's clock says it sent the message; with it the message's time is set right (momentOf). */
  sentAt?: unknown;
  /** How the workspace keeps what is personal; absent = hashed without a pepper. */
  personal?: Personal;
};

/** What the rules of a workspace have made of a message: whose it is, and values that are kept whatever their keys. */
export type Ruled = { identity: Identity; given: readonly Given[] };

/** The row of a valid message. Throws InklingError when a time cannot be read. */
export function toEventRow(message: SegmentMessage, arrival: Arrival, ruled?: Ruled): EventRow {
  return finishRow(draftRow(message, arrival, ruled));
}

/** A row whose objects are not written yet, and in whose texts an address or a number may still stand. */
export type DraftRow = Omit<EventRow, 'properties' | 'traits' | 'context'> & {
  properties: Kept;
  traits: Kept;
  context: Kept;
};

/** An object of which everything is kept that is not personal, and what the rules of the workspace have put in its place. */
export type Kept = { fields: Fields; setting: Setting; given: readonly Given[] };

/** Makes the row of a draft, which is used up. */
export function finishRow(draft: DraftRow): EventRow {
  const row = draft as unknown as EventRow;
  row.properties = jsonOf(draft.properties);
  row.traits = jsonOf(draft.traits);
  row.context = jsonOf(draft.context);
  return withoutContacts(row);
}

export function draftRow(message: SegmentMessage, arrival: Arrival, ruled?: Ruled): DraftRow {
  const properties = fieldsOf(message.properties);
  const traits = fieldsOf(message.traits);
  const context = fieldsOf(message.context);
  const type = message.type;
  const name = nameOf(message, properties);
  const event = eventOf(type, name);
  const identity = ruled?.identity ?? identityOf(message, { properties, traits, context }, arrival.personal);
  const page = pageOf(type, properties, context);
  const traffic = readTraffic(context['campaign'] as Record<string, unknown> | undefined, page.url, page.referrer);
  const agent = readUserAgent(textOf(context['userAgent']) || browserHeader(arrival.userAgent));
  const location = fieldsOf(context['location']);
  const address = fieldsOf(traits['address']);
  const lines = productLines(event, properties as Record<string, unknown>);
  const library = shortText(fieldsOf(context['library'])['name']);
  const moment = momentOf(message, arrival);
  const given = (part: 'properties' | 'traits' | 'context') => (ruled ? givenIn(ruled.given, part) : nothing);
  return {
    workspace: arrival.workspace,
    message_id: withoutAddress(textOf(message.messageId)) || hash('sha256', JSON.stringify(message)).slice(0, 32),
    type,
    event,
    name,
    at: moment.at,
    received_at: receivedText(arrival.receivedAt),
    anonymous_id: identity.anonymousId,
    user_id: identity.userId,
    email_hash: identity.emailHash,
    phone_hash: identity.phoneHash,
    previous_id: identity.previousId,
    external_ids: identity.externalIds,
    sealed: identity.sealed,
    particulars: identity.particulars,
    anchor: anchorOf(identity),
    session_id: withoutAddress(
      textOf(context['sessionId']) || textOf(properties['session_id']) || textOf(properties['sessionId']),
    ),
    source: arrival.source || library || 'http',
    platform: arrival.platform ?? platformOf(message, event, context, library, agent),
    page_url: page.url,
    page_path: page.path,
    page_title: page.title,
    referrer: page.referrer,
    traffic_source: traffic.source,
    campaign: traffic.campaign,
    medium: traffic.medium,
    term: traffic.term,
    content: traffic.content,
    click_id: traffic.clickId,
    device_type: agent.device || deviceOf(fieldsOf(context['device'])),
    browser: agent.browser,
    os: agent.os || shortText(fieldsOf(context['os'])['name']),
    screen: screenOf(context['screen']),
    language: shortText(context['locale']),
    timezone: shortText(context['timezone']),
    country: shortText(location['country']) || shortText(address['country']) || shortText(traits['country']),
    city: shortText(location['city']) || shortText(address['city']) || shortText(traits['city']),
    order_id: withoutAddress(
      textOf(properties['order_id']) || textOf(properties['orderId']) || textOf(properties['transaction_id']),
    ),
    coupon: textOf(properties['coupon']) || textOf(properties['coupon_code']) || textOf(properties['coupon_id']),
    search_query: event === 'search_performed' ? searchOf(properties) : '',
    currency: shortText(properties['currency']).toUpperCase(),
    revenue: revenueOf(event, properties as Record<string, unknown>, lines),
    scroll_depth: bounded(properties['scroll_depth'] ?? properties['scrollDepth'] ?? depthOf(event, properties), 100),
    seconds_on_page: bounded(secondsOf(event, properties), 86_400),
    bot: agent.bot,
    hosted: arrival.isHosted?.(textOf(context['ip']) || (arrival.address ?? '')) ? 1 : 0,
    product_ids: lines.product_ids,
    categories: lines.categories,
    brands: lines.brands,
    prices: lines.prices,
    quantities: lines.quantities,
    properties: { fields: properties, setting: 'properties', given: given('properties') },
    traits: { fields: traits, setting: type === 'group' ? 'properties' : 'traits', given: given('traits') },
    context: {
      fields: contextOf(context, {
        groupId: textOf(message.groupId) || undefined,
        ignoredIds: identity.ignored,
        originalTimestamp: moment.original,
      }),
      setting: 'properties',
      given: given('context'),
    },
  };
}

/** Ids are looked after by identityOf, and may be addresses where the workspace keeps them. */
const identifying = new Set([
  'workspace',
  'anonymous_id',
  'user_id',
  'previous_id',
  'external_ids',
  'anchor',
  'sealed',
  'particulars',
  // These three are looked through, by key and value, as they are written (redaction.ts, privacy/).
  ...['properties', 'traits', 'context'],
]);

/** Whatever else holds an address or a number, in whichever column, has it masked. */
function withoutContacts(row: EventRow): EventRow {
  const columns = row as unknown as Record<string, unknown>;
  for (const column in columns) {
    const value = columns[column];
    if (value === '') continue;
    if (typeof value === 'string') {
      if (mayHoldContact(value) && !identifying.has(column)) columns[column] = maskContacts(value);
    } else if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'string' && !identifying.has(column)) {
      if (value.some(mayHoldContact)) columns[column] = value.map(maskContacts);
    }
  }
  return row;
}

/** The ids of the message that stand for nobody and were left out, by field; undefined when there were none. */
export function ignoredIdsOf({ context }: Pick<EventRow, 'context'>): Record<string, string> | undefined {
  return context.includes('"ignoredIds"') ? JSON.parse(context).ignoredIds : undefined;
}

/** An id that somebody made of an address stands as a hash: it tells messages apart as well, and says nothing. */
function withoutAddress(id: string): string {
  return maskContacts(id) === id ? id : hash('sha256', id).slice(0, 32);
}

/** As sent: the event of a track, the title of a page or screen. */
function nameOf(message: SegmentMessage, properties: Fields): string {
  if (message.type === 'track') return shortText(message.event);
  return (
    shortText(message.name) ||
    (message.type === 'page' || message.type === 'screen' ? shortText(properties['name']) : '')
  );
}

function eventOf(type: MessageType, name: string): string {
  if (type === 'track') return canonicalEvent(name);
  if (type === 'page') return 'page_view';
  return type === 'screen' ? 'screen_view' : type;
}

/** DateTime64 holds 1900 to 2299; a moment outside what can be meant is a broken clock or a wrong unit. */
export const EARLIEST_MS = Date.UTC(1970, 0, 1);
export const LATEST_MS = Date.UTC(2200, 0, 1);

/** Epoch milliseconds of a wire time (ISO 8601 text, epoch milliseconds or a Date); NaN when it is none. */
export function readTime(value: unknown): number {
  const ms = typeof value === 'string' ? parseTime(value) : value instanceof Date ? value.getTime() : value;
  return typeof ms === 'number' && ms >= EARLIEST_MS && ms < LATEST_MS ? Math.floor(ms) : Number.NaN;
}

/**
 * When it happened, and the time as it was sent where that is another one. A clock that is wrong says so in `sentAt`:
 * as Segment documents it, timestamp + (receivedAt − sentAt).
 */
function momentOf(message: SegmentMessage, { receivedAt, sentAt }: Arrival): { at: string; original?: string } {
  const value = message.timestamp ?? message.originalTimestamp;
  if (value === undefined || value === null) return { at: receivedText(receivedAt) };
  const ms = readTime(value);
  if (Number.isNaN(ms)) {
    throw new InklingError('invalid_input', `The timestamp ${JSON.stringify(value)} is not a moment.`, {
      field: 'timestamp',
      value,
      hint: 'Send ISO 8601, such as 2026-01-31T12:00:00.000Z.',
    });
  }
  const right = setRight(ms, receivedAt, sentAt);
  if (right === ms) return { at: sentText(value, ms) };
  return { at: toClickHouseTime(right), original: new Date(ms).toISOString() };
}

function setRight(ms: number, receivedAt: Date | number, sentAt: unknown): number {
  if (sentAt === undefined || sentAt === null) return ms;
  const right = readTime(ms + Number(receivedAt) - readTime(sentAt));
  // A sum outside what can be meant helps nobody: the time then stays as it was sent.
  return Number.isNaN(right) ? ms : right;
}

/** When a valid message that was received at a moment happened, by a right clock. */
export function correctedTime(message: SegmentMessage, receivedAt: Date): Date {
  const value = message.timestamp ?? message.originalTimestamp ?? undefined;
  return value === undefined ? receivedAt : new Date(setRight(readTime(value), receivedAt, message.sentAt));
}

/** The usual form needs no writing anew, and writing is the dearest step. */
function sentText(value: unknown, ms: number): string {
  if (typeof value === 'string' && value.length === 24 && value[23] === 'Z' && value[10] === 'T') {
    return `${value.slice(0, 10)} ${value.slice(11, 23)}`;
  }
  return toClickHouseTime(ms);
}

let lastReceived = { ms: Number.NaN, text: '' };

/** The messages of a batch share their arrival. */
function receivedText(receivedAt: Date | number): string {
  const ms = typeof receivedAt === 'number' ? receivedAt : receivedAt.getTime();
  if (ms !== lastReceived.ms) lastReceived = { ms, text: toClickHouseTime(ms) };
  return lastReceived.text;
}

type Page = { url: string; path: string; title: string; referrer: string };

function pageOf(type: MessageType, properties: Fields, context: Fields): Page {
  const page = fieldsOf(context['page']);
  const own = type === 'page' ? properties : noFields;
  const url = link(own['url']) || link(page['url']);
  return {
    url,
    path: link(own['path']) || link(page['path']) || pathOf(url),
    title: maskContacts(textOf(own['title']) || textOf(page['title'])),
    referrer: link(own['referrer']) || link(page['referrer']) || link(fieldsOf(context['referrer'])['url']),
  };
}

function link(value: unknown): string {
  const text = textOf(value);
  return text === '' ? '' : maskContacts(text.length > 2000 ? text.slice(0, 2000).toWellFormed() : text);
}

function screenOf(screen: unknown): string {
  const { width, height } = fieldsOf(screen);
  return typeof width === 'number' && typeof height === 'number' ? `${Math.round(width)}x${Math.round(height)}` : '';
}

function searchOf(properties: Fields): string {
  const query = properties['query'] ?? properties['search_query'] ?? properties['search_term'] ?? properties['q'];
  return maskContacts(textOf(query).slice(0, 1000).toWellFormed());
}

function depthOf(event: string, properties: Fields): unknown {
  return event === 'scroll' ? (properties['depth'] ?? properties['percent'] ?? properties['percentage']) : undefined;
}

function secondsOf(event: string, properties: Fields): unknown {
  const named = properties['seconds_on_page'] ?? properties['time_on_page'] ?? properties['timeOnPage'];
  if (named !== undefined || (event !== 'time_on_page' && event !== 'page_exit')) return named;
  return properties['seconds'] ?? properties['duration_seconds'] ?? properties['duration'];
}

function bounded(value: unknown, most: number): number {
  if (value === undefined) return 0;
  return Math.min(most, Math.max(0, numberOf(value) ?? 0));
}

/** What has no column of its own; the address of the sender and what locates a person are left out. */
const columned = new Set([
  'ip',
  'page',
  'campaign',
  'locale',
  'timezone',
  'screen',
  'traits',
  'location',
  'sessionId',
  'externalIds',
  'referrer',
  'ignoredIds',
  'originalTimestamp',
]);

const nothing: readonly Given[] = [];

/** Without what is personal, but with what the rules of the workspace keep. */
function jsonOf({ fields, setting, given }: Kept): string {
  if (given.length === 0) return jsonWithout(fields, setting);
  const kept = structuredClone(withoutPersonal(fields, setting)) as object;
  putIn(kept, given, 1);
  return JSON.stringify(kept);
}

/** What is sent beside the context, and what was done to the message, stands in it as well. */
function contextOf(
  context: Fields,
  more: { groupId?: string; ignoredIds?: object; originalTimestamp?: string },
): Fields {
  const none = more.groupId === undefined && more.ignoredIds === undefined && more.originalTimestamp === undefined;
  if (context === noFields && none) return noFields;
  const rest: Record<string, unknown> = {};
  for (const key in context) if (!columned.has(key) && key !== '__proto__') rest[key] = context[key];
  return none ? rest : { ...rest, ...more };
}
