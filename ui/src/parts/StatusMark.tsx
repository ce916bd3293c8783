// The state of a model as a small label; training breathes.

import type { ModelRow } from '../api.ts';
import styles from './StatusMark.module.css';

const labels: Record<ModelRow['status'], string> = {
  ACTIVE: 'Active',
  TRAINING: 'Training',
  DEPRECATED: 'Replaced',
  FAILED: 'Failed',
};

export function StatusMark({ status }: { status: ModelRow['status'] }) {
  return (
    <span className={styles.mark} data-status={status}>
      <span className={styles.dot} aria-hidden="true" />
      {labels[status] ?? status}
    </span>
  );
}
