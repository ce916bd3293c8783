// The state of a segment as a small label.

import mark from '../../parts/StatusMark.module.css';
import type { SegmentStatus } from '../../segmentsApi.ts';
import { statuses } from './strategies.ts';

export function StatusWord({ status }: { status: SegmentStatus }) {
  return (
    <span className={mark.mark} data-status={status.toUpperCase()}>
      <span className={mark.dot} aria-hidden="true" />
      {statuses.find(({ value }) => value === status)?.label}
    </span>
  );
}
