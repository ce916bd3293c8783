// Who entered and left, newest first, followed as they come: a newer change has the members read again.

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSegmentChanges } from '../../segmentsQueries.ts';
import { ChangeList } from './ChangeList.tsx';
import styles from './Segment.module.css';

export function Changes({ id }: { id: string }) {
  const changes = useSegmentChanges(id);
  const queries = useQueryClient();
  const rows = changes.data?.pages.flatMap((page) => page.changes) ?? [];
  const newest = rows[0]?.id;
  useEffect(() => {
    if (newest) void queries.invalidateQueries({ queryKey: ['rule-segment-members', id] });
  }, [newest, queries, id]);
  return (
    <Panel title="Entered and left" note="Newest first, as it happens.">
      {changes.error && <ProblemNote error={changes.error} onRetry={() => void changes.refetch()} />}
      {!changes.data && !changes.error && <LoadingBlock height={160} />}
      {changes.data && rows.length === 0 && <p className="quiet">Nobody has entered or left since it was made.</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="Entered and left, a list">
          <ChangeList changes={rows} of="segment" label="Changes" />
        </section>
      )}
      {changes.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          loading={changes.isFetchingNextPage}
          onClick={() => void changes.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Panel>
  );
}
