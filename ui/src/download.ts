// Hands a table to the person as a CSV file, made in the browser from what is on the screen.

import type { Table } from './charts/chart.ts';
import { toCsv } from './csv.ts';

export function downloadCsv(table: Table, name: string): void {
  const blob = new Blob([toCsv(table)], { type: 'text/csv;charset=utf-8' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
