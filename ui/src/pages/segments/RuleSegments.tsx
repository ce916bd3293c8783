// The segments by rule: what each says, how many it holds and held, and its state. Two to four can be held side by side.

import { Button, NativeSelect, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useFilters } from '../../address.ts';
import { CountSparkline } from '../../charts/Sparkline.tsx';
import { count, relative, unknown } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../place.tsx';
import type { RuleSegment } from '../../segmentsApi.ts';
import { useManySizes, usePersonas, useRuleSegments } from '../../segmentsQueries.ts';
import styles from './RuleSegments.module.css';
import { StatusWord } from './StatusWord.tsx';
import { statuses, strategies, strategyWords } from './strategies.ts';

const firstShown = 25;
const historyDays = 30;
const historyPoints = 60;
const comparedAtMost = 4;

export function RuleSegments() {
  const [filter, setFilter] = useFilters(['persona_id', 'strategy', 'status']);
  const segments = useRuleSegments(filter);
  const [shown, setShown] = useState(firstShown);
  const [chosen, setChosen] = useState<string[]>([]);
  const [, go] = useLocation();
  const rows = segments.data?.segments ?? [];
  const personas = [...new Set([...usePersonas(), filter.persona_id])].filter(Boolean);
  const isFiltered = Object.values(filter).some(Boolean);
  const choose = (id: string, isOn: boolean) => setChosen(isOn ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <Panel
      title="By rule"
      note="Who belongs is kept up live, by what people do and as time passes."
      actions={
        rows.length > 1 && (
          <Button
            variant="default"
            size="xs"
            disabled={chosen.length < 2}
            onClick={() => go(`/segments/compare?ids=${chosen.map(encodeURIComponent).join(',')}`)}
          >
            Compare {chosen.length > 1 ? chosen.length : 'several'}
          </Button>
        )
      }
    >
      {(rows.length > 0 || isFiltered) && (
        <search className={styles.filters} aria-label="Segments by rule">
          {personas.length > 0 && (
            <NativeSelect
              aria-label="Persona"
              size="xs"
              data={[{ value: '', label: 'Any persona' }, ...personas]}
              value={filter.persona_id}
              onChange={(event) => setFilter({ persona_id: event.currentTarget.value })}
            />
          )}
          <NativeSelect
            aria-label="Strategy"
            size="xs"
            data={[{ value: '', label: 'Any strategy' }, ...strategies]}
            value={filter.strategy}
            onChange={(event) => setFilter({ strategy: event.currentTarget.value })}
          />
          <NativeSelect
            aria-label="State"
            size="xs"
            data={[{ value: '', label: 'Active and paused' }, ...statuses]}
            value={filter.status}
            onChange={(event) => setFilter({ status: event.currentTarget.value })}
          />
        </search>
      )}
      {segments.error && <ProblemNote error={segments.error} onRetry={() => void segments.refetch()} />}
      {!segments.data && !segments.error && <LoadingBlock height={120} />}
      {segments.data &&
        rows.length === 0 &&
        (isFiltered ? <p className="quiet">No segment is like that.</p> : <NoSegment />)}
      {rows.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.tick}>
                <VisuallyHidden>Compare</VisuallyHidden>
              </th>
              <th scope="col">Segment</th>
              <th scope="col" className={styles.right}>
                People
              </th>
              <th scope="col" className={styles.mid}>
                {historyDays} days
              </th>
              <th scope="col" className={styles.mid}>
                State
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((segment) => (
              <Row
                key={segment.id}
                segment={segment}
                isChosen={chosen.includes(segment.id)}
                isFull={chosen.length >= comparedAtMost}
                onChoose={(isOn) => choose(segment.id, isOn)}
              />
            ))}
          </tbody>
        </table>
      )}
      {rows.length > shown && (
        <Button
          variant="default"
          size="xs"
          onClick={() => setShown(shown + firstShown)}
          style={{ alignSelf: 'flex-start' }}
        >
          Show more
        </Button>
      )}
    </Panel>
  );
}

function NoSegment() {
  return (
    <Empty title="No segment by rule yet.">
      <p>
        <Link href="/segments/new">Make one</Link>: by what people did, who they are or what is expected of them. Say it
        in words, such as “bought at least 2 times in the last 30 days”, or put it together from conditions.
      </p>
    </Empty>
  );
}

type RowProps = { segment: RuleSegment; isChosen: boolean; isFull: boolean; onChoose: (isOn: boolean) => void };

function Row({ segment, isChosen, isFull, onChoose }: RowProps) {
  const now = useNow(60);
  const { id, segment_name: name, sentence, member_count: size, counted_at: countedAt, status, strategy } = segment;
  const kind = [segment.persona_id, strategyWords(strategy).toLowerCase()].filter(Boolean).join(', ');
  return (
    <tr>
      <td className={styles.tick}>
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={isChosen}
          disabled={!isChosen && isFull}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <Link href={`/segments/${encodeURIComponent(id)}`} className={styles.name}>
          {name}
        </Link>
        <span className="faint small">
          {sentence}
          <span className={styles.strategy}> · {kind}</span>
        </span>
      </th>
      <td className={styles.right}>
        <strong>{size === null ? unknown : count(size)}</strong>
        {countedAt && <span className={`faint tiny ${styles.counted}`}>{relative(countedAt, now, 'short')}</span>}
      </td>
      <td className={styles.mid}>
        <History id={id} />
      </td>
      <td className={styles.mid}>
        <StatusWord status={status} />
      </td>
    </tr>
  );
}

function History({ id }: { id: string }) {
  // One request for the whole list, whichever row asks first.
  const histories = useManySizes(historyDays, historyPoints).data?.segments;
  const sizes = histories?.find((one) => one.id === id)?.sizes ?? [];
  return <CountSparkline counts={sizes.map(({ size }) => size)} />;
}
