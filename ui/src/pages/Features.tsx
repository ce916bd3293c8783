// What is known of people: every signal with its sentence, how much the model rests on it, for how many it is
// known, and how its values are spread.

import { Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useFilters } from '../address.ts';
import type { Features, Signal } from '../api.ts';
import { CsvButton } from '../charts/Figure.tsx';
import { percent, plural, stamp, within } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useFeatures } from '../queries.ts';
import styles from './Features.module.css';
import { SignalDetail } from './features/SignalDetail.tsx';
import { SignalTable, signalsAsTable } from './features/SignalTable.tsx';

export function FeaturesPage() {
  const features = useFeatures();
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="Features" />;
  if (features.data) return <Content features={features.data} refreshFailed={features.isError} />;
  if (features.error) {
    return (
      <PageHead title="Features" answer="The signals could not be read.">
        <ProblemNote error={features.error} onRetry={() => void features.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function Content({ features, refreshFailed }: { features: Features; refreshFailed: boolean }) {
  const [filter, setFilter] = useFilters(['search', 'group', 'signal'] as const);
  const { signals } = features;
  const groups = useMemo(() => [...new Set(signals.map(({ group }) => group))].sort(), [signals]);
  const shown = useMemo(() => choose(signals, filter.search, filter.group), [signals, filter.search, filter.group]);
  const selected = signals.find(({ name }) => name === filter.signal) ?? shown[0] ?? null;
  if (signals.length === 0) {
    return (
      <>
        <PageHead title="Features" answer="No signals have been computed yet." />
        <Empty title="They are computed when people are scored." command="npm run -s inkling -- score" />
      </>
    );
  }
  return (
    <>
      <Answer features={features} />
      <StaleNote asOf={null} refreshFailed={refreshFailed} />
      <search className={styles.filters}>
        <TextInput
          aria-label="Search signals"
          placeholder="Search signals"
          className={styles.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={filter.search}
          onChange={(event) => setFilter({ search: event.currentTarget.value })}
        />
        <Select
          aria-label="Group"
          placeholder="Any group"
          clearable
          value={filter.group || null}
          onChange={(group) => setFilter({ group: group ?? '' })}
          data={groups}
        />
        <span className={styles.actions}>
          <CsvButton name="Signals" table={() => signalsAsTable(shown)} />
        </span>
      </search>
      <div className={styles.split}>
        <SignalTable signals={shown} selected={selected} onSelect={(signal) => setFilter({ signal })} />
        {selected && <SignalDetail signal={selected} />}
      </div>
    </>
  );
}

function Answer({ features }: { features: Features }) {
  const zone = useZone();
  const { signals } = features;
  const total = signals.reduce((sum, { importance }) => sum + (importance ?? 0), 0);
  const top = choose(signals, '', '')[0];
  return (
    <PageHead
      title="Features"
      answer={
        <>
          <strong>{plural(signals.length, 'signal describes', 'signals describe')}</strong> each person.{' '}
          {total > 0 && top ? (
            <>
              The strongest carries <strong>{percent((top.importance ?? 0) / total)}</strong> of the model:{' '}
              {within(top.sentence)}.
            </>
          ) : (
            'How much each matters is known once a model is trained.'
          )}
        </>
      }
      note={`Of ${plural(features.people, 'person', 'people')}, as of ${stamp(features.asOf, zone)}.`}
    />
  );
}

/** Those that fit the filters, the most important first. */
function choose(signals: Signal[], search: string, group: string): Signal[] {
  const wanted = search.toLowerCase();
  return signals
    .filter((signal) => group === '' || signal.group === group)
    .filter((signal) => wanted === '' || `${signal.name} ${signal.sentence}`.toLowerCase().includes(wanted))
    .sort((a, b) => (b.importance ?? -1) - (a.importance ?? -1) || a.name.localeCompare(b.name));
}
