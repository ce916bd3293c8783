// Two to four segments side by side: what each says, how it went and does, and how they overlap.

import { Button, NativeSelect } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useFilters } from '../address.ts';
import { Figure } from '../charts/Figure.tsx';
import { segmentSizes } from '../charts/segmentSizes.ts';
import { count, percent, plural, signed, unknown } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { LoadingBlock } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useZone } from '../place.tsx';
import type { Overlap, RuleSegment, SegmentAnalytics } from '../segmentsApi.ts';
import { analyticsQuery, ruleSegmentQuery, sizesQuery, useOverlap, useRuleSegments } from '../segmentsQueries.ts';
import person from './Person.module.css';
import { rate } from './segment/Analytics.tsx';
import styles from './segment/Segment.module.css';
import { strategyWords } from './segments/strategies.ts';

const comparedAtMost = 4;
const historyDays = 90;

export function CompareSegmentsPage() {
  const [filter, setFilter] = useFilters(['ids']);
  const ids = [...new Set(filter.ids.split(',').filter(Boolean))].slice(0, comparedAtMost);
  const setIds = (next: string[]) => setFilter({ ids: next.join(',') });
  const found = useQueries({ queries: ids.map(ruleSegmentQuery) });
  const segments = found.flatMap(({ data }) => data ?? []);
  const error = found.find((one) => one.error)?.error;
  const overlap = useOverlap(ids);
  return (
    <>
      <nav aria-label="Way back" className={person.back}>
        <Link href="/segments">Segments</Link>
      </nav>
      <PageHead
        title="Compare segments"
        answer={<Answer ids={ids} overlap={overlap.data} />}
        note="Of those who are in them now."
      />
      <div className="stack">
        <Choosing ids={ids} onChange={setIds} />
        {error && <ProblemNote error={error} />}
        {overlap.error && !error && <ProblemNote error={overlap.error} onRetry={() => void overlap.refetch()} />}
        {ids.length < 2 ? (
          <Empty title="Choose two segments or more." />
        ) : (
          <>
            {segments.length === ids.length && (
              <SideBySide segments={segments} onRemove={(id) => setIds(ids.filter((one) => one !== id))} />
            )}
            <div className="grid">
              <div className="span6 stack">
                {overlap.data ? <Matrix overlap={overlap.data} /> : !overlap.error && <LoadingBlock height={160} />}
              </div>
              <div className="span6 stack">{overlap.data && <Regions overlap={overlap.data} />}</div>
            </div>
            {segments.length === ids.length && <Sizes segments={segments} />}
          </>
        )}
      </div>
    </>
  );
}

function Answer({ ids, overlap }: { ids: string[]; overlap: Overlap | undefined }) {
  if (ids.length < 2) return 'Two to four segments, side by side.';
  if (!overlap) return 'How they overlap is being counted.';
  const all = overlap.regions.find(({ ids: inside }) => inside.length === overlap.segments.length)?.people ?? 0;
  const people = overlap.regions.reduce((sum, region) => sum + region.people, 0);
  return (
    <>
      <strong>{plural(all, 'person is', 'people are')}</strong> in{' '}
      {overlap.segments.length === 2 ? 'both' : 'all of them'}, of {plural(people, 'person', 'people')} in any.
    </>
  );
}

function Choosing({ ids, onChange }: { ids: string[]; onChange: (ids: string[]) => void }) {
  const [next, setNext] = useState('');
  const others = (useRuleSegments().data?.segments ?? []).filter(({ id }) => !ids.includes(id));
  if (ids.length >= comparedAtMost || others.length === 0) return null;
  const chosen = others.some(({ id }) => id === next) ? next : others[0].id;
  return (
    <div className="row">
      <NativeSelect
        aria-label="Another segment"
        size="xs"
        data={others.map(({ id, segment_name }) => ({ value: id, label: segment_name }))}
        value={chosen}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <Button variant="default" size="xs" onClick={() => onChange([...ids, chosen])}>
        Add
      </Button>
    </div>
  );
}

function SideBySide({ segments, onRemove }: { segments: RuleSegment[]; onRemove: (id: string) => void }) {
  const analytics = useQueries({ queries: segments.map(({ id }) => analyticsQuery(id)) }).map(({ data }) => data);
  const rows: [string, (segment: RuleSegment, analytics: SegmentAnalytics | undefined) => string][] = [
    ['People who', ({ sentence }) => sentence],
    ['People', ({ member_count }) => count(member_count)],
    ['Growth', (_, read) => growthWords(read)],
    ['Engaged with', (_, read) => rate(read?.performance_summary.avg_engagement_rate ?? null)],
    ['Converted', (_, read) => rate(read?.performance_summary.conversion_rate ?? null)],
    ['Views', (_, read) => count(read?.performance_summary.total_views)],
    ['Advice', (_, read) => read?.recommendations[0]?.recommendation ?? unknown],
    ['Strategy', ({ strategy }) => strategyWords(strategy)],
  ];
  return (
    <Panel title="Side by side">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.compared} tabIndex={0} aria-label="Side by side, a table">
        <table>
          <thead>
            <tr>
              <td />
              {segments.map(({ id, segment_name: name }) => (
                <th key={id} scope="col">
                  <Link href={`/segments/${encodeURIComponent(id)}`}>{name}</Link>{' '}
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-label={`Remove ${name} from the comparison`}
                    onClick={() => onRemove(id)}
                  >
                    Remove
                  </Button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, tell]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {segments.map((segment, i) => (
                  <td key={segment.id}>{tell(segment, analytics[i])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

function growthWords(analytics: SegmentAnalytics | undefined): string {
  const growth = analytics?.growth;
  if (!growth) return unknown;
  return `${signed(growth.change, 0)}${growth.change_percent === null ? '' : ` (${signed(growth.change_percent, 1)}%)`}`;
}

/** Read along a row: of those in this segment, how many are in each of the others. */
function Matrix({ overlap: { segments, matrix } }: { overlap: Overlap }) {
  return (
    <Panel
      title="How they overlap"
      note="Along a row: of the people of that segment, those who are in the other as well."
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.matrix} tabIndex={0} aria-label="How they overlap, a matrix">
        <table>
          <thead>
            <tr>
              <td />
              {segments.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {segments.map((row, i) => (
              <tr key={row.id}>
                <th scope="row">{row.name}</th>
                {segments.map((column, j) => (
                  <td key={column.id} className={styles.cell}>
                    {count(matrix[i][j])}
                    {i !== j && row.size > 0 && (
                      <>
                        <span className="faint small"> {percent(matrix[i][j] / row.size)}</span>
                        <i aria-hidden="true">
                          <b style={{ width: `${(100 * matrix[i][j]) / row.size}%` }} />
                        </i>
                      </>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

/** The regions of a Venn diagram, as bars that can be read and heard. */
function Regions({ overlap: { segments, regions } }: { overlap: Overlap }) {
  const most = Math.max(1, ...regions.map(({ people }) => people));
  const nameOf = new Map(segments.map(({ id, name }) => [id, name]));
  const sorted = [...regions].sort((a, b) => b.people - a.people);
  return (
    <Panel title="Each combination" note="Everybody once: in these segments and in none of the others.">
      <ul className={styles.bars}>
        {sorted.map(({ ids, people }) => (
          <li key={ids.join()}>
            <span className={styles.bar} style={{ width: `${(100 * people) / most}%` }} />
            <span className={styles.barText}>
              <span>
                {ids.length === 1 && 'Only '}
                {ids.map((id) => nameOf.get(id)).join(' and ')}
              </span>
              <span className="number">{plural(people, 'person', 'people')}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Sizes({ segments }: { segments: RuleSegment[] }) {
  const zone = useZone();
  const sizes = useQueries({
    queries: segments.map(({ id }) => sizesQuery(id, historyDays)),
    combine: (found) => found.map(({ data }) => data?.sizes),
  });
  const data = useMemo(
    () => ({ segments: segments.map(({ segment_name: name }, i) => ({ name, sizes: sizes[i] ?? [] })), zone }),
    [segments, sizes, zone],
  );
  return (
    <Figure
      title="Size"
      name="Size of the segments"
      note={`By the hour, over ${historyDays} days.`}
      chart={segmentSizes}
      data={data}
    />
  );
}
