// A titled surface: what it shows, of what and as of when, and its controls on the right.

import type { ReactNode } from 'react';
import styles from './Panel.module.css';

export type PanelProps = {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
};

export function Panel({ title, note, actions, className = '', children }: PanelProps) {
  return (
    <section className={`${styles.panel} ${className}`}>
      <header className={styles.head}>
        <div className={styles.words}>
          <h2 className={styles.title}>{title}</h2>
          {note && <p className={styles.note}>{note}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
