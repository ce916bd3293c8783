// Rows of the simulated register as a table of columns.
import type { TextTable } from '../../../src/learn/index.ts';
import { registerColumns } from '../../../src/simulate/index.ts';

export function tableOf(rows: readonly string[][]): TextTable {
  const columns = registerColumns.map((name, c) => {
    const texts = [...new Set(rows.map((row) => row[c]))].filter((text) => text !== '');
    return { name, texts, codes: Int32Array.from(rows, (row) => texts.indexOf(row[c])) };
  });
  return { rows: rows.length, columns };
}
