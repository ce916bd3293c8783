// Every choice that was recorded, newest first. People stand in it under pseudonyms.

import { Button } from '@mantine/core';
import type { LoggedChoice } from '../../api.ts';
import { stamp } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useConsentLog } from '../../queries.ts';
import styles from './Govern.module.css';
import { originWords, sentenceOf } from './words.ts';

const command = `curl ${window.location.origin}/api/v1/govern/consent/export -H 'Authorization: Bearer sk_…' -o consent-log.ndjson`;

export function ConsentLog() {
  const log = useConsentLog();
  const choices = log.data?.pages.flatMap((page) => page.log) ?? [];
  return (
    <Panel title="Log of consent" note="Only ever added to. It outlives the erasure of a person, under pseudonyms.">
      {log.isPending && <LoadingBlock height={80} />}
      {log.error && <ProblemNote error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && choices.length === 0 && (
        <Empty title="No choice yet" command={command}>
          Choices come with events, from browsers and through the API. The whole log is a file:
        </Empty>
      )}
      <ul>
        {choices.map((choice) => (
          <li key={choice.id} className={styles.choice}>
            <ChoiceLine choice={choice} />
          </li>
        ))}
      </ul>
      {log.hasNextPage && (
        <Button variant="default" size="xs" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

export function ChoiceLine({ choice }: { choice: LoggedChoice }) {
  const zone = useZone();
  return (
    <>
      <p>{sentenceOf(choice.choices)}</p>
      <p className="small faint">
        {stamp(choice.decidedAt, zone)}, {originWords[choice.origin]}
        {choice.recordedBy && (
          <>
            {' '}
            with <code className="mono">{choice.recordedBy}</code>
          </>
        )}
        {choice.notice && <>, notice {choice.notice}</>}, {choice.subjects.map((one) => one.slice(0, 8)).join(' ')}
      </p>
    </>
  );
}
