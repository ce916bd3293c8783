// What a segment is shown: pieces of content with their variants, each with what came of it; added, changed, stopped and
// started here.

import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { EChart } from '../../charts/EChart.tsx';
import { engagementDays } from '../../charts/engagementDays.ts';
import { count, stamp } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { DeleteButton } from '../../parts/DeleteButton.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import mark from '../../parts/StatusMark.module.css';
import { useNow, useZone } from '../../place.tsx';
import type { SegmentContent } from '../../segmentsApi.ts';
import { useContentHistory, useRemoveContent, useSegmentContents, useSetShown } from '../../segmentsQueries.ts';
import { rate } from './Analytics.tsx';
import { ContentForm } from './ContentForm.tsx';
import styles from './Segment.module.css';

export function Contents({ id, isArchived }: { id: string; isArchived: boolean }) {
  const contents = useSegmentContents(id);
  const [said, say] = useState('');
  const rows = contents.data?.personalized ?? [];
  return (
    <Panel
      title="What it is shown"
      note={rows.length > 0 && `${count(contents.data?.total)} in all, the oldest first.`}
    >
      {contents.error && <ProblemNote error={contents.error} onRetry={() => void contents.refetch()} />}
      {!contents.data && !contents.error && <LoadingBlock height={80} />}
      {contents.data && rows.length === 0 && (
        <Empty title="Nothing yet.">
          <p>
            Add a piece of content, or two variants of which the control is what you show today. Views, engagements and
            conversions are counted for each.
          </p>
        </Empty>
      )}
      {rows.length > 0 && (
        <ul className={styles.list} aria-label="Content">
          {rows.map((content) => (
            <Piece key={content.id} content={content} isArchived={isArchived} say={say} />
          ))}
        </ul>
      )}
      <p role="status" className="small">
        {said}
      </p>
      {!isArchived && contents.data && <Adding segmentId={id} say={say} />}
    </Panel>
  );
}

type Say = (what: string) => void;

function Adding({ segmentId, say }: { segmentId: string; say: Say }) {
  const [added, setAdded] = useState(0);
  return (
    <details className={styles.hand}>
      <summary>Add content</summary>
      <ContentForm
        key={added}
        segmentId={segmentId}
        onSaved={(content) => {
          say(`Added: ${nameOf(content)}.`);
          setAdded(added + 1);
        }}
      />
    </details>
  );
}

type PieceProps = { content: SegmentContent; isArchived: boolean; say: Say };

function Piece({ content, isArchived, say }: PieceProps) {
  const { id, segment_id: segmentId, is_control: isControl, variant_id: variant, test } = content;
  const now = useNow(30);
  const [isOpen, setOpen] = useState(false);
  const changing = useRef<HTMLButtonElement>(null);
  const setShown = useSetShown();
  const remove = useRemoveContent();
  const isShown = content.stopped_at === null && Date.parse(content.published_at) <= now;
  const name = nameOf(content);
  const turn = () => {
    const wish = isShown ? 'stop' : 'start';
    setShown.mutate(
      { id, wish },
      { onSuccess: () => say(isShown ? `Stopped: ${name} is shown to nobody now.` : `Started: ${name} is shown now.`) },
    );
  };
  return (
    <li>
      <p>
        <strong>{content.title || content.content_id}</strong>{' '}
        {(variant || isControl) && (
          <span className="small">
            {variant} {isControl && '(control)'}
            {test && <span className="faint"> of the test {test}</span>}
          </span>
        )}{' '}
        <ShownWord content={content} isShown={isShown} />
      </p>
      <p className="quiet small number">
        {count(content.view_count)} views, {count(content.engagement_count)} engaged with (
        {rate(content.engagement_rate)}), {count(content.conversion_count)} converted
      </p>
      {!isArchived && (
        <div className={styles.actions}>
          <Button
            ref={changing}
            variant="default"
            size="xs"
            aria-label={`Change ${name}`}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            Change
          </Button>
          <Button
            variant="default"
            size="xs"
            aria-label={`${isShown ? 'Stop' : 'Start'} ${name}`}
            // Not disabled meanwhile: that would take the focus away.
            onClick={() => !setShown.isPending && turn()}
          >
            {isShown ? 'Stop' : 'Start'}
          </Button>
          <DeleteButton
            id={id}
            name={name}
            label={`Delete ${name}`}
            consequence="It is shown no more, and what was counted of it goes with it. To keep that, stop it instead."
            mutation={remove}
            then={`/segments/${encodeURIComponent(segmentId)}`}
          />
        </div>
      )}
      {setShown.error && <ProblemNote error={setShown.error} />}
      {isOpen && (
        <ContentForm
          segmentId={segmentId}
          content={content}
          onSaved={(saved) => {
            say(`Changed: ${nameOf(saved)}.`);
            setOpen(false);
            changing.current?.focus();
          }}
        />
      )}
      {content.view_count > 0 && <History id={id} name={name} />}
    </li>
  );
}

function ShownWord({ content, isShown }: { content: SegmentContent; isShown: boolean }) {
  const zone = useZone();
  const { stopped_at: stoppedAt, published_at: from } = content;
  return (
    <span
      className={mark.mark}
      data-status={isShown ? 'ACTIVE' : 'PAUSED'}
      title={stoppedAt ? `Since ${stamp(stoppedAt, zone)}` : undefined}
    >
      <span className={mark.dot} aria-hidden="true" />
      {isShown ? 'Shown' : stoppedAt ? 'Stopped' : `From ${stamp(from, zone)}`}
    </span>
  );
}

function History({ id, name }: { id: string; name: string }) {
  const [isOpen, setOpen] = useState(false);
  const history = useContentHistory(id, isOpen);
  const days = history.data?.performance_history;
  return (
    <details className={styles.hand} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Engagement rate by day: {name}</summary>
      {history.error && <ProblemNote error={history.error} />}
      {isOpen && !days && !history.error && <LoadingBlock height={120} />}
      {days && days.length > 1 && <EChart chart={engagementDays} data={days} height={160} />}
      {days && <DataTable label={`Engagement by day: ${name}`} table={engagementDays.table(days)} />}
    </details>
  );
}

export function nameOf({ title, content_id: id, variant_id: variant }: SegmentContent): string {
  return [title || id, variant].filter(Boolean).join(', ');
}
