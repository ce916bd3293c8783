// A plan proposed from what has arrived, to be taken event by event, with what each property looked like.

import { Button } from '@mantine/core';
import type { PlanEvent, PlanProposal, SeenProperty, TrackingPlan } from '../../api.ts';
import { count, percent, plural } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useProposal } from '../../queries.ts';
import styles from './Plans.module.css';
import { keyOf, titleOf } from './plan.ts';

export type ProposalProps = { days: number; plan: TrackingPlan; onTake: (event: PlanEvent) => void };

export function Proposal({ days, plan, onTake }: ProposalProps) {
  const proposal = useProposal(days, true);
  const planned = new Set(plan.events.map(keyOf));
  const take = ({ type, name, schema }: PlanProposal['seen'][number]) => onTake({ type, name, schema });
  const seen = proposal.data?.seen ?? [];
  return (
    <Panel
      title="Proposed"
      note={`From what has arrived in the last ${days} days. Taking an event again replaces its schema in the draft.`}
      actions={
        seen.length > 0 && (
          <Button size="xs" onClick={() => seen.filter((one) => !planned.has(keyOf(one))).forEach(take)}>
            Take all that are not planned
          </Button>
        )
      }
    >
      {proposal.isPending && <LoadingBlock height={120} />}
      {proposal.error && <ProblemNote error={proposal.error} onRetry={() => void proposal.refetch()} />}
      {proposal.data && seen.length === 0 && (
        <Empty title="Nothing has arrived in these days" command="npm run -s inkling -- import FILE">
          Send events, or import a file of them.
        </Empty>
      )}
      <ul className={styles.events} aria-label="Proposed events">
        {seen.map((one) => (
          <li key={keyOf(one)} className={styles.event}>
            <div className="spread">
              <span>
                <span className={styles.name}>{titleOf(one)}</span>{' '}
                <span className="faint small">
                  {one.type}, {plural(one.events, 'event', 'events')}
                </span>
              </span>
              <Button variant="default" size="compact-sm" onClick={() => take(one)} aria-label={`Take ${titleOf(one)}`}>
                {planned.has(keyOf(one)) ? 'Take again' : 'Take'}
              </Button>
            </div>
            {one.properties.length > 0 && (
              <details className="small">
                <summary>{plural(one.properties.length, 'property', 'properties')}</summary>
                <ul>
                  {one.properties.map((property) => (
                    <li key={property.path}>
                      <code className="mono">{property.path}</code> <span className="quiet">{sentence(property)}</span>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const looks = { email: 'an e-mail address', phone: 'a phone number', card: 'a card number' };

function sentence({ share, values, examples, least, most, looksLike }: SeenProperty): string {
  const parts = [`in ${percent(share)}`, plural(values, 'value', 'values')];
  if (least !== null && most !== null) parts.push(`${count(least)} to ${count(most)}`);
  if (examples.length > 0) parts.push(`such as ${examples.slice(0, 3).join(', ')}`);
  if (looksLike) parts.push(`some look like ${looks[looksLike]}: set a rule for it in Govern`);
  return parts.join('; ');
}
