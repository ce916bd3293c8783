// What to test: the places where some people do significantly worse than all others.

import type { TestProposal } from '../../api.ts';
import { count, plural } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import styles from './Proposals.module.css';

export function Proposals({ proposals }: { proposals: TestProposal[] }) {
  return (
    <Panel
      title="What to test"
      note="Devices, sources, platforms, countries and browsers against all others; at most one finding in twenty is expected to be luck."
    >
      {proposals.length === 0 ? (
        <p className="quiet">At no step does anybody do worse than the others by more than chance.</p>
      ) : (
        <ol className={styles.list} aria-label="Proposed tests">
          {proposals.map((proposal) => (
            <li key={`${proposal.breakdown} ${proposal.value} ${proposal.step}`} className={styles.proposal}>
              <span className={`${styles.gain} number`}>+{count(proposal.couldBring)}</span>
              <span>
                {proposal.sentence}
                <span className="faint small">
                  {' '}
                  About {plural(2 * proposal.peoplePerArm, 'person', 'people')} in all.
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
