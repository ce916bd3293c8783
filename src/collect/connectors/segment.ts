// Messages as Segment's SDKs send them and as its archives keep them: one JSON object per line, plain or gzipped.
// A message keeps its own messageId; where an archive lost the timestamp, the moment it was received stands in.

import { Type } from 'typebox';
import { messageTypes, type SegmentMessage } from '../message.ts';
import { checked, defineConnector, readEach } from './connector.ts';

type Archived = SegmentMessage & { receivedAt?: string };

export const segment = defineConnector({
  name: 'segment',
  sentence: 'Messages in the Segment wire format, one JSON object per line, also gzipped.',
  settings: Type.Object(
    {
      platform: Type.Optional(Type.String({ description: 'Where it happened; absent = read from each message.' })),
    },
    { additionalProperties: false },
  ),
  shapes: ['objects'],
  columns: ['type', 'userId', 'anonymousId', 'event', 'timestamp', 'properties', 'context'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header, first }) =>
    shape === 'objects' &&
    (header.includes('userId') || header.includes('anonymousId')) &&
    (messageTypes as readonly unknown[]).includes((first as Partial<Archived> | undefined)?.type),
  read: (batches) =>
    readEach<Archived & Record<string, unknown>>(batches, (record) => {
      const timestamp = record.timestamp ?? record.originalTimestamp ?? record.sentAt ?? record.receivedAt;
      return checked(timestamp === record.timestamp ? record : { ...record, timestamp });
    }),
});
