// The next version in the making: what becomes of what does not fit, the events with their schemas, a trial over the
// last days, and putting it in force. Changes stay in the page until they are saved.

import { Button, Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { PlanAction, PlanPolicy, PlanVersion, TrackingPlan } from '../../api.ts';
import { plural } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useActivatePlan, useDiscardDraft, useSaveDraft, useTryPlan } from '../../queries.ts';
import { AddEvent } from './AddEvent.tsx';
import { EventEditor } from './EventEditor.tsx';
import styles from './Plans.module.css';
import { Proposal } from './Proposal.tsx';
import { actions, keyOf, withEvent } from './plan.ts';
import { Trial } from './Trial.tsx';

export type DraftProps = {
  /** What the draft says, or the version in force where there is none. */
  stored: TrackingPlan;
  draft: PlanVersion | undefined;
  /** The key of an event to open. */
  picked: string;
  days: number;
};

const policies: { name: keyof PlanPolicy; label: string }[] = [
  { name: 'unplannedEvents', label: 'Events not in the plan' },
  { name: 'unplannedProperties', label: 'Properties not in the plan' },
  { name: 'violations', label: 'Values that break a schema' },
];

export function Draft({ stored, draft, picked, days }: DraftProps) {
  const [plan, setPlan] = useState(stored);
  const [opened, setOpened] = useState('');
  const [isProposing, setProposing] = useState(false);
  const save = useSaveDraft();
  const discard = useDiscardDraft();
  const activate = useActivatePlan();
  const trial = useTryPlan();
  useEffect(() => setOpened(picked), [picked]);
  const isChanged = JSON.stringify(plan) !== JSON.stringify(stored);
  const title = draft ? `Version ${draft.version}, a draft` : 'The next version';
  return (
    <>
      <Panel
        title={title}
        note={noteOn(draft, isChanged)}
        actions={
          <Button variant="default" size="xs" onClick={() => setProposing(!isProposing)} aria-expanded={isProposing}>
            Propose from what arrived
          </Button>
        }
      >
        <div className={styles.policies}>
          {policies.map(({ name, label }) => (
            <Select
              key={name}
              label={label}
              allowDeselect={false}
              data={actions}
              value={plan.policy[name] ?? 'allow'}
              onChange={(value) => setPlan({ ...plan, policy: { ...plan.policy, [name]: value as PlanAction } })}
            />
          ))}
        </div>
        {plan.events.length === 0 ? (
          <Empty title="No event is planned yet" command={command}>
            Let a plan be proposed from what has arrived and take it event by event, add one below, or bring Segment's:
          </Empty>
        ) : (
          <ul className={styles.events} aria-label="Planned events">
            {plan.events.map((event) => (
              <EventEditor
                key={keyOf(event)}
                event={event}
                isOpen={opened === keyOf(event)}
                onToggle={() => setOpened(opened === keyOf(event) ? '' : keyOf(event))}
                onChange={(changed) => setPlan(withEvent(plan, changed))}
                onRemove={() => setPlan({ ...plan, events: plan.events.filter((one) => one !== event) })}
              />
            ))}
          </ul>
        )}
        <AddEvent
          onAdd={(event) => {
            setPlan(withEvent(plan, event));
            setOpened(keyOf(event));
          }}
        />
        <div className={styles.actions}>
          <Button
            loading={save.isPending}
            disabled={!isChanged}
            onClick={() => save.mutate({ plan, revision: draft?.revision ?? 0 })}
          >
            Save the draft
          </Button>
          <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate({ plan, days })}>
            Try it on the last {days} days
          </Button>
          {draft && (
            <>
              <Button
                variant="default"
                loading={activate.isPending}
                disabled={isChanged}
                onClick={() => activate.mutate({ version: draft.version, revision: draft.revision })}
              >
                Put it in force
              </Button>
              <Button variant="subtle" loading={discard.isPending} onClick={() => discard.mutate()}>
                Throw the draft away
              </Button>
            </>
          )}
        </div>
        {[save.error, activate.error, trial.error, discard.error].filter(Boolean).map((error) => (
          <ProblemNote key={String(error)} error={error} />
        ))}
        {trial.data && <Trial trial={trial.data} />}
      </Panel>
      {isProposing && <Proposal days={days} plan={plan} onTake={(event) => setPlan((now) => withEvent(now, event))} />}
    </>
  );
}

const command = `curl -X POST ${window.location.origin}/api/v1/collect/plans/import/segment -H 'Authorization: Bearer sk_…' -H 'content-type: application/json' -d @tracking-plan.json`;

function noteOn(draft: PlanVersion | undefined, isChanged: boolean): string {
  if (isChanged) return 'Changed here and not saved yet.';
  if (!draft) return 'As the version in force says; a change makes a draft.';
  return `${plural(draft.events, 'event', 'events')}, saved ${plural(draft.revision, 'time', 'times')}, last by ${draft.updatedBy}.`;
}
