// The versions of the plan, who put them in force and when, and what each says otherwise than the one before it.

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { PlanVersion } from '../../api.ts';
import { plural, stamp } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useActivatePlan, usePlan } from '../../queries.ts';
import styles from './Plans.module.css';
import { differences } from './plan.ts';

const statusWords = { DRAFT: 'draft', ACTIVE: 'in force', RETIRED: 'kept' };

export function Versions({ versions }: { versions: PlanVersion[] }) {
  const zone = useZone();
  const activate = useActivatePlan();
  const [opened, setOpened] = useState<number | null>(null);
  return (
    <Panel title="Versions" note="Older ones are kept, and can be put in force again.">
      {versions.length === 0 ? (
        <Empty title="No version yet">The first one is made when the draft is saved.</Empty>
      ) : (
        <ul className={styles.events}>
          {versions.map((version, index) => (
            <li key={version.version} className={styles.event}>
              <div className="spread">
                <span>
                  <span className={styles.name}>Version {version.version}</span>{' '}
                  <span className="faint small">
                    {statusWords[version.status]}, {plural(version.events, 'event', 'events')}
                  </span>
                </span>
                <span className="row">
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-expanded={opened === version.version}
                    aria-label={`What version ${version.version} changes`}
                    onClick={() => setOpened(opened === version.version ? null : version.version)}
                  >
                    Changes
                  </Button>
                  {version.status === 'RETIRED' && (
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      aria-label={`Put version ${version.version} in force`}
                      onClick={() => activate.mutate({ version: version.version, revision: version.revision })}
                    >
                      Put in force
                    </Button>
                  )}
                </span>
              </div>
              <p className="small faint">
                {version.activatedAt
                  ? `In force from ${stamp(version.activatedAt, zone)} by ${version.activatedBy}.`
                  : `Saved ${stamp(version.updatedAt, zone)} by ${version.updatedBy}.`}{' '}
                {version.note}
              </p>
              {opened === version.version && (
                <Changes version={version.version} before={versions[index + 1]?.version ?? null} />
              )}
            </li>
          ))}
        </ul>
      )}
      {activate.error && <ProblemNote error={activate.error} />}
    </Panel>
  );
}

function Changes({ version, before }: { version: number; before: number | null }) {
  const after = usePlan(version);
  const earlier = usePlan(before);
  if (after.error || earlier.error) return <ProblemNote error={after.error ?? earlier.error} />;
  if (!after.data || (before !== null && !earlier.data)) return <p className="faint small">Reading…</p>;
  const found = differences(earlier.data?.plan ?? { policy: {}, events: [] }, after.data.plan);
  return (
    <div className={`${styles.changes} small`}>
      {found.length === 0 ? (
        <p>It says the same as version {before}.</p>
      ) : (
        <ul>
          {found.map(({ key, title, change, properties }) => (
            <li key={key}>
              <strong>{title}</strong> {change}
              {properties.length > 0 && <>: {properties.join(', ')}</>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
