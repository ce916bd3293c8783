// An event in words, as the server tells it: what happened stands out, what it was about follows.

import { words } from '../format.ts';
import styles from './EventWords.module.css';

export function EventWords({ summary, event }: { summary: string; event: string }) {
  const colon = summary.indexOf(': ');
  const what = colon < 0 ? summary : summary.slice(0, colon);
  return (
    <span className={styles.words}>
      <span className={styles.what}>{what || words(event)}</span>
      {colon >= 0 && <span className="quiet"> {summary.slice(colon + 2)}</span>}
    </span>
  );
}
