// Events of Google Analytics 4 as its BigQuery export has them: one row per event, parameters as a list of keys with
// typed values, moments in microseconds, people as `user_pseudo_id` (the cookie) and `user_id`. NDJSON of `bq extract`
// (which writes 64-bit integers as text) or Parquet. An event has no id of its own, so one is made of what tells it
// from others. https://support.google.com/analytics/answer/7029846 ([GA4] BigQuery Export schema)

import { Type } from 'typebox';
import { type Fields, fieldsOf, numberOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { isoMoment } from './cells.ts';
import {
  checked,
  defineConnector,
  platformSetting,
  type RawRecord,
  type Refusal,
  readEach,
  refuse,
} from './connector.ts';
import { idFrom, listOf, objectOf, withoutBlanks } from './objects.ts';

const columns = ['event_name', 'event_timestamp', 'user_pseudo_id', 'event_params'];

export const ga4 = defineConnector({
  name: 'ga4',
  sentence: 'Events of Google Analytics 4, from its BigQuery export in NDJSON or Parquet.',
  settings: Type.Object(
    { platform: Type.Optional({ ...platformSetting('').platform, default: undefined }) },
    { additionalProperties: false },
  ),
  shapes: ['objects', 'parquet'],
  columns,
  idsOf: ['ga4'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header }) => shape !== 'csv' && columns.every((name) => header.includes(name)),
  read: (batches, { header }) => readEach<RawRecord>(batches, (record) => translate(objectOf(record, header))),
});

/** Parameters that have a place of their own in a message. */
const placed = new Set([
  ...[
    'page_location',
    'page_title',
    'page_referrer',
    'ga_session_id',
    'source',
    'medium',
    'campaign',
    'term',
    'content',
  ],
  ...['engagement_time_msec', 'percent_scrolled', 'batch_event_index', 'batch_ordering_id', 'batch_page_id'],
  ...['screen_resolution', 'language', 'firebase_screen'],
]);

/** Names that mean something else in GA4 than elsewhere. Its clicks are those that lead away. */
const names: Readonly<Record<string, string>> = { click: 'Outbound Link Clicked' };

function translate(row: Fields): SegmentMessage | Refusal {
  const event = textOf(row['event_name']);
  if (event === '') return refuse('event_name', row['event_name'], 'no name of an event');
  const timestamp = isoMoment(row['event_timestamp']);
  if (timestamp === undefined) return refuse('event_timestamp', row['event_timestamp'], 'not a moment');
  const cookie = textOf(row['user_pseudo_id']);
  const userId = textOf(row['user_id']);
  if (cookie === '' && userId === '')
    return refuse('user_pseudo_id', '', 'neither user_pseudo_id nor user_id (consent denied): nobody to credit it to');
  const parameters = valuesOf(row['event_params']);
  const screen = event === 'screen_view';
  const page = event === 'page_view';
  return checked({
    type: page ? 'page' : screen ? 'screen' : 'track',
    ...(page || screen ? { name: textOf(parameters[page ? 'page_title' : 'firebase_screen']) } : {}),
    ...(page || screen ? {} : { event: names[event] ?? event }),
    messageId: idFrom(
      'ga4',
      ...[cookie, userId, event, row['event_timestamp'], row['event_bundle_sequence_id'], row['batch_event_index']],
      parameters['batch_ordering_id'] ?? row['batch_ordering_id'],
    ),
    userId: userId || undefined,
    anonymousId: cookie || undefined,
    timestamp,
    properties: propertiesOf(event, row, parameters),
    traits: traitsOf(row),
    context: contextOf(row, parameters, cookie),
  });
}

function propertiesOf(event: string, row: Fields, parameters: Fields): Record<string, unknown> {
  const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => !placed.has(name)));
  const engagedMs = numberOf(parameters['engagement_time_msec']);
  const scrolled = numberOf(parameters['percent_scrolled']);
  const items = listOf(row['items']);
  return {
    ...own,
    ...(event === 'user_engagement' && engagedMs !== undefined ? { seconds_on_page: engagedMs / 1000 } : {}),
    ...(scrolled === undefined ? {} : { scroll_depth: scrolled }),
    ...(items.length === 0 ? {} : { products: items.map((item) => productOf(fieldsOf(item))) }),
    ...moneyOf(event, fieldsOf(row['ecommerce'])),
  };
}

function moneyOf(event: string, ecommerce: Fields): Record<string, unknown> {
  const amount = event === 'refund' ? ecommerce['refund_value'] : ecommerce['purchase_revenue'];
  // Where an order has no number, the export says so in words.
  const order = textOf(ecommerce['transaction_id']);
  return {
    ...(order === '' || order === '(not set)' ? {} : { order_id: order }),
    ...(numberOf(amount) === undefined ? {} : { revenue: numberOf(amount) }),
  };
}

function productOf(item: Fields): Record<string, unknown> {
  return withoutBlanks({
    product_id: textOf(item['item_id']),
    name: textOf(item['item_name']),
    brand: said(item['item_brand']),
    category: said(item['item_category']),
    variant: said(item['item_variant']),
    price: numberOf(item['price']),
    quantity: numberOf(item['quantity']),
    coupon: said(item['coupon']),
  });
}

function said(value: unknown): string {
  const text = textOf(value);
  return text === '(not set)' ? '' : text;
}

/** User properties, which the export repeats with every event. */
function traitsOf(row: Fields): Record<string, unknown> | undefined {
  const traits = valuesOf(row['user_properties']);
  return Object.keys(traits).length === 0 ? undefined : traits;
}

function contextOf(row: Fields, parameters: Fields, cookie: string): Record<string, unknown> {
  const device = fieldsOf(row['device']);
  const geo = fieldsOf(row['geo']);
  const traffic = fieldsOf(row['collected_traffic_source']);
  const session = textOf(parameters['ga_session_id']);
  const platform = textOf(row['platform']).toLowerCase();
  return {
    // Numbers of sessions are moments, and two people may begin one in the same second.
    ...(session === '' ? {} : { sessionId: `${cookie}.${session}` }),
    platform,
    page: withoutBlanks({
      url: parameters['page_location'],
      title: parameters['page_title'],
      referrer: parameters['page_referrer'],
    }),
    campaign: withoutBlanks({
      source: said(traffic['manual_source'] ?? parameters['source']),
      medium: said(traffic['manual_medium'] ?? parameters['medium']),
      name: said(traffic['manual_campaign_name'] ?? parameters['campaign']),
    }),
    device: withoutBlanks({ type: device['category'], model: said(device['mobile_model_name']) }),
    os: { name: said(device['operating_system']) },
    locale: said(device['language']),
    location: { country: said(geo['country']), city: said(geo['city']) },
  };
}

/** A list of `{ key, value: { string_value, int_value, … } }` as an object of plain values. */
function valuesOf(list: unknown): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const entry of listOf(list)) {
    const { key, value } = fieldsOf(entry);
    const kinds = fieldsOf(value);
    const text = kinds['string_value'];
    const number = kinds['int_value'] ?? kinds['double_value'] ?? kinds['float_value'];
    const found = text ?? (number === undefined || number === null ? undefined : (numberOf(number) ?? number));
    if (typeof key === 'string' && key !== '__proto__' && found !== undefined && found !== null) values[key] = found;
  }
  return values;
}
