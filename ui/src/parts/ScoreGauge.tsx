// The score of one person as a half dial: the arc up to the score in the colour of its level, ticks where Medium and
// High begin, the number and the word in the middle.

import type { Level } from '../api.ts';
import { factsOf } from '../levels.ts';
import { IntentMark } from './IntentMark.tsx';
import styles from './ScoreGauge.module.css';

const radius = 70;
const center = { x: 84, y: 82 };

export function ScoreGauge({ score, segment }: { score: number; segment: Level }) {
  const { color, label } = factsOf(segment);
  return (
    <div className={styles.gauge} role="img" aria-label={`Score ${score} of 100, ${label} intent`}>
      <svg viewBox="0 0 168 92" width="168" height="92" aria-hidden="true">
        <path d={arc(0, 100)} className={styles.track} />
        {score > 0 && <path d={arc(0, score)} className={styles.value} style={{ stroke: `var(--${color})` }} />}
        {[40, 70].map((bound) => (
          <line key={bound} {...tick(bound)} className={styles.tick} />
        ))}
      </svg>
      <div className={styles.middle}>
        <span className={styles.number}>{score}</span>
        <span className={styles.label}>
          <IntentMark level={segment} />
        </span>
      </div>
    </div>
  );
}

function arc(from: number, to: number): string {
  const start = at(from, radius);
  const end = at(to, radius);
  return `M${start.x} ${start.y} A${radius} ${radius} 0 0 1 ${end.x} ${end.y}`;
}

function tick(score: number) {
  const inner = at(score, radius - 9);
  const outer = at(score, radius + 9);
  return { x1: inner.x, y1: inner.y, x2: outer.x, y2: outer.y };
}

function at(score: number, distance: number) {
  const angle = Math.PI * (1 - score / 100);
  return {
    x: Number((center.x + distance * Math.cos(angle)).toFixed(2)),
    y: Number((center.y - distance * Math.sin(angle)).toFixed(2)),
  };
}
