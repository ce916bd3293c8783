// Who may: what people allow and what is stored without it, what becomes of personal properties, and the log of every
// choice.

import type { Privacy, Withheld } from '../api.ts';
import { count, plural } from '../format.ts';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { usePrivacy, useWithheld } from '../queries.ts';
import { ConsentLog } from './govern/ConsentLog.tsx';
import { ConsentSettings } from './govern/ConsentSettings.tsx';
import { PropertyRules } from './govern/PropertyRules.tsx';
import { WithheldEvents } from './govern/WithheldEvents.tsx';

export function GovernPage() {
  const privacy = usePrivacy();
  const withheld = useWithheld();
  const error = privacy.error ?? withheld.error;
  if (privacy.data && withheld.data) {
    return (
      <Content privacy={privacy.data} withheld={withheld.data} refreshFailed={privacy.isError || withheld.isError} />
    );
  }
  if (!error) return <LoadingPage />;
  return (
    <PageHead title="Govern" answer="The settings could not be read.">
      <ProblemNote
        error={error}
        onRetry={() => {
          void privacy.refetch();
          void withheld.refetch();
        }}
      />
    </PageHead>
  );
}

type ContentProps = { privacy: Privacy; withheld: Withheld; refreshFailed: boolean };

function Content({ privacy, withheld, refreshFailed }: ContentProps) {
  const total = withheld.withheld.reduce((sum, { events }) => sum + events, 0);
  return (
    <>
      <PageHead
        title="Govern"
        answer={
          <>
            <strong>{plural(total, 'event', 'events')}</strong> of the last {withheld.days} days{' '}
            {total === 1 ? 'was' : 'were'} not stored for want of consent.
          </>
        }
        note={`${count(privacy.categories.length)} categories of consent, ${plural(privacy.properties.length, 'rule', 'rules')} for properties. Revision ${privacy.revision} of the settings.`}
      />
      <div className="stack">
        <StaleNote asOf={null} refreshFailed={refreshFailed} />
        <div className="grid">
          <div className="span7 stack">
            <ConsentSettings key={`consent ${privacy.revision}`} privacy={privacy} />
            <PropertyRules key={`rules ${privacy.revision}`} privacy={privacy} />
          </div>
          <div className="span5 stack">
            <WithheldEvents withheld={withheld} />
            <ConsentLog />
          </div>
        </div>
      </div>
    </>
  );
}
