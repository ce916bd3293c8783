// A score as a number with the shape of its level and its place between 0 and 100.

import type { Level } from '../api.ts';
import { factsOf } from '../levels.ts';
import { IntentShape } from './IntentMark.tsx';
import styles from './Score.module.css';

export function Score({ score, segment }: { score: number | null; segment: Level | null }) {
  if (score === null || segment === null) return <span className="faint">unknown</span>;
  const { label, color } = factsOf(segment);
  return (
    <span className={styles.score} title={`${label}: ${score} of 100`}>
      <span className={styles.number}>{score}</span>
      <IntentShape level={segment} />
      <span className={styles.label}>{label}</span>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.fill} style={{ width: `${score}%`, background: `var(--${color})` }} />
      </span>
    </span>
  );
}
