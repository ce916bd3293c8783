// Tracking plans: how well events keep to the one in force, the draft of the next version, and a proposal from what
// has arrived. A plan begins by noting; what it stops waits among the rejected.

import { useState } from 'react';
import { Link } from 'wouter';
import type { PlansOverview, TrackingPlan } from '../api.ts';
import { Figure } from '../charts/Figure.tsx';
import { planDays } from '../charts/planDays.ts';
import { count, plural } from '../format.ts';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { usePlan, usePlans } from '../queries.ts';
import { Draft } from './plans/Draft.tsx';
import { EventVolumes } from './plans/EventVolumes.tsx';
import { Versions } from './plans/Versions.tsx';
import { Violations } from './plans/Violations.tsx';

const shownDays = 14;
const nothing: TrackingPlan = { policy: {}, events: [] };

export function PlansPage() {
  const plans = usePlans(shownDays);
  return (
    <>
      <nav aria-label="Way back">
        <Link href="/live">Live</Link>
      </nav>
      {plans.data ? (
        <Content plans={plans.data} refreshFailed={plans.isError} />
      ) : plans.error ? (
        <PageHead title="Tracking plans" answer="The plans could not be read.">
          <ProblemNote error={plans.error} onRetry={() => void plans.refetch()} />
        </PageHead>
      ) : (
        <LoadingPage />
      )}
    </>
  );
}

function Content({ plans, refreshFailed }: { plans: PlansOverview; refreshFailed: boolean }) {
  const active = plans.versions.find(({ status }) => status === 'ACTIVE');
  const draft = plans.versions.find(({ status }) => status === 'DRAFT');
  const activePlan = usePlan(active?.version ?? null);
  const draftPlan = usePlan(draft?.version ?? null);
  const [picked, setPicked] = useState('');
  const isRead = (!active || activePlan.data) && (!draft || draftPlan.data);
  const inForce = activePlan.data?.plan ?? nothing;
  return (
    <>
      <PageHead title="Tracking plans" answer={<Answer plans={plans} version={active?.version} />} note={note(plans)} />
      <div className="stack">
        <StaleNote asOf={null} refreshFailed={refreshFailed} />
        {plans.days.some((at) => at.noted + at.omitted + at.blocked > 0) && (
          <Figure
            title="What broke the plan"
            name="Findings per day"
            note="By what was done about it; days are in UTC. A message may break the plan in several places."
            chart={planDays}
            data={plans.days}
            height={200}
          />
        )}
        <div className="grid">
          <div className="span7 stack">
            {isRead ? (
              <Draft
                key={`${draft?.version ?? 0} ${draft?.revision ?? 0} ${active?.version ?? 0}`}
                stored={draftPlan.data?.plan ?? inForce}
                draft={draft}
                picked={picked}
                days={shownDays}
              />
            ) : (
              <LoadingPage />
            )}
          </div>
          <div className="span5 stack">
            <EventVolumes plans={plans} planned={inForce} onPick={setPicked} />
            <Violations violations={plans.violations} />
            <Versions versions={plans.versions} />
          </div>
        </div>
      </div>
    </>
  );
}

function Answer({ plans, version }: { plans: PlansOverview; version: number | undefined }) {
  if (version === undefined) {
    return (
      <>
        <strong>No plan is in force</strong>: every event is stored as it comes.
      </>
    );
  }
  const findings = plans.days.reduce((sum, at) => sum + at.noted + at.omitted + at.blocked, 0);
  return (
    <>
      <strong>Version {version} is in force.</strong> In {shownDays} days events broke it in{' '}
      {plural(findings, 'place', 'places')}.
    </>
  );
}

function note(plans: PlansOverview): string {
  const stored = plans.days.reduce((sum, at) => sum + at.events, 0);
  const blocked = plans.days.reduce((sum, at) => sum + at.blocked, 0);
  const kinds = plural(plans.events.length, 'kind of event', 'kinds of events');
  return `${count(stored)} events of ${kinds} were stored in ${shownDays} days, and ${count(blocked)} findings blocked one.`;
}
