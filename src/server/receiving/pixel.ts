// Segment's pixel: a message in the address of an image, for letters and pages where no script runs. The message is
// base64 of its JSON in `data`, or stands openly in the query, with dots for what is inside (`properties.subject`).
// https://segment.com/docs/connections/sources/catalog/libraries/server/pixel-tracking-api/

import { InklingError } from '../../errors.ts';
import { parse } from './body.ts';

/** A transparent GIF of one by one. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The message of a pixel's query. Throws `invalid_input` when `data` is not base64 of a JSON object. */
export function messageOfPixel(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { data } = query;
  if (data === undefined) return unfold(query);
  // A blank is a plus that was taken for one on the way.
  const text = String(data).replaceAll(' ', '+');
  const message = parse(Buffer.from(text, 'base64'));
  if (typeof message === 'object' && message !== null && !Array.isArray(message))
    return message as Record<string, unknown>;
  throw new InklingError('invalid_input', 'data holds no message.', {
    field: 'data',
    value: message,
    hint: 'Send base64 of a JSON object with the write key, an id and the event.',
  });
}

/** Deep enough for `context.page.url`, and no further than a message needs. */
const DEPTH_LIMIT = 8;

function unfold(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const message: Record<string, unknown> = Object.create(null);
  for (const [path, value] of Object.entries(query)) {
    const keys = path.split('.');
    if (keys.length > DEPTH_LIMIT) continue;
    let place = message;
    for (const key of keys.slice(0, -1)) {
      const inner = place[key];
      const next = typeof inner === 'object' && inner !== null ? inner : Object.create(null);
      place[key] = next;
      place = next as Record<string, unknown>;
    }
    place[keys.at(-1)!] = value;
  }
  return message;
}
