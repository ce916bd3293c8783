// A mapping says which column becomes which part of a message: { userId: 'customer', 'properties.price': 'amount' }.
// What it leaves open is guessed by the columns' names; what cannot be guessed and cannot be done without is an error
// that names the columns there are. Columns that nobody claims become properties (traits of an identify).

import { type Static, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { platforms } from '../device.ts';
import { type MessageType, messageTypes, type SegmentMessage } from '../message.ts';
import { identifierIn, isBlank, isoMoment, numberIn, textIn } from './cells.ts';
import {
  type Batch,
  checked,
  type Mapping,
  type Outcome,
  type RawRecord,
  type ReadContext,
  type Refusal,
  readEach,
  refuse,
} from './connector.ts';
import { shoppingEvent } from './shopping.ts';

export const mappingSettings = {
  type: Type.Union(
    messageTypes.map((type) => Type.Literal(type)),
    { default: 'track', description: 'What each row is, unless a column says so.' },
  ),
  event: Type.Optional(Type.String({ description: 'The event of every row, where no column names it.' })),
  eventNames: Type.Record(Type.String(), Type.String(), {
    default: {},
    description: 'Names for the file\'s own event words, such as { "4": "Order Completed" }.',
  }),
  others: Type.Union([Type.Literal('keep'), Type.Literal('drop')], {
    default: 'keep',
    description: 'What becomes of columns that the mapping does not mention.',
  }),
  platform: Type.Optional(Type.String({ description: `Where it happened: ${platforms.join(', ')}.` })),
};
const mappingSchema = Type.Object(mappingSettings);
export type MappingSettings = Static<typeof mappingSchema>;

/** Reads tables and objects by a mapping. */
export function readByMapping(
  batches: AsyncIterable<Batch>,
  context: ReadContext<MappingSettings>,
): AsyncIterable<Outcome[]> {
  const plan = planMapping(context);
  return readEach(batches, (record) => translate(record, plan));
}

/** Targets by the names that columns usually have, likeliest first, compared without case and punctuation. */
const guesses: Readonly<Record<string, string>> = {
  userId: 'userid customerid customer user memberid householdid shopperid clientnumber personid contactid uid',
  anonymousId: 'anonymousid anonid visitorid fullvisitorid userpseudoid visitor cookieid deviceid clientid',
  messageId: 'messageid eventid',
  event: 'event eventname eventtype action activity behavior behaviour type',
  timestamp:
    'timestamp eventtime eventtimestamp time datetime occurredat createdat orderdate invoicedate purchasedate ' +
    'transactiontimestamp transactiondate eventdate date ts at',
  'properties.product_id': 'productid itemid sku stockcode item product',
  'properties.category': 'category categorycode productcategory categoryname',
  'properties.brand': 'brand',
  'properties.price': 'price unitprice itemprice',
  'properties.quantity': 'quantity qty',
  'properties.revenue': 'revenue total ordertotal ordervalue totalprice totalamount salesvalue amount',
  'properties.currency': 'currency',
  'properties.order_id': 'orderid invoiceno invoice transactionid basketid ordernumber',
  'properties.coupon': 'coupon couponcode promocode',
  'properties.query': 'query searchquery searchterm',
  'context.sessionId': 'sessionid usersession session',
  'context.page.url': 'pageurl url',
  'context.page.path': 'pagepath path',
  'context.page.title': 'pagetitle',
  'context.page.referrer': 'referrer referer',
  'context.userAgent': 'useragent',
  'context.campaign.source': 'utmsource',
  'context.campaign.medium': 'utmmedium',
  'context.campaign.name': 'utmcampaign',
  'context.location.country': 'country',
  'context.location.city': 'city',
  'context.traits.email': 'email emailaddress',
  'context.traits.phone': 'phone phonenumber',
};
const roots = ['userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'type', 'event', 'name', 'timestamp'];
const branches = ['properties', 'traits', 'context'];
const numbers = new Set(['price', 'quantity', 'revenue', 'total', 'amount', 'tax', 'shipping', 'discount']);
const identities = [
  'userId',
  'anonymousId',
  'context.traits.email',
  'context.traits.phone',
  'traits.email',
  'traits.phone',
];

type Step = { path: readonly string[]; column: string; place: number; numeric: boolean };
type Plan = {
  header: readonly string[];
  root: Partial<Record<string, Step>>;
  steps: Step[];
  /** Columns (of a table: by place) that have a target already. */
  claimed: ReadonlySet<string>;
  settings: MappingSettings;
};

function planMapping({ header, mapping = {}, settings }: ReadContext<MappingSettings>): Plan {
  for (const [target, column] of Object.entries(mapping)) checkTarget(target, column, header);
  const full = { ...guessMapping(header, mapping), ...mapping };
  requireEssentials(full, header, settings);
  const root: Partial<Record<string, Step>> = {};
  const steps: Step[] = [];
  for (const [target, column] of Object.entries(full)) {
    const path = target.split('.');
    const step = { path, column, place: header.indexOf(column), numeric: numbers.has(path[path.length - 1]) };
    if (path.length === 1) root[target] = step;
    else steps.push(step);
  }
  return { header, root, steps, claimed: new Set(Object.values(full)), settings };
}

function checkTarget(target: string, column: string, header: readonly string[]): void {
  const [branch, ...rest] = target.split('.');
  const known = rest.length === 0 ? roots.includes(target) : branches.includes(branch) && !rest.includes('');
  if (!known || rest.includes('__proto__')) {
    throw new InklingError('invalid_input', `A mapping cannot fill "${target}".`, {
      field: `mapping.${target}`,
      value: column,
      hint: `Fill one of ${roots.join(', ')}, or properties.NAME, traits.NAME, context.NAME.`,
    });
  }
  if (!header.includes(column) && !header.includes(column.split('.')[0])) {
    throw new InklingError('invalid_input', `The file has no column "${column}".`, {
      field: `mapping.${target}`,
      value: column,
      hint: `Its columns are ${header.join(', ')}.`,
    });
  }
}

function guessMapping(header: readonly string[], mapping: Mapping): Record<string, string> {
  const taken = new Set(Object.values(mapping));
  const found: Record<string, string> = {};
  for (const [target, names] of Object.entries(guesses)) {
    if (mapping[target] !== undefined) continue;
    for (const name of names.split(' ')) {
      const column = header.find((candidate) => lettersOf(candidate) === name && !taken.has(candidate));
      if (column === undefined) continue;
      found[target] = column;
      taken.add(column);
      break;
    }
  }
  return found;
}

function requireEssentials(full: Mapping, header: readonly string[], settings: MappingSettings): void {
  const missing: string[] = [];
  if (!identities.some((target) => full[target] !== undefined)) missing.push('userId (or anonymousId)');
  if (settings.type === 'track') {
    if (full['timestamp'] === undefined) missing.push('timestamp');
    if (full['event'] === undefined && full['type'] === undefined && settings.event === undefined)
      missing.push('event');
  }
  if (missing.length === 0) return;
  const eventHint = missing.includes('event') ? ' If every row is the same, name it: --set event=NAME.' : '';
  throw new InklingError('invalid_input', `No column can be taken for ${missing.join(' and ')}.`, {
    field: 'mapping',
    value: header.join(', '),
    hint: `The columns are ${header.join(', ')}. Say which is which, as in --map userId=COLUMN.${eventHint}`,
  });
}

function translate(record: RawRecord, plan: Plan): SegmentMessage | Refusal {
  const type = typeIn(record, plan);
  if (typeof type === 'object') return type;
  const message: Record<string, unknown> & SegmentMessage = { type };
  for (const name of ['userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'name']) {
    const step = plan.root[name];
    if (step === undefined) continue;
    const id = cellOf(record, step);
    if (!isBlank(id)) message[name] = identifierIn(id);
  }
  const refusal = readEvent(message, record, plan) ?? readMoment(message, record, plan);
  return refusal ?? readDetails(message, record, plan) ?? checked(message);
}

function typeIn(record: RawRecord, { root, settings }: Plan): MessageType | Refusal {
  if (root['type'] === undefined) return settings.type as MessageType;
  const type = textIn(cellOf(record, root['type']));
  if ((messageTypes as readonly string[]).includes(type)) return type as MessageType;
  return refuse(root['type'].column, type, `not one of ${messageTypes.join(', ')}`);
}

function readEvent(message: SegmentMessage, record: RawRecord, { root, settings }: Plan): Refusal | undefined {
  if (message.type !== 'track') return undefined;
  const word = root['event'] === undefined ? '' : textIn(cellOf(record, root['event']));
  const event = word === '' ? settings.event : (settings.eventNames[word] ?? shoppingEvent(word) ?? word);
  if (event === undefined || event === '') return refuse(root['event']?.column ?? 'event', word, 'no event');
  message.event = event;
  return undefined;
}

function readMoment(message: SegmentMessage, record: RawRecord, { root }: Plan): Refusal | undefined {
  const step = root['timestamp'];
  if (step === undefined) return undefined;
  const cell = cellOf(record, step);
  message.timestamp = isoMoment(cell);
  return message.timestamp === undefined
    ? refuse(step.column, cell, isBlank(cell) ? 'no moment' : 'not a moment')
    : undefined;
}

type Tree = { [key: string]: unknown };

function readDetails(message: SegmentMessage & Tree, record: RawRecord, plan: Plan): Refusal | undefined {
  const home = message.type === 'identify' || message.type === 'group' ? 'traits' : 'properties';
  if (!Array.isArray(record)) takeBranches(message, record as Tree, plan);
  if (plan.settings.others === 'keep') message[home] = { ...(message[home] as Tree), ...othersOf(record, plan) };
  for (const { path, column, place, numeric } of plan.steps) {
    const cell = cellOf(record, { column, place });
    if (isBlank(cell)) continue;
    let value: unknown = cell instanceof Date ? cell.toISOString() : typeof cell === 'bigint' ? String(cell) : cell;
    if (numeric) {
      value = numberIn(cell);
      if (value === undefined) return refuse(column, cell, 'not a number');
    } else if (typeof value === 'string') value = identifierIn(value);
    plant(message, path, value);
  }
  const { userId, anonymousId } = message;
  if (userId || anonymousId || message.traits || message.context?.['traits']) return undefined;
  const asked = plan.root['userId'] ?? plan.root['anonymousId'];
  return refuse(asked?.column ?? 'userId', '', 'nobody to credit the row to');
}

/** An object may hold whole branches of a message. */
function takeBranches(message: Tree, record: Tree, { claimed }: Plan): void {
  for (const branch of branches) {
    const value = record[branch];
    if (!claimed.has(branch) && isTree(value)) message[branch] = { ...value };
  }
}

function othersOf(record: RawRecord, { header, claimed }: Plan): Tree {
  const others: Tree = {};
  const table = Array.isArray(record) ? (record as readonly unknown[]) : undefined;
  const names = table ? header : Object.keys(record);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (claimed.has(name) || name === '' || name === '__proto__') continue;
    const value = table ? table[i] : (record as Tree)[name];
    if (isBlank(value) || (branches.includes(name) && isTree(value))) continue;
    others[name] = typeof value === 'string' ? typed(value) : typeof value === 'bigint' ? String(value) : value;
  }
  return others;
}

/** Text that is exactly how a number is written becomes that number; '007' and '1e3' stay text. */
function typed(text: string): unknown {
  const number = Number(text);
  return text !== '' && String(number) === text && Number.isFinite(number) ? number : text;
}

function cellOf(record: RawRecord, { place, column }: { place: number; column: string }): unknown {
  if (Array.isArray(record)) return record[place];
  const direct = (record as Tree)[column];
  if (direct !== undefined || !column.includes('.')) return direct;
  return column.split('.').reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), record);
}

function plant(tree: Tree, path: readonly string[], value: unknown): void {
  let here = tree;
  for (let i = 0; i < path.length - 1; i++) {
    const next = here[path[i]];
    here[path[i]] = isTree(next) ? next : {};
    here = here[path[i]] as Tree;
  }
  here[path[path.length - 1]] = value;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
