// The drop of ink and the name.

import styles from './Brand.module.css';

export function Brand() {
  return (
    <span className={styles.brand}>
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <path fill="currentColor" d="M16 2.5c4.6 6.2 9.5 11 9.5 16.7a9.5 9.5 0 0 1-19 0C6.5 13.5 11.4 8.7 16 2.5z" />
        <circle cx="19.3" cy="20" r="3.1" fill="var(--surface)" />
      </svg>
      <span className={styles.name}>Inkling</span>
    </span>
  );
}
