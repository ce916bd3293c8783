// A table from a Parquet file, row group by row group, each column decoded by itself.
import { asyncBufferFromFile, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Column, createColumn } from './column.ts';

export async function readParquet(path: string, missing: ReadonlySet<string>): Promise<Column[]> {
  const scan = await parquetScan({ file: await asyncBufferFromFile(path), compressors });
  const names = parquetSchema(scan.metadata).children.map(({ element }) => element.name);
  const columns: Column[] = [];
  for (const column of names) {
    const builder = createColumn(column, missing);
    for (const { rowStart, rowEnd } of scan.ranges) {
      const values = await scan.readColumn({ column, rowStart, rowEnd });
      for (let i = 0; i < values.length; i++) builder.addValue(values[i], rowStart + i + 1);
    }
    columns.push(builder.finish());
  }
  return columns;
}
