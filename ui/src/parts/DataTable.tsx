// A plain table of values: the second view of every chart. Numbers stand right and tabular; null is a dash.

import type { Table } from '../charts/chart.ts';
import { unknown } from '../format.ts';
import styles from './DataTable.module.css';

export function DataTable({ table, label }: { table: Table; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={column} scope="col" className={isNumeric(table, index) ? styles.right : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of figures have no name of their own and never reorder
            <tr key={at}>
              {row.map((cell, index) => (
                <td key={table.columns[index]} className={isNumeric(table, index) ? styles.right : undefined}>
                  {show(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });

function show(cell: string | number | null): string {
  if (cell === null || cell === '') return unknown;
  return typeof cell === 'number' ? plain.format(cell) : cell;
}

function isNumeric(table: Table, index: number): boolean {
  return typeof table.rows.find((row) => row[index] !== null)?.[index] === 'number';
}
