// Parquet, row group by row group: a group's columns are decoded one after another and turned into rows in batches.

import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Batch, SourceFile } from './connector.ts';

const BATCH_RECORDS = 2000;

export async function parquetColumns(path: string): Promise<string[]> {
  return namesIn(await parquetMetadataAsync(await asyncBufferFromFile(path)));
}

export async function openParquet(path: string, bytesTotal: number): Promise<SourceFile> {
  const scan = await parquetScan({ file: await asyncBufferFromFile(path), compressors });
  const header = namesIn(scan.metadata);
  const rowsTotal = Number(scan.metadata.num_rows);
  let rowsRead = 0;
  const read = async function* (): AsyncIterable<Batch> {
    for (const { rowStart, rowEnd } of scan.ranges) {
      const columns: ArrayLike<unknown>[] = [];
      for (const column of header) columns.push(await scan.readColumn({ column, rowStart, rowEnd }));
      for (let from = 0; from < rowEnd - rowStart; from += BATCH_RECORDS) {
        const count = Math.min(BATCH_RECORDS, rowEnd - rowStart - from);
        const records = Array.from({ length: count }, (_, i) => columns.map((column) => column[from + i]));
        yield { firstRow: rowStart + from + 1, records };
        rowsRead += count;
      }
    }
  };
  // A group is decoded whole, so bytes follow the share of rows that has been handed on.
  const bytesRead = () => (rowsTotal === 0 ? bytesTotal : Math.round((bytesTotal * rowsRead) / rowsTotal));
  return { header, bytesTotal, bytesRead, batches: read() };
}

function namesIn(metadata: Parameters<typeof parquetSchema>[0]): string[] {
  return parquetSchema(metadata).children.map(({ element }) => element.name);
}
