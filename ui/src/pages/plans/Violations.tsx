// What broke the plan, the commonest first: event, property, what is wrong, a sample, and where it comes from. An event
// in the address narrows it, which is where a rejected message leads.

import { Button } from '@mantine/core';
import { useFilters } from '../../address.ts';
import type { PlansOverview } from '../../api.ts';
import { plural, relative } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useNow } from '../../place.tsx';
import styles from './Plans.module.css';
import { actionWords, titleOf } from './plan.ts';

export function Violations({ violations }: { violations: PlansOverview['violations'] }) {
  const now = useNow(30);
  const [{ event }, setFilter] = useFilters(['event']);
  const shown = event === '' ? violations : violations.filter((one) => one.event === event);
  return (
    <Panel
      title="What is wrong"
      note={event === '' ? 'In these days, the commonest first.' : `Of “${event}” alone.`}
      actions={
        event !== '' && (
          <Button variant="default" size="xs" onClick={() => setFilter({ event: '' })}>
            Show all
          </Button>
        )
      }
    >
      {shown.length === 0 ? (
        <Empty title="Nothing broke the plan">What does is listed here with a sample and its source.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="What is wrong, a list">
          <ul className={styles.events}>
            {shown.map((one) => (
              <li
                key={`${one.type} ${one.event} ${one.property} ${one.problem} ${one.action}`}
                className={styles.event}
              >
                <p>
                  <span className={styles.name}>{titleOf({ type: one.type, name: one.event })}</span>{' '}
                  {one.property && <code className="mono">{one.property}</code>} {one.detail}
                </p>
                <p className="small quiet">
                  {one.sample && (
                    <>
                      Last <code className="mono">{one.sample}</code>,{' '}
                    </>
                  )}
                  {plural(one.events, 'time', 'times')}, {actionWords[one.action]}, from {one.sources.join(', ')}
                  <span className="faint"> {relative(one.lastAt, now)}</span>
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Panel>
  );
}
