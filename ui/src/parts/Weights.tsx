// How a pair was weighed, in words and as a waterfall: where it starts, what each field adds or takes, and what comes
// out. One step is a doubling or a halving of the odds; right of the line it is rather one person than two.

import { signed, words } from '../format.ts';
import styles from './Weights.module.css';

type Weight = { comparison?: unknown; words?: unknown; weight?: unknown };
type Step = { key: string; text: string; weight: number; from: number; to: number };

export function Weights({ of }: { of: Readonly<Record<string, unknown>> }) {
  const steps = stepsOf(of);
  if (steps.length === 0) return null;
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const at = (weight: number) => (100 * (weight - low)) / Math.max(1e-9, high - low);
  return (
    <ul className={`${styles.list} small quiet`} aria-label="How it was weighed">
      {steps.map(({ key, text, weight, from, to }) => (
        <li key={key} className={styles.step}>
          <span>{text}</span>
          <span className={`${styles.value} number faint`}>{signed(weight, 1)}</span>
          <span className={styles.track} aria-hidden="true">
            <i
              className={to >= from ? styles.raises : styles.lowers}
              style={{ left: `${at(Math.min(from, to))}%`, width: `${Math.abs(at(to) - at(from))}%` }}
            />
            <i className={styles.even} style={{ left: `${at(0)}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Each step begins where the one before ended; where the start is not told, there is no sum. */
function stepsOf(of: Readonly<Record<string, unknown>>): Step[] {
  const weights = Array.isArray(of['weights']) ? (of['weights'] as Weight[]) : [];
  const [start, total] = [of['prior'], of['weight']];
  const isWhole = typeof start === 'number' && typeof total === 'number';
  let sum = isWhole ? start : 0;
  const steps: Step[] = weights.map((part) => {
    const weight = typeof part.weight === 'number' ? part.weight : 0;
    const text = typeof part.words === 'string' ? part.words : words(String(part.comparison));
    const from = sum;
    sum += weight;
    return { key: String(part.comparison), text, weight, from, to: sum };
  });
  if (!isWhole || steps.length === 0) return steps;
  return [
    { key: '(start)', text: 'Any two people, before anything is compared', weight: start, from: 0, to: start },
    ...steps,
    { key: '(total)', text: 'In all', weight: total, from: 0, to: total },
  ];
}
