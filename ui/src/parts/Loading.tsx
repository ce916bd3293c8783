// What stands while an answer is on its way: grey shapes in the place of the real ones. They appear after 120 ms
// only, so that a quick answer never flickers.

import { Skeleton, VisuallyHidden } from '@mantine/core';
import styles from './Loading.module.css';

export function LoadingPage() {
  return (
    <div className={styles.late} aria-busy="true">
      <VisuallyHidden role="status">Loading</VisuallyHidden>
      <Skeleton height={14} width={90} mb={18} />
      <Skeleton height={26} width="min(34rem, 90%)" mb={10} />
      <Skeleton height={14} width="min(22rem, 70%)" mb={32} />
      <div className={styles.cards}>
        <Skeleton height={132} radius={10} />
        <Skeleton height={132} radius={10} />
        <Skeleton height={132} radius={10} />
      </div>
      <Skeleton height={300} radius={10} mt={20} />
    </div>
  );
}

export function LoadingBlock({ height }: { height: number }) {
  return (
    <div className={styles.late} aria-busy="true">
      <Skeleton height={height} radius={8} />
    </div>
  );
}
