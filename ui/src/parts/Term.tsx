// A word that explains itself: dotted underline, one sentence on hover, focus and touch.

import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { glossary, type TermName } from '../glossary.ts';
import styles from './Term.module.css';

export function Term({ name, children }: { name: TermName; children: ReactNode }) {
  return (
    <Tooltip label={glossary[name]}>
      <button type="button" className={styles.term}>
        {children}
      </button>
    </Tooltip>
  );
}
