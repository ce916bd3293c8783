// Events of Mixpanel as its raw export has them: `{ event, properties }` a line, with the moment in seconds (milliseconds
// where they were asked for) and the person as distinct_id. The export is not freed of doubles; Mixpanel tells one event
// by its name, distinct_id, time and $insert_id, and so does the id made here.
// https://developer.mixpanel.com/reference/raw-event-export, https://developer.mixpanel.com/reference/event-deduplication

import { Type } from 'typebox';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { isBlank, isoMoment } from './cells.ts';
import { checked, defineConnector, type Refusal, readEach, refuse } from './connector.ts';
import { idFrom, withoutBlanks } from './objects.ts';

const columns = ['event', 'properties'];

export const mixpanel = defineConnector({
  name: 'mixpanel',
  sentence: 'Events of Mixpanel, from its raw export API (JSON lines).',
  settings: Type.Object({}, { additionalProperties: false }),
  shapes: ['objects'],
  columns,
  idsOf: ['mixpanel'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header, first }) => {
    const properties = fieldsOf(fieldsOf(first)['properties']);
    return shape === 'objects' && header.length === 2 && 'time' in properties && 'distinct_id' in properties;
  },
  read: (batches) => readEach<Fields>(batches, translate),
});

/** Marks an id of a device where Mixpanel tells users and devices apart ("simplified ID merge"). */
const DEVICE = '$device:';

function translate(row: Fields): SegmentMessage | Refusal {
  const event = textOf(row['event']);
  if (event === '') return refuse('event', row['event'], 'no name of an event');
  const properties = fieldsOf(row['properties']);
  const timestamp = isoMoment(properties['time']);
  if (timestamp === undefined) return refuse('properties.time', properties['time'], 'not a moment');
  const distinctId = textOf(properties['distinct_id']);
  const who = whoIs(distinctId, properties);
  if (!who.userId && !who.anonymousId)
    return refuse('properties.distinct_id', '', 'no distinct_id: nobody to credit the event to');
  const { time, $insert_id } = properties;
  return checked({
    ...told(event, properties, who),
    messageId: idFrom('mixpanel', event, distinctId, time, $insert_id),
    timestamp,
    properties: plainOf(properties),
    context: contextOf(properties),
  });
}

type Who = Pick<SegmentMessage, 'userId' | 'anonymousId'>;

function whoIs(distinctId: string, properties: Fields): Who {
  const user = textOf(properties['$user_id']);
  const device = textOf(properties['$device_id']);
  if (user !== '') return { userId: user, ...(device === '' ? {} : { anonymousId: device }) };
  if (distinctId.startsWith(DEVICE)) return { anonymousId: distinctId.slice(DEVICE.length) };
  return distinctId === device ? { anonymousId: distinctId } : { userId: distinctId };
}

function told(event: string, properties: Fields, who: Who): SegmentMessage {
  if (event === '$mp_web_page_view') return { type: 'page', name: textOf(properties['current_page_title']), ...who };
  const anonymous = textOf(properties['$anon_id'] ?? properties['$anon_distinct_id']);
  const identified = textOf(properties['$identified_id']);
  if (event === '$identify' && anonymous !== '')
    return { type: 'identify', userId: identified || who.userId, anonymousId: withoutMark(anonymous) };
  const alias = textOf(properties['alias']);
  if (event === '$create_alias' && alias !== '')
    return { type: 'alias', userId: alias, previousId: who.userId ?? who.anonymousId };
  return { type: 'track', event, ...who };
}

function withoutMark(id: string): string {
  return id.startsWith(DEVICE) ? id.slice(DEVICE.length) : id;
}

const placed = new Set(['time', 'distinct_id', 'mp_country_code', 'mp_lib', 'mp_processing_time_ms', 'token']);

/** The event's own properties; Mixpanel's begin with a dollar sign. */
function plainOf(properties: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(
      ([name, value]) => !name.startsWith('$') && !name.startsWith('utm_') && !placed.has(name) && !isBlank(value),
    ),
  );
}

function contextOf(properties: Fields): Record<string, unknown> {
  const { $screen_width: width, $screen_height: height, $referrer: referrer } = properties;
  const library = textOf(properties['mp_lib']);
  return {
    library: { name: library },
    ...(library === 'web' ? { platform: 'web' } : {}),
    page: withoutBlanks({
      url: properties['$current_url'] ?? properties['current_url_protocol_and_path'],
      title: properties['current_page_title'],
      referrer: referrer === '$direct' ? '' : referrer,
    }),
    campaign: withoutBlanks({
      source: properties['utm_source'],
      medium: properties['utm_medium'],
      name: properties['utm_campaign'],
    }),
    os: { name: textOf(properties['$os']) },
    device: { model: textOf(properties['$model']) },
    timezone: textOf(properties['$timezone']),
    location: { country: textOf(properties['mp_country_code']), city: textOf(properties['$city']) },
    ...(typeof width === 'number' && typeof height === 'number' ? { screen: { width, height } } : {}),
    traits: withoutBlanks({ email: properties['$email'], phone: properties['$phone'] }),
  };
}
