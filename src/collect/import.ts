// Import: a file of any known format becomes events, exactly once. Blocks of a fixed number of rows go straight to the
// facts (import-progress.ts), so that an interrupted import goes on where it stopped. Memory is bounded by two blocks
// and what a connector keeps open, whatever the size of the file.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { SECOND_MS } from '../time.ts';
import type { Connector, Mapping, Sample } from './connectors/connector.ts';
import { openFile, sampleFile, type TableSettings } from './connectors/file.ts';
import { connectors } from './connectors/index.ts';
import { completeSettings } from './connectors/settings.ts';
import { openImport, REJECTED_KEPT } from './import-progress.ts';
import type { ImportCounts } from './import-record.ts';

export type ImportOptions = {
  workspace: string;
  path: string;
  /** Name of a connector; absent = seen in the file. */
  format?: string;
  mapping?: Mapping;
  settings?: Readonly<Record<string, unknown>>;
  now: Date;
  onProgress?(progress: ImportProgress): void;
};

export type ImportProgress = ImportCounts & { bytesRead: number; bytesTotal: number };

/** The counts are of the whole file, whichever call brought its rows. */
export type ImportResult = ImportCounts & {
  importId: string;
  format: string;
  /** How many of the rejected rows are kept in rejected_events, with their reason. */
  rejectedKept: number;
  /** Events that this call added; 0 when the file was there already. */
  added: number;
  seconds: number;
  /** True when an earlier, interrupted import of the same file went on. */
  resumed: boolean;
};

export async function importFile(store: Store, options: ImportOptions): Promise<ImportResult> {
  const start = performance.now();
  const { path, mapping, workspace, now } = options;
  await requireFile(path);
  const sample = await sampleFile(path);
  const connector = options.format === undefined ? recognise(sample) : connectorNamed(options.format);
  if (!connector.shapes.includes(sample.shape)) throw wrongShape(connector, sample);
  const settings = completeSettings(connector, options.settings ?? {});
  const file = await openFile(path, sample, connector, settings as TableSettings);
  const { header, bytesTotal, batches } = file;
  const outcomes = connector.read(batches, { path, header, settings, mapping });
  const progress = await openImport(store, {
    workspace,
    fileName: sample.fileName,
    header,
    format: connector.name,
    content: await contentHash(path),
    settings: { mapping, settings },
    platform: (settings as { platform?: string }).platform,
    idsOf: connector.idsOf,
    now,
  });
  const tell = (bytesRead: number) => options.onProgress?.({ bytesRead, bytesTotal, ...progress.counts() });
  if (!progress.wasDone) {
    try {
      for await (const block of outcomes) {
        for (const outcome of block) {
          const full = progress.take(outcome);
          if (full) await full;
        }
        tell(file.bytesRead());
      }
      await progress.finish();
    } catch (error) {
      await progress.breakOff();
      throw error;
    }
  }
  tell(bytesTotal);
  const counts = progress.counts();
  return {
    importId: progress.importId,
    format: connector.name,
    ...counts,
    rejectedKept: Math.min(counts.rejected, REJECTED_KEPT),
    added: counts.events - progress.eventsBefore,
    seconds: (performance.now() - start) / SECOND_MS,
    resumed: progress.wasBrokenOff,
  };
}

/** The connector of that name; the error lists those there are. */
export function connectorNamed(name: string): Connector {
  const connector = connectors.find((known) => known.name === name);
  if (connector) return connector;
  const known = connectors.map((one) => one.name).join(', ');
  throw new InklingError('invalid_input', `There is no format "${name}".`, {
    field: 'format',
    value: name,
    hint: `Known formats: ${known}. Leave the format out and it is seen in the file.`,
  });
}

function recognise(sample: Sample): Connector {
  // The general formats at the end of the list take any file of their shape, so there always is one.
  return connectors.find((connector) => connector.recognises(sample))!;
}

async function requireFile(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    throw new InklingError('invalid_input', `The file ${path} cannot be read.`, {
      field: 'path',
      value: path,
      hint: 'Check the path and that you may read the file.',
      cause: error,
    });
  }
}

const shapeNames: Readonly<Record<Sample['shape'], string>> = {
  csv: 'a table in CSV',
  parquet: 'a Parquet file',
  objects: 'a file of JSON objects',
};

function wrongShape(connector: Connector, { shape, fileName }: Sample): InklingError {
  const fitting = connectors.filter(({ shapes }) => shapes.includes(shape)).map(({ name }) => name);
  const wanted = connector.shapes.map((one) => shapeNames[one]).join(' or ');
  return new InklingError('invalid_input', `${fileName} is ${shapeNames[shape]}, and ${connector.name} is ${wanted}.`, {
    field: 'format',
    value: connector.name,
    hint: `Formats for it: ${fitting.join(', ')}.`,
  });
}

/** SHA-256 of the file as it lies on disk. */
async function contentHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
