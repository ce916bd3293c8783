// What the person allows, how it came to that, and recording what they say now.

import { Button } from '@mantine/core';
import { titled, words } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { usePersonConsent, useRecordChoice } from '../../queries.ts';
import { ChoiceLine } from '../govern/ConsentLog.tsx';

const reasons = { choice: 'chosen', message: 'mentioned by a message or a browser', default: 'by default' };

export function Consent({ id }: { id: string }) {
  const consent = usePersonConsent(id);
  const record = useRecordChoice(id);
  return (
    <Panel title="Consent" note="A change holds from the next event on, under every identifier of this person.">
      {consent.isPending && <LoadingBlock height={80} />}
      {consent.error && <ProblemNote error={consent.error} onRetry={() => void consent.refetch()} />}
      <ul>
        {consent.data?.categories.map(({ category, allowed, because }) => (
          <li key={category} className="spread">
            <span>
              {titled(words(category))}: <strong>{allowed ? 'allowed' : 'denied'}</strong>{' '}
              <span className="faint small">{reasons[because]}</span>
            </span>
            <Button
              variant="subtle"
              size="compact-sm"
              loading={record.isPending && record.variables?.[category] !== undefined}
              aria-label={`${allowed ? 'Deny' : 'Allow'} ${words(category).toLowerCase()}`}
              onClick={() => record.mutate({ [category]: !allowed })}
            >
              {allowed ? 'Deny' : 'Allow'}
            </Button>
          </li>
        ))}
      </ul>
      {record.error && <ProblemNote error={record.error} />}
      {consent.data && consent.data.history.length > 0 && (
        <details className="small">
          <summary>How it came to that</summary>
          <ul>
            {consent.data.history.map((choice) => (
              <li key={choice.id}>
                <ChoiceLine choice={choice} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
