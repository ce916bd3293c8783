// People as rows: who, the score with its level and trend, what they lean to, when they were last here, and what
// they bought. The reason for the score stands under the name. On small screens only the first columns stay.

import { Link } from 'wouter';
import type { PersonRow } from '../api.ts';
import type { Table } from '../charts/chart.ts';
import { ScoreSparkline } from '../charts/Sparkline.tsx';
import { count, money, percent, relative, titled, unknown, words } from '../format.ts';
import { useCurrency, useNow } from '../place.tsx';
import styles from './PeopleTable.module.css';
import { RowTable, right, target } from './RowTable.tsx';
import { Score } from './Score.tsx';
import { Term } from './Term.tsx';

export function PeopleTable({ rows }: { rows: PersonRow[] }) {
  const now = useNow(60);
  const currency = useCurrency();
  return (
    <RowTable>
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col" className={styles.score}>
            <Term name="score">Score</Term>
          </th>
          <th scope="col" className={styles.mid}>
            Trend
          </th>
          <th scope="col" className={styles.mid}>
            Leans to
          </th>
          <th scope="col" className={`${styles.wide} ${right}`}>
            <Term name="confidence">Confidence</Term>
          </th>
          <th scope="col" className={`${styles.mid} ${right}`}>
            Last seen
          </th>
          <th scope="col" className={`${styles.wide} ${right}`}>
            Bought
          </th>
          <th scope="col" className={`${styles.wide} ${right}`}>
            Revenue
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row" className={styles.person}>
              <Link href={`/people/${row.id}`} className={`${styles.name} ${target}`}>
                {row.displayName}
              </Link>
              {row.topReason && <span className={styles.reason}>{titled(row.topReason)}</span>}
            </th>
            <td className={styles.score}>
              <Score score={row.score} segment={row.segment} />
            </td>
            <td className={styles.mid}>
              <ScoreSparkline scores={row.scoreHistory} />
            </td>
            <td className={`${styles.mid} quiet`}>{row.category ? words(row.category) : unknown}</td>
            <td className={`${styles.wide} ${right} quiet`}>{percent(row.confidence)}</td>
            <td className={`${styles.mid} ${right} quiet nowrap`}>{relative(row.lastSeenAt, now)}</td>
            <td className={`${styles.wide} ${right}`}>{count(row.purchases)}</td>
            <td className={`${styles.wide} ${right}`}>{money(row.revenue, currency)}</td>
          </tr>
        ))}
      </tbody>
    </RowTable>
  );
}

export function peopleAsTable(rows: PersonRow[]): Table {
  return {
    columns: [
      'Id',
      'Name',
      'User ids',
      'Score',
      'Level',
      'Confidence',
      'Category',
      'Reason',
      'Last seen',
      'Purchases',
      'Revenue',
    ],
    rows: rows.map((row) => [
      row.id,
      row.displayName,
      row.identifiers.userIds.join(' '),
      row.score,
      row.segment,
      row.confidence,
      row.category,
      row.topReason,
      row.lastSeenAt,
      row.purchases,
      row.revenue,
    ]),
  };
}
