// What acting brought; and where people are lost on the way to a purchase, by whom, and what to test there. Steps, days and window stand in the
// address, so that a view can be sent.

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { useFilters } from '../address.ts';
import type { Funnel } from '../api.ts';
import { Figure } from '../charts/Figure.tsx';
import { funnelChart } from '../charts/funnel.ts';
import { shortDayYear } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { usePlace, useZone } from '../place.tsx';
import { useFunnel } from '../queries.ts';
import styles from './Measure.module.css';
import { Activations } from './measure/Activations.tsx';
import { FunnelBreakdowns } from './measure/FunnelBreakdowns.tsx';
import { Proposals } from './measure/Proposals.tsx';

const usual = 'product_view, add_to_cart, checkout_start, purchase';

export function MeasurePage() {
  const { hasEvents } = usePlace();
  const [chosen, choose] = useFilters(['steps', 'window']);
  const asked: Asked = { steps: chosen.steps || usual, window: chosen.window || '7', choose };
  const funnel = useFunnel(asked.steps, Number(asked.window), hasEvents);
  if (!hasEvents) return <FirstEvents page="Measure" />;
  if (funnel.data) return <Content funnel={funnel.data} asked={asked} />;
  if (funnel.error) {
    return (
      <PageHead title="Measure" answer="This funnel could not be counted.">
        <ProblemNote error={funnel.error} onRetry={() => void funnel.refetch()} />
        <Steps asked={asked} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

type Asked = { steps: string; window: string; choose: (change: { steps: string; window: string }) => void };

function Content({ funnel, asked }: { funnel: Funnel; asked: Asked }) {
  const zone = useZone();
  const nobody = (funnel.steps[0]?.people ?? 0) === 0;
  return (
    <>
      <PageHead
        title="Measure"
        answer={<strong>{funnel.statement}</strong>}
        actions={<Link href="/measure/worth">What intent goes with</Link>}
        note={`People who began between ${shortDayYear(funnel.from, zone)} and ${shortDayYear(funnel.to, zone)}, on any of their devices; programs are left out.`}
      />
      <div className="stack">
        <Panel title="The way">
          <Steps asked={asked} />
        </Panel>
        {nobody ? (
          <Panel title="Nobody yet">
            <Empty title="Nobody did the first step in this time. Choose other steps; Live shows which events arrive." />
          </Panel>
        ) : (
          <>
            <Figure
              title="People at each step"
              name="Funnel"
              note="The hatched bar is the step before which the largest share is lost."
              chart={funnelChart}
              data={funnel}
              height={60 + 46 * funnel.steps.length}
            />
            <Proposals proposals={funnel.proposals} />
            <FunnelBreakdowns funnel={funnel} />
          </>
        )}
        <Activations />
      </div>
    </>
  );
}

function Steps({ asked }: { asked: Asked }) {
  const [steps, setSteps] = useState(asked.steps);
  const [days, setDays] = useState(asked.window);
  const count = (event: FormEvent) => {
    event.preventDefault();
    asked.choose({ steps, window: days });
  };
  return (
    <form className={styles.form} onSubmit={count}>
      <TextInput
        label="Steps"
        description="Events in their order, with commas in between"
        value={steps}
        onChange={({ currentTarget }) => setSteps(currentTarget.value)}
        className={styles.steps}
      />
      <NativeSelect
        label="Within"
        description="From the first step to the last"
        value={days}
        onChange={({ currentTarget }) => setDays(currentTarget.value)}
        data={[
          { value: '1', label: '1 day' },
          { value: '7', label: '7 days' },
          { value: '14', label: '14 days' },
          { value: '30', label: '30 days' },
        ]}
      />
      <Button type="submit" variant="default">
        Count
      </Button>
    </form>
  );
}
