// Why the score is what it is: each reason in plain words, with a bar to the right when it raises the score and to
// the left when it lowers it. Lengths are contributions in log-odds on one scale.

import type { PersonIntent } from '../../api.ts';
import { CsvButton } from '../../charts/Figure.tsx';
import { signed, titled } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { SignedBar } from '../../parts/SignedBar.tsx';
import { Term } from '../../parts/Term.tsx';
import styles from './Reasons.module.css';

export function Reasons({ intent }: { intent: PersonIntent }) {
  const { reasons } = intent;
  const widest = Math.max(0.01, ...reasons.map(({ contribution }) => Math.abs(contribution)));
  const asTable = () => ({
    columns: ['Reason', 'Signal', 'Value', 'Contribution'],
    rows: reasons.map(({ sentence, signal, value, contribution }) => [sentence, signal, value, contribution]),
  });
  return (
    <Panel
      title="Why"
      note="Against the average person. Strongest first."
      actions={<CsvButton name="Reasons" table={asTable} />}
    >
      {reasons.length === 0 ? (
        <p className="quiet">Nothing stands out: this person looks like the average.</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" className={styles.effect}>
                <span className={styles.ends}>
                  <span>lowers</span>
                  <span>raises</span>
                </span>
              </th>
              <th scope="col" className={styles.amount}>
                <Term name="contribution">Effect</Term>
              </th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ signal, sentence, contribution, direction }) => (
              <tr key={signal}>
                <th scope="row">{titled(sentence)}</th>
                <td className={styles.effect}>
                  <SignedBar part={contribution / widest} label={direction} />
                </td>
                <td className={styles.amount}>{signed(contribution)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
