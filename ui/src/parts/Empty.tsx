// Nothing here yet: why, and the next step, with the command to copy.

import type { ReactNode } from 'react';
import { Command } from './Command.tsx';
import styles from './Empty.module.css';

export type EmptyProps = { title: string; children?: ReactNode; command?: string };

export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children && <div className="quiet">{children}</div>}
      {command && <Command text={command} />}
    </div>
  );
}
