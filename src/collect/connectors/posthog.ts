// Events of PostHog as its batch and file exports have them, in JSON lines or Parquet (there properties are JSON text),
// and as its events API lists them. A distinct_id is the person's own id once they are identified and the device's
// before. https://posthog.com/docs/cdp/batch-exports/s3 (Events model), https://posthog.com/docs/data/events

import { Type } from 'typebox';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { isBlank, isoMoment } from './cells.ts';
import { checked, defineConnector, type RawRecord, type Refusal, readEach, refuse } from './connector.ts';
import { objectOf, unpacked, withoutBlanks } from './objects.ts';

const columns = ['uuid', 'event', 'distinct_id', 'properties', 'timestamp'];

export const posthog = defineConnector({
  name: 'posthog',
  sentence: 'Events of PostHog, from its batch or file export in NDJSON or Parquet.',
  settings: Type.Object({}, { additionalProperties: false }),
  shapes: ['objects', 'parquet'],
  columns,
  idsOf: ['posthog'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header }) =>
    shape !== 'csv' &&
    ['event', 'distinct_id', 'properties', 'timestamp'].every((name) => header.includes(name)) &&
    (header.includes('uuid') || header.includes('id')),
  read: (batches, { header }) => readEach<RawRecord>(batches, (record) => translate(objectOf(record, header))),
});

type Told = Pick<SegmentMessage, 'type'> & Partial<SegmentMessage>;

/** What PostHog's own events are; others are tracked under their name. */
const own: Readonly<Record<string, (properties: Fields, distinctId: string) => Told>> = Object.assign(
  Object.create(null),
  {
    $pageview: (properties: Fields) => ({ type: 'page', name: textOf(properties['title']) }),
    $screen: (properties: Fields) => ({ type: 'screen', name: textOf(properties['$screen_name']) }),
    $pageleave: () => ({ type: 'track', event: 'Page Left' }),
    $autocapture: (properties: Fields) => ({
      type: 'track',
      event: properties['$event_type'] === 'submit' ? 'Form Submitted' : 'Element Clicked',
    }),
    $feature_flag_called: (properties: Fields) => ({
      type: 'track',
      event: 'Experiment Viewed',
      properties: {
        experiment_id: properties['$feature_flag'],
        variation_id: String(properties['$feature_flag_response']),
      },
    }),
    $identify: (properties: Fields) => ({
      type: 'identify',
      traits: traitsIn(properties),
      anonymousId: textOf(properties['$anon_distinct_id']) || undefined,
    }),
    $set: (properties: Fields) => ({ type: 'identify', traits: traitsIn(properties) }),
    $create_alias: (properties: Fields, distinctId: string) => ({
      type: 'alias',
      userId: distinctId,
      previousId: textOf(properties['alias']),
    }),
    $groupidentify: (properties: Fields) => ({
      type: 'group',
      groupId: textOf(properties['$group_key']),
      traits: { ...unpacked(properties['$group_set']), group_type: properties['$group_type'] },
    }),
  },
);

function translate(row: Fields): SegmentMessage | Refusal {
  const event = textOf(row['event']);
  if (event === '') return refuse('event', row['event'], 'no name of an event');
  const timestamp = isoMoment(row['timestamp']);
  if (timestamp === undefined) return refuse('timestamp', row['timestamp'], 'not a moment');
  const distinctId = textOf(row['distinct_id']);
  if (distinctId === '') return refuse('distinct_id', '', 'no distinct_id: nobody to credit the event to');
  const id = textOf(row['uuid']) || textOf(row['id']);
  if (id === '') return refuse('uuid', '', 'no id of an event');
  const properties = unpacked(row['properties']);
  const told = own[event]?.(properties, distinctId) ?? { type: 'track' as const, event };
  return checked({
    ...whoIs(distinctId, properties),
    messageId: `posthog_${id}`,
    timestamp,
    context: contextOf(properties),
    properties: plainOf(properties),
    ...told,
  });
}

/** The browser library keeps the device's first id beside the person's. */
function whoIs(distinctId: string, properties: Fields): Pick<SegmentMessage, 'userId' | 'anonymousId'> {
  const device = textOf(properties['$device_id']);
  if (distinctId === device || properties['$is_identified'] === false) return { anonymousId: distinctId };
  return { userId: distinctId, ...(device === '' ? {} : { anonymousId: device }) };
}

/** The event's own properties; what the library says of page and device stands in the context. */
function plainOf(properties: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(
      ([name, value]) => !name.startsWith('$') && !name.startsWith('utm_') && !isBlank(value),
    ),
  );
}

function traitsIn(properties: Fields): Record<string, unknown> {
  return { ...unpacked(properties['$set_once']), ...unpacked(properties['$set']) };
}

function contextOf(properties: Fields): Record<string, unknown> {
  const { $screen_width: width, $screen_height: height, $referrer: referrer } = properties;
  return {
    sessionId: textOf(properties['$session_id']),
    library: { name: textOf(properties['$lib']) },
    userAgent: textOf(properties['$raw_user_agent'] ?? properties['$user_agent']),
    page: withoutBlanks({
      url: properties['$current_url'],
      path: properties['$pathname'],
      title: properties['title'],
      referrer: referrer === '$direct' ? '' : referrer,
    }),
    campaign: withoutBlanks({
      source: properties['utm_source'],
      medium: properties['utm_medium'],
      name: properties['utm_campaign'],
    }),
    device: { type: textOf(properties['$device_type']) },
    os: { name: textOf(properties['$os']) },
    locale: textOf(properties['$browser_language']),
    timezone: textOf(properties['$timezone'] ?? properties['$geoip_time_zone']),
    location: {
      country: textOf(properties['$geoip_country_code']),
      city: textOf(properties['$geoip_city_name']),
    },
    ...(typeof width === 'number' && typeof height === 'number' ? { screen: { width, height } } : {}),
    ...(Object.keys(traitsIn(properties)).length === 0 ? {} : { traits: contactIn(fieldsOf(traitsIn(properties))) }),
  };
}

/** Only what tells people apart: the rest is a trait once an identify says it. */
function contactIn(traits: Fields): Record<string, unknown> {
  return withoutBlanks({ email: traits['email'], phone: traits['phone'] });
}
