// What people are about to buy: High, Medium and Low per product category, as bars of one scale.

import { Link } from 'wouter';
import type { IntentToday } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { compact, count, words } from '../../format.ts';
import { levels } from '../../levels.ts';
import { IntentMark } from '../../parts/IntentMark.tsx';
import { Panel } from '../../parts/Panel.tsx';
import styles from './Categories.module.css';

type Row = IntentToday['categories'][number];

export function Categories({ categories, className }: { categories: Row[]; className?: string }) {
  const rows = [...categories].sort((a, b) => b.high - a.high || b.medium - a.medium).slice(0, 10);
  const widest = Math.max(1, ...rows.map(({ high, medium }) => high + medium));
  return (
    <Panel
      title="By product category"
      note="The category each person leans to; bars show High and Medium."
      className={className}
      actions={<CsvButton name="Intent by category" table={() => asTable(categories)} />}
    >
      {rows.length === 0 ? (
        <p className="quiet">Unknown: no event so far names a product category.</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Category</th>
              <td className={styles.wide} />
              {levels.map(({ level }) => (
                <th key={level} scope="col" className={styles.right}>
                  <IntentMark level={level} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.category}>
                <th scope="row" className="clip">
                  <Link href={`/people?category=${encodeURIComponent(row.category)}`} className={styles.link}>
                    {words(row.category)}
                  </Link>
                </th>
                <td className={styles.wide} aria-hidden="true">
                  <span className={styles.bar}>
                    <span style={{ width: `${(row.high / widest) * 100}%`, background: 'var(--high)' }} />
                    <span style={{ width: `${(row.medium / widest) * 100}%`, background: 'var(--medium)' }} />
                  </span>
                </td>
                <td className={styles.right}>{count(row.high)}</td>
                <td className={styles.right}>{count(row.medium)}</td>
                <td className={`${styles.right} faint`}>{compact(row.low)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function asTable(categories: Row[]) {
  return {
    columns: ['Category', 'High', 'Medium', 'Low'],
    rows: categories.map(({ category, high, medium, low }) => [category, high, medium, low]),
  };
}
