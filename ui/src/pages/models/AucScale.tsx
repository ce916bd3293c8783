// The area under the ROC curve between a coin toss and perfect, with the baseline as a tick to clear.

import { decimal } from '../../format.ts';
import styles from './AucScale.module.css';

export function AucScale({ auc, baselineAuc }: { auc: number | null; baselineAuc: number | null }) {
  if (auc === null) return null;
  const label = `${decimal(auc)} between 0.5 (coin toss) and 1 (perfect); the baseline reaches ${decimal(baselineAuc)}`;
  return (
    <div className={styles.track} role="img" aria-label={label}>
      <span className={styles.fill} style={{ width: place(auc) }} />
      {baselineAuc !== null && <span className={styles.baseline} style={{ left: place(baselineAuc) }} />}
    </div>
  );
}

function place(auc: number): string {
  return `${Math.max(0, Math.min(1, (auc - 0.5) * 2)) * 100}%`;
}
