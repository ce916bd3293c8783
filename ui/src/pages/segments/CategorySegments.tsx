// The three ready segments of every product category: one row per category, the most wanted first.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Segment } from '../../api.ts';
import { count, plural, words } from '../../format.ts';
import { levels } from '../../levels.ts';
import { IntentMark } from '../../parts/IntentMark.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { Term } from '../../parts/Term.tsx';
import styles from './SegmentTable.module.css';

const firstShown = 8;

export function CategorySegments({ segments }: { segments: Segment[] }) {
  const [all, setAll] = useState(false);
  const rows = byCategory(segments);
  if (rows.length === 0) return null;
  return (
    <Panel title="Ready for each product category" note="People belong to the category they lean to most.">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Category</th>
            {levels.map(({ level }) => (
              <th key={level} scope="col" className={styles.right}>
                <IntentMark level={level} />
              </th>
            ))}
            <th scope="col" className={`${styles.right} ${styles.mid}`}>
              <Term name="expectedConversions">Expected purchases</Term>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, all ? undefined : firstShown).map(({ category, ready, expected }) => (
            <tr key={category}>
              <th scope="row">{words(category)}</th>
              {levels.map(({ level, label }) => {
                const segment = ready.find((one) => one.level === level);
                return (
                  <td key={level} className={styles.right}>
                    {segment && (
                      <Link
                        href={`/segments/${encodeURIComponent(segment.id)}`}
                        aria-label={`${words(category)}, ${label}: ${plural(segment.size, 'person', 'people')}`}
                      >
                        {count(segment.size)}
                      </Link>
                    )}
                  </td>
                );
              })}
              <td className={`${styles.right} ${styles.mid}`}>{count(expected)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > firstShown && (
        <Button variant="default" size="xs" onClick={() => setAll(!all)} style={{ alignSelf: 'flex-start' }}>
          {all ? 'Show fewer' : `Show all ${count(rows.length)} categories`}
        </Button>
      )}
    </Panel>
  );
}

/** `expected` is null until somebody is scored. */
type Row = { category: string; ready: Segment[]; expected: number | null };

function byCategory(segments: Segment[]): Row[] {
  const found = new Map<string, Segment[]>();
  for (const segment of segments) {
    if (segment.productCategory === null || segment.level === null) continue;
    found.set(segment.productCategory, [...(found.get(segment.productCategory) ?? []), segment]);
  }
  const rows = [...found].map(([category, ready]) => ({
    category,
    ready,
    expected: total(ready.map(({ expectedConversions }) => expectedConversions)),
  }));
  return rows.sort((a, b) => (b.expected ?? 0) - (a.expected ?? 0));
}

function total(amounts: (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : known.reduce((sum, amount) => sum + amount, 0);
}
