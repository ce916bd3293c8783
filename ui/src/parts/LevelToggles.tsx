// The legend of High, Medium and Low, each a switch that shows or hides its line.

import type { Level } from '../api.ts';
import { levels } from '../levels.ts';
import { IntentShape } from './IntentMark.tsx';
import styles from './LevelToggles.module.css';

export function LevelToggles({ shown, onChange }: { shown: Level[]; onChange: (shown: Level[]) => void }) {
  const toggle = (level: Level) =>
    onChange(shown.includes(level) ? shown.filter((other) => other !== level) : [...shown, level]);
  return (
    <fieldset className={styles.legend}>
      <legend className={styles.hidden}>Levels shown</legend>
      {levels.map(({ level, label }) => (
        <button
          key={level}
          type="button"
          className={styles.toggle}
          aria-pressed={shown.includes(level)}
          onClick={() => toggle(level)}
        >
          <IntentShape level={level} />
          {label}
        </button>
      ))}
    </fieldset>
  );
}
