// The empty workspace: three ways to bring events in, ready to copy, with the write key filled in. The page turns by
// itself as soon as the first event is there.

import { Tabs } from '@mantine/core';
import { usePlace } from '../place.tsx';
import { Command } from './Command.tsx';
import styles from './FirstEvents.module.css';
import { PageHead } from './PageHead.tsx';
import { Panel } from './Panel.tsx';

export function FirstEvents({ page }: { page: string }) {
  return (
    <>
      <PageHead
        title={page}
        answer={
          <>
            <strong>No events yet.</strong> Send or import some, and this page fills.
          </>
        }
      >
        <p className={styles.waiting} role="status">
          <span className={styles.pulse} aria-hidden="true" />
          Waiting for your first event
        </p>
      </PageHead>
      <Panel title="Bring events in" note="Anything in the Segment format, or a file.">
        <SourceSnippets />
      </Panel>
    </>
  );
}

function SourceSnippets() {
  const { writeKey } = usePlace();
  const origin = window.location.origin;
  return (
    <Tabs defaultValue="file" keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="file">A file</Tabs.Tab>
        <Tabs.Tab value="curl">curl</Tabs.Tab>
        <Tabs.Tab value="node">Node</Tabs.Tab>
        <Tabs.Tab value="demo">Just look around</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="file" className={styles.panel}>
        <p className="quiet">CSV, NDJSON or Parquet, also gzipped. Progress and rejected lines are shown as it goes.</p>
        <Command text="npm run -s inkling -- import FILE --format csv" />
      </Tabs.Panel>
      <Tabs.Panel value="curl" className={styles.panel}>
        <p className="quiet">One event from anywhere. The answer comes when it is on disk.</p>
        <Command text={curl(origin, writeKey)} />
      </Tabs.Panel>
      <Tabs.Panel value="node" className={styles.panel}>
        <p className="quiet">Any Segment library works; point it at this address.</p>
        <Command text={node(origin, writeKey)} />
      </Tabs.Panel>
      <Tabs.Panel value="demo" className={styles.panel}>
        <p className="quiet">A simulated shop with people, scores and reasons, in two minutes.</p>
        <Command text="npm run demo" />
      </Tabs.Panel>
    </Tabs>
  );
}

function curl(origin: string, writeKey: string): string {
  return `curl ${origin}/v1/track -u ${writeKey}: \\
  -H 'content-type: application/json' \\
  -d '{"userId": "u1", "event": "Product Viewed", "properties": {"product_id": "p1", "price": 19.9}}'`;
}

function node(origin: string, writeKey: string): string {
  return `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}' });
analytics.track({ userId: 'u1', event: 'Product Viewed', properties: { product_id: 'p1', price: 19.9 } });
await analytics.closeAndFlush();`;
}
