// One discovered group: bars of what sets it apart from everybody, its rule in words, and a way to keep it.

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { DiscoveredGroup } from '../../api.ts';
import { percent, percentRange, plural } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaveGroup } from '../../queries.ts';
import styles from './GroupCard.module.css';

const shown = 6;
/** Bars end here, in deviations. */
const farthest = 3;

export function GroupCard({ group }: { group: DiscoveredGroup }) {
  const save = useSaveGroup();
  const { fidelity, differences } = group;
  return (
    <Panel
      title={group.name}
      note={`${plural(group.size, 'person', 'people')}, ${percent(group.share)} of those with habits.${group.definition ? ` ${group.definition}` : ''}`}
      actions={
        <Button
          size="xs"
          variant="default"
          loading={save.isPending}
          disabled={save.isSuccess}
          onClick={() => save.mutate(group)}
          aria-label={`Save as segment: ${group.name}`}
        >
          Save as segment
        </Button>
      }
    >
      <ul className={styles.bars} aria-label={`What sets ${group.name} apart`}>
        {differences.slice(0, shown).map(({ behaviour, label, deviations, words }) => (
          <li key={behaviour} className={styles.row}>
            <span>{label}</span>
            <span className={styles.track} aria-hidden="true">
              <span
                className={styles.bar}
                style={{
                  left: `${50 + Math.min(0, deviations / farthest) * 50}%`,
                  width: `${Math.min(1, Math.abs(deviations) / farthest) * 50}%`,
                }}
              />
            </span>
            <span className="quiet small">{words}.</span>
          </li>
        ))}
      </ul>
      <p>{group.sentence}.</p>
      <p className="quiet small">
        The rule finds {percent(fidelity.recall)} of the group ({percentRange(fidelity.recallInterval)}), and{' '}
        {percent(fidelity.precision)} of those it finds belong to it ({percentRange(fidelity.precisionInterval)}), among{' '}
        {plural(fidelity.people, 'person', 'people')} it was not made from.
      </p>
      {save.error && <ProblemNote error={save.error} />}
      <p role="status" className="small quiet">
        {save.data && (
          <>
            {group.name} is saved as a segment; its rule can be edited.{' '}
            <Link href={`/segments/${encodeURIComponent(save.data.id)}`}>Open it</Link>
          </>
        )}
      </p>
    </Panel>
  );
}
