// Hands the person a CSV file: a table made in the browser from what is on the screen, or the export of the server.

import type { Table } from './charts/chart.ts';
import { getBlob, type Query } from './client.ts';
import { toCsv } from './csv.ts';

export function downloadCsv(table: Table, name: string): void {
  save(new Blob([toCsv(table)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}

export async function downloadExport(filter: Query, name: string): Promise<void> {
  save(await getBlob('/api/v1/intent/export', { ...filter, format: 'csv' }), `${name}.csv`);
}

function save(blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
