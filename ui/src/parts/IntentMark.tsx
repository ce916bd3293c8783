// The mark of High, Medium or Low: its shape in its colour, with the word beside it unless a sentence already says it.

import type { Level } from '../api.ts';
import { factsOf } from '../levels.ts';
import styles from './IntentMark.module.css';

export function IntentShape({ level, size = 10 }: { level: Level; size?: number }) {
  const color = `var(--${factsOf(level).color})`;
  return (
    <svg viewBox="0 0 10 10" width={size} height={size} aria-hidden="true" className={styles.shape}>
      {level === 'HIGH' && <path d="M5 0.6 9.7 9.2H0.3Z" fill={color} />}
      {level === 'MEDIUM' && <circle cx="5" cy="5" r="4.3" fill={color} />}
      {level === 'LOW' && <path d="M5 9.4 0.3 0.8h9.4Z" fill={color} />}
    </svg>
  );
}

export function IntentMark({ level }: { level: Level | null | undefined }) {
  if (!level) return <span className="faint">No score</span>;
  const facts = factsOf(level);
  return (
    <span className={styles.mark}>
      <IntentShape level={level} />
      {facts.label}
    </span>
  );
}
