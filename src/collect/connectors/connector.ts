// A source connector turns the rows of a file into Segment messages. It states its name, one sentence, its settings
// as a schema and the columns it expects; `read` yields, in the order of the file, a message or a refusal with its
// reason for every row. The same file read again yields the same outcomes, so that an import can resume by counting.

import { type Static, type TSchema, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { platforms } from '../device.ts';
import type { SegmentMessage } from '../message.ts';
import { faultOf, shorten } from '../validate.ts';

/** A row of a table (one value per column of the header) or an object of an NDJSON file. */
export type RawRecord = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A line that is no record: not JSON, or with more or fewer columns than the header. */
export class BrokenLine {
  readonly text: string;
  readonly refusal: Refusal;

  constructor(text: string, refusal: Refusal) {
    this.text = text;
    this.refusal = refusal;
  }
}

export type Batch = {
  /** Number of the first record in the file, from 1, not counting a header. */
  firstRow: number;
  records: readonly (RawRecord | BrokenLine)[];
};

/** An opened file. */
export type SourceFile = {
  header: readonly string[];
  bytesTotal: number;
  /** Of the file on disk, up to now. */
  bytesRead(): number;
  batches: AsyncIterable<Batch>;
};

/** What became of a row, or of the rows that one message was made of. */
export type Outcome = Accepted | Refused;
export type Accepted = { row: number; rows: number; message: SegmentMessage };
export type Refused = { row: number; rows: number; refusal: Refusal; body: RawRecord | BrokenLine };
export type Refusal = { field: string; value: unknown; reason: string };

/** Column by target of the message: `{ userId: 'customer', timestamp: 'when', 'properties.price': 'amount' }`. */
export type Mapping = Readonly<Record<string, string>>;

export type ReadContext<Settings = unknown> = {
  path: string;
  /** Names of the columns of a table; for objects the names seen in the first records. */
  header: readonly string[];
  settings: Settings;
  mapping?: Mapping;
};

/** The beginning of a file, from which its format is guessed. */
export type Sample = {
  fileName: string;
  shape: 'csv' | 'parquet' | 'objects';
  /** The first line of a CSV file, the columns of a Parquet file, or the keys of the first object. */
  header: readonly string[];
  first: RawRecord | undefined;
  /** The first line of a text file, as it stands. */
  line: string;
};

/** How others have evaluated predictions on a public data set. */
export type Protocol = {
  sentence: string;
  /** Midnights (UTC) at which people are scored from what was known before. */
  testMoments: readonly string[];
};

export type Connector = {
  readonly name: string;
  readonly sentence: string;
  readonly settings: TSchema;
  /** What the file must hold: tables (CSV or Parquet) or objects (NDJSON). */
  readonly shapes: readonly Sample['shape'][];
  /** Columns expected; empty = found by mapping or by name. */
  readonly columns: readonly string[];
  /** A file without a line of column names; then `columns` names them in order. */
  readonly headerless?: true;
  /** A quote in a table of this source is a letter like any other. */
  readonly unquoted?: true;
  /**
   * The sources whose messages carry the same ids of the platform as this one's. Exports overlap, and events come live as
   * well: what is there already under its id is then not added again. Absent = ids are made of the file.
   */
  readonly idsOf?: readonly string[];
  /** The canonical event that a prediction on this source usually asks for. */
  readonly conversionEvent: string;
  readonly protocol?: Protocol;
  /** The trade that the source is of, where it is one that predict/trades.ts knows. */
  readonly trade?: string;
  /** True when the beginning of a file can only be this format. */
  recognises(sample: Sample): boolean;
  read(batches: AsyncIterable<Batch>, context: ReadContext): AsyncIterable<Outcome[]>;
};

/** Declares a connector; inside it the settings, which the importer has checked, carry their own type. */
export function defineConnector<Schema extends TSchema>(
  connector: Omit<Connector, 'settings' | 'read'> & {
    settings: Schema;
    read(batches: AsyncIterable<Batch>, context: ReadContext<Static<Schema>>): AsyncIterable<Outcome[]>;
  },
): Connector {
  return connector as unknown as Connector;
}

/** A table's record; the shapes that a connector names are the ones it gets. */
export type Row = readonly unknown[];

/** What rows mean: a message or a refusal, or several of them. */
export type Meaning = SegmentMessage | Refusal;

/** For sources where every row stands for itself. Of several messages each names its own id. */
export async function* readEach<Raw extends RawRecord>(
  batches: AsyncIterable<Batch>,
  translate: (record: Raw) => Meaning | readonly Meaning[],
): AsyncIterable<Outcome[]> {
  for await (const { firstRow, records } of batches) {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < records.length; i++) {
      const body = records[i];
      const meaning = body instanceof BrokenLine ? body.refusal : translate(body as Raw);
      addOutcomes(outcomes, { row: firstRow + i, rows: 1, body }, meaning);
    }
    yield outcomes;
  }
}

/** Adds what came of some rows; they count once, with the first of several meanings. */
export function addOutcomes(
  outcomes: Outcome[],
  { row, rows, body }: Pick<Refused, 'row' | 'rows' | 'body'>,
  meaning: Meaning | readonly Meaning[],
): void {
  if (!Array.isArray(meaning)) {
    outcomes.push(outcomeOf(row, rows, body, meaning as Meaning));
    return;
  }
  for (const [i, one] of meaning.entries()) outcomes.push(outcomeOf(row, i === 0 ? rows : 0, body, one));
}

function outcomeOf(row: number, rows: number, body: Refused['body'], meaning: Meaning): Outcome {
  return 'reason' in meaning ? { row, rows, refusal: meaning, body } : { row, rows, message: meaning };
}

export function refuse(field: string, value: unknown, reason: string): Refusal {
  return { field, value, reason };
}

/** The message, or why it cannot be taken: for sources whose values were chosen by somebody else. */
export function checked(message: SegmentMessage): SegmentMessage | Refusal {
  const fault = faultOf(message);
  if (fault === undefined) return message;
  // Reasons are counted, so they must not carry the value.
  const reason = fault.message.replace(` (${shorten(fault.value)})`, '').replace(/\.$/, '');
  return refuse(fault.field ?? '', fault.value, reason);
}

/** Settings that every table has; the reader of the file follows them. */
export const tableSettings = {
  delimiter: Type.Optional(Type.String({ description: 'What separates columns; absent = seen in the first line.' })),
  encoding: Type.Union([Type.Literal('utf8'), Type.Literal('latin1')], {
    default: 'utf8',
    description: 'How letters are written in a CSV file.',
  }),
};

/** The setting of where the events took place. */
export const platformSetting = (usual: string) => ({
  platform: Type.String({ default: usual, description: `Where it happened: ${platforms.join(', ')}.` }),
});

/** True when all expected columns stand in the header, whatever their case. */
export function hasColumns(header: readonly string[], expected: readonly string[]): boolean {
  return expected.every((name) => columnAt(header, name) >= 0);
}

/** Positions of the columns in the header, whatever their case; a list names spellings of one column. */
export function placesOf(header: readonly string[], columns: readonly (string | readonly string[])[]): number[] {
  const places = columns.map((names) => {
    const found = [names].flat().map((name) => columnAt(header, name));
    return found.find((place) => place >= 0) ?? -1;
  });
  const missing = columns.filter((_, i) => places[i] < 0).map((names) => [names].flat()[0]);
  if (missing.length > 0) {
    throw new InklingError('invalid_input', `The file has no column ${missing.join(', ')}.`, {
      field: missing[0],
      value: header.join(', '),
      hint: `Its columns are ${header.join(', ')}. Name another format, or use csv with a mapping.`,
    });
  }
  return places;
}

function columnAt(header: readonly string[], name: string): number {
  const wanted = name.toLowerCase();
  return header.findIndex((column) => column.trim().toLowerCase() === wanted);
}
