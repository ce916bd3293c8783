// The journal's line of an event, written byte by byte where it will lie in the journal. One pass over the characters of a
// text writes it as JSON and sees whether any of them would have to be escaped, or could be part of an address or number.
// Hardly any does: what does is written by the thorough way (message.ts, line.ts), and the two are the same to the byte.

import type { RecordWriter } from '../store/index.ts';
import { remembered } from '../store/index.ts';
import { EVENT_LINE, eventLine, letterOf, MEMBERSHIP_LINE } from './line.ts';
import {
  type Arrival,
  type DraftRow,
  draftRow,
  finishRow,
  type Kept,
  type Ruled,
  type SegmentMessage,
} from './message.ts';
import { drops, KEEP, type KeyRule, MAX_DEPTH, mayHoldContact, ruleOf, type Setting } from './redaction.ts';

/** Adds the record of a valid message. Throws InklingError when a time cannot be read. */
export function writeEvent(out: RecordWriter, message: SegmentMessage, arrival: Arrival, ruled?: Ruled): void {
  const draft = draftRow(message, arrival, ruled);
  out.open();
  if (writeDraft(out, draft)) out.close();
  else out.add(eventLine(finishRow(draft)));
}

/** Each column's name as it stands before its value. */
const at = Object.fromEntries(
  (
    'workspace message_id type event name at received_at anonymous_id user_id email_hash phone_hash previous_id ' +
    'external_ids sealed anchor session_id source platform page_url page_path page_title referrer traffic_source ' +
    'campaign medium term content click_id device_type browser os screen language timezone country city order_id ' +
    'coupon search_query currency revenue scroll_depth seconds_on_page bot hosted product_ids categories brands ' +
    'prices quantities properties traits context'
  )
    .split(' ')
    .map((column) => [column, new Uint8Array(Buffer.from(`,"${column}":`))]),
) as Record<keyof DraftRow, Uint8Array>;

const startOf = (letter: string) => new Uint8Array(Buffer.from(`${letter}{"workspace":`));
const START = startOf(EVENT_LINE);
const MEMBERSHIP_START = startOf(MEMBERSHIP_LINE);
const END = new Uint8Array(Buffer.from('}'));

/** False where the draft holds something that must not be kept, or that only the thorough way can write. */
function writeDraft(out: RecordWriter, row: DraftRow): boolean {
  return (
    own(out, letterOf(row.event) === EVENT_LINE ? START : MEMBERSHIP_START, row.workspace) &&
    own(out, at.message_id, row.message_id) &&
    plain(out, at.type, row.type) &&
    text(out, at.event, row.event) &&
    text(out, at.name, row.name) &&
    plain(out, at.at, row.at) &&
    plain(out, at.received_at, row.received_at) &&
    own(out, at.anonymous_id, row.anonymous_id) &&
    own(out, at.user_id, row.user_id) &&
    plain(out, at.email_hash, row.email_hash) &&
    plain(out, at.phone_hash, row.phone_hash) &&
    own(out, at.previous_id, row.previous_id) &&
    ownList(out, at.external_ids, row.external_ids) &&
    plain(out, at.sealed, row.sealed) &&
    own(out, at.anchor, row.anchor) &&
    text(out, at.session_id, row.session_id) &&
    text(out, at.source, row.source) &&
    text(out, at.platform, row.platform) &&
    text(out, at.page_url, row.page_url) &&
    text(out, at.page_path, row.page_path) &&
    text(out, at.page_title, row.page_title) &&
    text(out, at.referrer, row.referrer) &&
    text(out, at.traffic_source, row.traffic_source) &&
    text(out, at.campaign, row.campaign) &&
    text(out, at.medium, row.medium) &&
    text(out, at.term, row.term) &&
    text(out, at.content, row.content) &&
    text(out, at.click_id, row.click_id) &&
    text(out, at.device_type, row.device_type) &&
    text(out, at.browser, row.browser) &&
    text(out, at.os, row.os) &&
    text(out, at.screen, row.screen) &&
    text(out, at.language, row.language) &&
    text(out, at.timezone, row.timezone) &&
    text(out, at.country, row.country) &&
    text(out, at.city, row.city) &&
    text(out, at.order_id, row.order_id) &&
    text(out, at.coupon, row.coupon) &&
    text(out, at.search_query, row.search_query) &&
    text(out, at.currency, row.currency) &&
    number(out, at.revenue, row.revenue) &&
    number(out, at.scroll_depth, row.scroll_depth) &&
    number(out, at.seconds_on_page, row.seconds_on_page) &&
    number(out, at.bot, row.bot) &&
    number(out, at.hosted, row.hosted) &&
    list(out, at.product_ids, row.product_ids) &&
    list(out, at.categories, row.categories) &&
    list(out, at.brands, row.brands) &&
    numbers(out, at.prices, row.prices) &&
    numbers(out, at.quantities, row.quantities) &&
    kept(out, at.properties, row.properties) &&
    kept(out, at.traits, row.traits) &&
    kept(out, at.context, row.context) &&
    copy(out, END)
  );
}

/** A text that must hold no address or number. */
function text(out: RecordWriter, name: Uint8Array, value: string): boolean {
  if (value === '') return true;
  copy(out, name);
  return isKept(quote(out, value), value);
}

/** An id: looked after by identityOf, and an address where the workspace keeps them. */
function own(out: RecordWriter, name: Uint8Array, value: string): boolean {
  if (value === '') return true;
  copy(out, name);
  quote(out, value);
  return true;
}

/** Letters and digits that were written here. */
function plain(out: RecordWriter, name: Uint8Array, value: string): boolean {
  if (value === '') return true;
  copy(out, name);
  out.reserve(value.length + 2);
  const { bytes } = out;
  let end = out.at;
  bytes[end++] = QUOTE;
  for (let i = 0; i < value.length; i++) bytes[end++] = value.charCodeAt(i);
  bytes[end++] = QUOTE;
  out.at = end;
  return true;
}

function number(out: RecordWriter, name: Uint8Array, value: number): boolean {
  if (value === 0) return true;
  copy(out, name);
  digits(out, value);
  return true;
}

function list(out: RecordWriter, name: Uint8Array, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  copy(out, name);
  for (let i = 0; i < values.length; i++) {
    byte(out, i === 0 ? OPENING_BRACKET : COMMA);
    if (!isKept(quote(out, values[i]), values[i])) return false;
  }
  byte(out, CLOSING_BRACKET);
  return true;
}

function ownList(out: RecordWriter, name: Uint8Array, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  copy(out, name);
  for (let i = 0; i < values.length; i++) {
    byte(out, i === 0 ? OPENING_BRACKET : COMMA);
    quote(out, values[i]);
  }
  byte(out, CLOSING_BRACKET);
  return true;
}

function numbers(out: RecordWriter, name: Uint8Array, values: readonly number[]): boolean {
  if (values.length === 0) return true;
  copy(out, name);
  for (let i = 0; i < values.length; i++) {
    byte(out, i === 0 ? OPENING_BRACKET : COMMA);
    digits(out, values[i]);
  }
  byte(out, CLOSING_BRACKET);
  return true;
}

/** An object as its JSON; not where rules have put something into it. */
function kept(out: RecordWriter, name: Uint8Array, { fields, setting, given }: Kept): boolean {
  if (given.length > 0) return false;
  copy(out, name);
  return json(out, fields, setting, 0);
}

function json(out: RecordWriter, value: unknown, setting: Setting, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return isKept(quote(out, value), value);
    case 'number':
      return Number.isFinite(value) && digits(out, value);
    case 'boolean':
      return copy(out, value ? TRUE : FALSE);
    case 'object':
      if (value === null) return copy(out, NULL);
      // What an importer hands over may know how it is written, as a date does.
      if (depth > MAX_DEPTH || typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
      return Array.isArray(value) ? array(out, value, setting, depth) : object(out, value, setting, depth);
    default:
      return false;
  }
}

function array(out: RecordWriter, values: readonly unknown[], setting: Setting, depth: number): boolean {
  byte(out, OPENING_BRACKET);
  for (let i = 0; i < values.length; i++) {
    if (i > 0) byte(out, COMMA);
    if (!json(out, values[i], setting, depth + 1)) return false;
  }
  byte(out, CLOSING_BRACKET);
  return true;
}

function object(out: RecordWriter, value: object, setting: Setting, depth: number): boolean {
  let isFirst = true;
  byte(out, OPENING_BRACE);
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    const { rule, bytes } = readKey(name);
    if (rule !== KEEP && drops(rule, item, setting, depth)) return false;
    if (!isFirst) byte(out, COMMA);
    isFirst = false;
    copy(out, bytes);
    if (!json(out, item, setting, depth + 1)) return false;
  }
  byte(out, CLOSING_BRACE);
  return true;
}

/** What a key says of its value, and the key as it stands before one. */
type KeyRead = { rule: KeyRule; bytes: Uint8Array };

const readKey = remembered<KeyRead>(20_000, (name) => ({
  rule: ruleOf(name),
  bytes: new Uint8Array(Buffer.from(`${JSON.stringify(name)}:`)),
}));

/** A character that JSON escapes, or one beyond ASCII. */
const THOROUGH = 1;
/** A character without which no e-mail address and no number in international form can be written. */
const CONTACT = 2;

const marks = new Uint8Array(128);
for (let code = 0; code < 0x20; code++) marks[code] = THOROUGH;
for (const letter of '"\\') marks[letter.charCodeAt(0)] = THOROUGH;
for (const letter of '@%+') marks[letter.charCodeAt(0)] = CONTACT;

/** Whether a text with such marks holds no address and no number. */
function isKept(found: number, value: string): boolean {
  return (found & CONTACT) === 0 || !mayHoldContact(value);
}

/** Writes a text as JSON, and answers the marks of its characters. */
function quote(out: RecordWriter, value: string): number {
  const { length } = value;
  // A character takes six bytes at most, as an escape.
  out.reserve(6 * length + 2);
  const { bytes } = out;
  let end = out.at;
  let found = 0;
  bytes[end++] = QUOTE;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    found |= code < 128 ? marks[code] : THOROUGH;
    bytes[end++] = code;
  }
  bytes[end++] = QUOTE;
  out.at = (found & THOROUGH) === 0 ? end : out.at + bytes.write(JSON.stringify(value), out.at);
  return found;
}

function digits(out: RecordWriter, value: number): true {
  // A minus zero is written as a zero, by JSON as here.
  const written = String(value);
  out.reserve(written.length);
  const { bytes } = out;
  let end = out.at;
  for (let i = 0; i < written.length; i++) bytes[end++] = written.charCodeAt(i);
  out.at = end;
  return true;
}

function copy(out: RecordWriter, from: Uint8Array): true {
  out.reserve(from.length);
  const { bytes } = out;
  let end = out.at;
  for (let i = 0; i < from.length; i++) bytes[end++] = from[i];
  out.at = end;
  return true;
}

function byte(out: RecordWriter, code: number): void {
  out.reserve(1);
  out.bytes[out.at++] = code;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const TRUE = new Uint8Array(Buffer.from('true'));
const FALSE = new Uint8Array(Buffer.from('false'));
const NULL = new Uint8Array(Buffer.from('null'));
