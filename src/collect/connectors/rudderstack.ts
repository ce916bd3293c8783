// Events that RudderStack has delivered: to object storage, as messages of its own wire format (Segment's, with channel,
// rudderId and request_ip beside it), one a line; and to a warehouse, as rows of its tables, where what was nested is
// joined by underscores (context_page_url) and names are in snake_case. The kind of a row is seen in its columns or in
// the name of the table. https://www.rudderstack.com/docs/destinations/warehouse-destinations/warehouse-schema/

import { Type } from 'typebox';
import { type Fields, textOf } from '../fields.ts';
import { type MessageType, messageTypes, type SegmentMessage } from '../message.ts';
import { isBlank, isoMoment } from './cells.ts';
import {
  checked,
  defineConnector,
  type RawRecord,
  type ReadContext,
  type Refusal,
  readEach,
  refuse,
  tableSettings,
} from './connector.ts';
import { objectOf, parsed } from './objects.ts';

const columns = [
  'id',
  'anonymous_id',
  'user_id',
  'event',
  'event_text',
  'original_timestamp',
  'received_at',
  'timestamp',
];

const settings = Type.Object(
  {
    type: Type.Optional(
      Type.Union(
        messageTypes.map((type) => Type.Literal(type)),
        { description: 'What the rows of a warehouse table are; absent = seen in its columns and name.' },
      ),
    ),
    ...tableSettings,
  },
  { additionalProperties: false },
);

export const rudderstack = defineConnector({
  name: 'rudderstack',
  sentence: 'Events that RudderStack delivered to object storage (NDJSON) or to a warehouse (CSV, Parquet or NDJSON).',
  settings,
  shapes: ['csv', 'parquet', 'objects'],
  columns,
  idsOf: ['rudderstack'],
  conversionEvent: 'purchase',
  recognises: ({ header }) =>
    (header.includes('messageId') && (header.includes('rudderId') || header.includes('request_ip'))) ||
    ['id', 'anonymous_id', 'original_timestamp', 'received_at'].every((name) => header.includes(name)),
  read: (batches, context) => {
    const type = (context.settings as { type?: MessageType }).type ?? tableOf(context);
    return readEach<RawRecord>(batches, (record) => {
      const row = objectOf(record, context.header);
      return 'messageId' in row ? delivered(row) : ofWarehouse(row, type);
    });
  },
});

function delivered(row: Fields): SegmentMessage | Refusal {
  const timestamp = row['timestamp'] ?? row['originalTimestamp'] ?? row['sentAt'] ?? row['receivedAt'];
  return checked({ ...row, timestamp } as SegmentMessage);
}

const tables: Readonly<Record<string, MessageType>> = {
  tracks: 'track',
  pages: 'page',
  screens: 'screen',
  identifies: 'identify',
  users: 'identify',
  groups: 'group',
  aliases: 'alias',
};

function tableOf({ path, header }: ReadContext): MessageType {
  if (header.includes('event_text') || header.includes('event')) return 'track';
  if (header.includes('previous_id')) return 'alias';
  if (header.includes('group_id')) return 'group';
  const name = path.split('/').at(-1)!.toLowerCase();
  return Object.entries(tables).find(([table]) => name.startsWith(table))?.[1] ?? 'track';
}

/** Columns that are a message's own; all others are its properties, or those of an identify its traits. */
const rooted = new Set([
  ...[
    'id',
    'anonymous_id',
    'user_id',
    'previous_id',
    'group_id',
    'event',
    'event_text',
    'name',
    'channel',
    'timestamp',
  ],
  ...[
    'original_timestamp',
    'sent_at',
    'received_at',
    'uuid_ts',
    'loaded_at',
    'rudder_id',
    'context_ip',
    'context_request_ip',
  ],
]);

function ofWarehouse(row: Fields, type: MessageType): SegmentMessage | Refusal {
  const id = textOf(row['id']);
  if (id === '') return refuse('id', '', 'no id of a message');
  const timestamp = isoMoment(row['timestamp']) ?? isoMoment(row['original_timestamp']);
  if (timestamp === undefined) return refuse('timestamp', row['timestamp'], 'not a moment');
  const { context, rest } = partsOf(row);
  const person = type === 'identify' || type === 'group';
  return checked({
    type,
    messageId: id,
    userId: textOf(row['user_id']) || undefined,
    anonymousId: textOf(row['anonymous_id']) || undefined,
    previousId: textOf(row['previous_id']) || undefined,
    groupId: textOf(row['group_id']) || undefined,
    event: type === 'track' ? textOf(row['event_text']) || textOf(row['event']) : undefined,
    name: textOf(row['name']) || undefined,
    timestamp,
    channel: textOf(row['channel']) || undefined,
    context: person ? context : { ...context },
    [person ? 'traits' : 'properties']: rest,
  });
}

/** Words under `context_` that hold more than one name. */
const branches: Readonly<Record<string, string>> = {
  page: 'page',
  campaign: 'campaign',
  library: 'library',
  device: 'device',
  os: 'os',
  screen: 'screen',
  traits: 'traits',
  location: 'location',
};
const leaves: Readonly<Record<string, string>> = { user_agent: 'userAgent', session_id: 'sessionId' };

function partsOf(row: Fields): { context: Record<string, unknown>; rest: Record<string, unknown> } {
  const context: Record<string, Record<string, unknown> | unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(row)) {
    if (isBlank(cell) || rooted.has(column) || column === '__proto__') continue;
    const value = typeof cell === 'string' ? parsed(cell) : cell;
    if (!column.startsWith('context_')) {
      rest[column] = value;
      continue;
    }
    const path = column.slice('context_'.length);
    const [word, ...more] = path.split('_');
    const branch = Object.hasOwn(branches, word) && more.length > 0 ? branches[word] : undefined;
    if (branch === undefined) context[leaves[path] ?? path] = branchless(value, path);
    else context[branch] = { ...(context[branch] as object | undefined), [more.join('_')]: value };
  }
  return { context, rest };
}

/** A session's number is text everywhere else. */
function branchless(value: unknown, path: string): unknown {
  return path === 'session_id' ? String(value) : value;
}
