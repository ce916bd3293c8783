// A segment by rule: what it says, who is in it and why, how it went, what it was shown and how that was taken.

import { Button } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { Figure } from '../../charts/Figure.tsx';
import { segmentSizes } from '../../charts/segmentSizes.ts';
import { percent, plural, signed, stamp } from '../../format.ts';
import { DeleteButton } from '../../parts/DeleteButton.tsx';
import { LoadingPage } from '../../parts/Loading.tsx';
import { Note } from '../../parts/Note.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { useZone } from '../../place.tsx';
import type { RuleSegment } from '../../segmentsApi.ts';
import {
  useAnalytics,
  useArchiveSegment,
  useDependents,
  useDuplicates,
  useMembers,
  useRuleSegment,
  useSetStatus,
  useSizes,
} from '../../segmentsQueries.ts';
import person from '../Person.module.css';
import { StatusWord } from '../segments/StatusWord.tsx';
import { strategyWords } from '../segments/strategies.ts';
import { Analytics } from './Analytics.tsx';
import { Changes } from './Changes.tsx';
import { Contents } from './Contents.tsx';
import { ForecastPanels } from './ForecastPanels.tsx';
import { Hooks } from './Hooks.tsx';
import { Members } from './Members.tsx';
import { OverlapPanel } from './OverlapPanel.tsx';
import { RecommendedContent } from './RecommendedContent.tsx';
import { ValuePanel } from './ValuePanel.tsx';

const historyDays = 90;
/** A longer sentence stands below, not in the answer. */
const shortSentence = 160;

export function RuleSegmentView({ id }: { id: string }) {
  const segment = useRuleSegment(id);
  return (
    <>
      <nav aria-label="Way back" className={person.back}>
        <Link href="/segments">Segments</Link>
      </nav>
      {segment.data ? (
        <Content segment={segment.data} refreshFailed={segment.isError} />
      ) : segment.error ? (
        <PageHead title="Segment" answer="This segment could not be read.">
          <ProblemNote error={segment.error} onRetry={() => void segment.refetch()} />
        </PageHead>
      ) : (
        <LoadingPage />
      )}
    </>
  );
}

function Content({ segment, refreshFailed }: { segment: RuleSegment; refreshFailed: boolean }) {
  const { id, segment_name: name, sentence, description, status, strategy } = segment;
  const zone = useZone();
  const total = useMembers(id).data?.pages[0].total ?? segment.member_count;
  const read = useAnalytics(id).data?.growth ?? null;
  const growth = read?.change === 0 ? null : read;
  const sizes = useSizes(id, historyDays).data?.sizes;
  const history = useMemo(() => ({ segments: [{ name, sizes: sizes ?? [] }], zone }), [name, sizes, zone]);
  const isArchived = status === 'archived';
  const isShort = sentence.length <= shortSentence;
  return (
    <>
      <PageHead
        title={name}
        actions={!isArchived && <Actions segment={segment} />}
        answer={
          isArchived ? (
            'Archived: nobody is in it any more; its rule and history are kept.'
          ) : (
            <>
              <strong>{plural(total, 'person', 'people')}</strong>{' '}
              {isShort
                ? `who ${sentence}.`
                : total === 1
                  ? 'belongs together by this rule.'
                  : 'belong together by this rule.'}
            </>
          )
        }
        note={
          <>
            <StatusWord status={status} /> {segment.persona_id && `Of ${segment.persona_id}. `}
            {strategyWords(strategy)}. {growth && `${signed(growth.change, 0)} since ${stamp(growth.since, zone)}`}
            {growth && growth.change_percent !== null && ` (${signed(growth.change_percent, 1)}%)`}
          </>
        }
      />
      <div className="stack">
        <StaleNote asOf={null} refreshFailed={refreshFailed} />
        <Twins id={id} />
        {(isArchived || !isShort) && (
          <Panel title="The rule">
            <p>People who {sentence}.</p>
          </Panel>
        )}
        {description && <p className="quiet">{description}</p>}
        <div className="grid">
          <div className="span7 stack">
            <Members id={id} isArchived={isArchived} />
            {sizes && sizes.length > 0 && (
              <Figure
                title="Size"
                name={`Size of ${name}`}
                note={`By the hour, over ${historyDays} days.`}
                chart={segmentSizes}
                data={history}
                height={220}
              />
            )}
          </div>
          <div className="span5 stack">
            <Changes id={id} />
            <ValuePanel id={id} />
            <OverlapPanel segment={segment} />
            <DependentsPanel id={id} />
          </div>
        </div>
        {!isArchived && <ForecastPanels id={id} />}
        <Analytics id={id} />
        <Contents id={id} isArchived={isArchived} />
        <RecommendedContent id={id} />
        {!isArchived && <Hooks id={id} />}
      </div>
    </>
  );
}

function Actions({ segment }: { segment: RuleSegment }) {
  const { id, segment_name: name, status } = segment;
  const setStatus = useSetStatus(id);
  const archive = useArchiveSegment();
  const isPaused = status === 'paused';
  return (
    <>
      <Button component={Link} href={`/segments/${encodeURIComponent(id)}/edit`} size="xs">
        Change
      </Button>
      <Button
        variant="default"
        size="xs"
        loading={setStatus.isPending}
        onClick={() => setStatus.mutate(isPaused ? 'active' : 'paused')}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <DeleteButton
        verb="Archive"
        id={id}
        name={name}
        consequence="Everybody leaves it. Its rule, its history and what it was shown are kept."
        mutation={archive}
        then="/segments"
      />
    </>
  );
}

function Twins({ id }: { id: string }) {
  const twins = useDuplicates(id).data?.segments ?? [];
  if (twins.length === 0) return null;
  return (
    <Note icon={<IconCopy size={17} aria-hidden />}>
      {twins.map(({ id: other, name, is_same_rule: isSame, jaccard }, i) => (
        <span key={other}>
          {i > 0 && ' '}
          <Link href={`/segments/${encodeURIComponent(other)}`}>{name}</Link>{' '}
          {isSame
            ? 'has the same rule.'
            : `has nearly the same people: ${percent(jaccard)} of those in either are in both.`}
        </span>
      ))}
    </Note>
  );
}

function DependentsPanel({ id }: { id: string }) {
  const dependents = useDependents(id);
  const rows = dependents.data?.segments ?? [];
  if (rows.length === 0 && !dependents.error) return null;
  return (
    <Panel title="What rests on it" note="Segments whose rules refer to this one; it can't be archived before them.">
      {dependents.error && <ProblemNote error={dependents.error} />}
      <ul>
        {rows.map((one) => (
          <li key={one.id}>
            <Link href={`/segments/${encodeURIComponent(one.id)}`}>{one.segment_name}</Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
