// How much each likeness says: of every field its levels, from the best to the worst, as bars of log2 (m / u).

import type { MatchLevel } from '../../api.ts';
import { finePercent, signed, words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { SignedBar } from '../../parts/SignedBar.tsx';
import styles from './MatchWeights.module.css';

export function MatchWeights({ fields }: { fields: readonly { field: string; levels: MatchLevel[] }[] }) {
  const most = Math.max(1, ...fields.flatMap(({ levels }) => levels.map(({ weight }) => Math.abs(weight))));
  return (
    <Panel
      title="How much each likeness says"
      note="Each step to the right doubles the odds that two records are one person, each to the left halves them; a rare value counts for more. In brackets how often the records of one person, and of any two people, stand so."
    >
      <div className={styles.fields}>
        {fields.map(({ field, levels }) => (
          <table key={field} className={`${styles.field} small`}>
            <caption>{words(field)}</caption>
            <tbody>
              {levels.slice(1).map(({ level, m, u, weight }) => (
                <tr key={level}>
                  <th scope="row">{level}</th>
                  <td className="number">{signed(weight, 1)}</td>
                  <td className={styles.bar}>
                    <SignedBar part={weight / most} label={weight >= 0 ? 'speaks for' : 'speaks against'} />
                  </td>
                  <td className="number faint">
                    ({finePercent(m, 1)}, {finePercent(u, 2)})
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </Panel>
  );
}
