// A line with an icon that says something about the whole page.

import type { ReactNode } from 'react';
import styles from './StaleNote.module.css';

export function Note({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={styles.note} role="status">
      <span className={styles.icon}>{icon}</span>
      <span>{children}</span>
    </p>
  );
}
