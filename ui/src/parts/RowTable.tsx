// A framed table whose rows are to be opened: the link or button with the class `target` covers its whole row. Figures
// stand right with the class `right`.

import type { ReactNode } from 'react';
import styles from './RowTable.module.css';

export const { right, target } = styles;

export function RowTable({ children }: { children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <table className={styles.table}>{children}</table>
    </div>
  );
}
