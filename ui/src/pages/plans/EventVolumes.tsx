// Every event that came, how often, whether the plan in force names it, and how often it broke the plan.

import { Button } from '@mantine/core';
import type { PlansOverview, TrackingPlan } from '../../api.ts';
import { count } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { RowTable, right } from '../../parts/RowTable.tsx';
import { keyOf, titleOf } from './plan.ts';

export type EventVolumesProps = { plans: PlansOverview; planned: TrackingPlan; onPick: (key: string) => void };

export function EventVolumes({ plans, planned, onPick }: EventVolumesProps) {
  const keys = new Set(planned.events.map(keyOf));
  return (
    <Panel title="Events" note="Of these days, the commonest first.">
      {plans.events.length === 0 ? (
        <Empty title="Nothing has arrived in these days" command="npm run -s inkling -- keys list">
          The write key goes into the SDK of your site.
        </Empty>
      ) : (
        <RowTable>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col" className={right}>
                Stored
              </th>
              <th scope="col" className={right}>
                Findings
              </th>
            </tr>
          </thead>
          <tbody>
            {plans.events.slice(0, 100).map((event) => {
              const key = `${event.type} ${event.name}`;
              return (
                <tr key={key}>
                  <th scope="row">
                    {keys.has(key) ? (
                      <Button variant="subtle" size="compact-sm" onClick={() => onPick(key)}>
                        {titleOf(event)}
                      </Button>
                    ) : (
                      <>
                        {titleOf(event)} <span className="faint small">not planned</span>
                      </>
                    )}
                  </th>
                  <td className={right}>{count(event.events)}</td>
                  <td className={right}>{count(event.violations)}</td>
                </tr>
              );
            })}
          </tbody>
        </RowTable>
      )}
    </Panel>
  );
}
