// A bar from the middle: right in one colour when it raises, left in another when it lowers.

import styles from './SignedBar.module.css';

/** `part` from -1 to 1 of half the width. */
export function SignedBar({ part, label }: { part: number; label: string }) {
  const width = `${Math.min(1, Math.abs(part)) * 50}%`;
  const style =
    part >= 0
      ? { left: '50%', width, background: 'var(--raises)', borderRadius: '0 3px 3px 0' }
      : { right: '50%', width, background: 'var(--lowers)', borderRadius: '3px 0 0 3px' };
  return (
    <div className={styles.track} role="img" aria-label={label}>
      <span className={styles.bar} style={style} />
      <span className={styles.zero} />
    </div>
  );
}
