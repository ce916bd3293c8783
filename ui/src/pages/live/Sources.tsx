// Where events come from: each source with what to do there, the write key filled in, and whether its events arrive. A
// source that has sent nothing waits, and turns green by itself when its first event is there.

import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { Sources as SourcesAnswer } from '../../api.ts';
import { plural, relative } from '../../format.ts';
import { Command } from '../../parts/Command.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow, usePlace } from '../../place.tsx';
import { useSources } from '../../queries.ts';
import styles from './Sources.module.css';
import { type Snippet, snippetsFor } from './snippets.ts';
import { WebhookSettings } from './WebhookSettings.tsx';

const refreshMs = 3000;

export function Sources({ running }: { running: boolean }) {
  const sources = useSources(running ? refreshMs : 0);
  const { writeKey } = usePlace();
  const [chosen, setChosen] = useState('browser');
  const origin = window.location.origin;
  const snippets = snippetsFor(origin, writeKey);
  const snippet = snippets.find(({ name }) => name === chosen);
  const webhook = sources.data?.webhooks.find(({ name }) => name === chosen);
  const address = webhook && `${origin}${webhook.path}?writeKey=${writeKey}`;
  return (
    <Panel
      title="Sources"
      note={
        <>
          The write key of this workspace is filled in. All calls are in the <a href="/docs">API reference</a>.
        </>
      }
    >
      {sources.error && <ProblemNote error={sources.error} onRetry={() => void sources.refetch()} />}
      <NativeSelect
        label="Source"
        value={chosen}
        onChange={(change) => setChosen(change.currentTarget.value)}
        data={[
          { group: 'Code and files', items: snippets.map(({ name, label }) => ({ value: name, label })) },
          {
            group: 'Platforms that call',
            items: (sources.data?.webhooks ?? []).map(({ name }) => ({ value: name, label: titled(name) })),
          },
        ]}
      />
      <State sources={sources.data} name={chosen} snippet={snippet} />
      {snippet && <p className="quiet">{snippet.sentence}</p>}
      {snippet && <Command text={snippet.text} />}
      {webhook && address && (
        <>
          <p className="quiet">{webhook.sentence}</p>
          <Command text={address} label="Copy the address" />
          <p className="quiet">
            {webhook.setUp.replace('the address {address}', 'the address above').replace('{address}', 'above')}
          </p>
          <WebhookSettings key={webhook.name} webhook={webhook} />
        </>
      )}
    </Panel>
  );
}

type StateProps = { sources: SourcesAnswer | undefined; name: string; snippet: Snippet | undefined };

/** Whether events of the source arrive. */
function State({ sources, name, snippet }: StateProps) {
  const now = useNow(refreshMs / 1000);
  if (!sources) return null;
  const seen = sources.seen.filter(({ source }) => (snippet ? snippet.sends(source) : source === name));
  const events = seen.reduce((sum, one) => sum + one.events, 0);
  const last = seen
    .map(({ lastEventAt }) => lastEventAt)
    .sort()
    .at(-1);
  return (
    <p className={styles.state} role="status" data-state={last ? 'arriving' : 'waiting'}>
      <span className={styles.dot} aria-hidden="true" />
      {last
        ? `${plural(events, 'event', 'events')} in 30 days; the latest came ${relative(last, Math.max(now, Date.parse(last)))}`
        : 'Waiting for its first event'}
    </p>
  );
}

const names: Readonly<Record<string, string>> = { hubspot: 'HubSpot', zapier: 'Zapier, Make, n8n' };

function titled(name: string): string {
  return names[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}
