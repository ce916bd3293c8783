// What to keep in mind before trusting the numbers below.

import { IconAlertTriangle } from '@tabler/icons-react';
import styles from './Warnings.module.css';

export function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning} className={styles.warning}>
          <IconAlertTriangle size={16} aria-hidden className={styles.icon} />
          {warning}
        </li>
      ))}
    </ul>
  );
}
