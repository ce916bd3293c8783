// Says that the first event came, once, when the workspace turns from empty to not empty under the reader's eyes, and
// lets every page read anew.

import { CloseButton } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { usePlace } from '../place.tsx';
import styles from './FirstEventNote.module.css';

export function FirstEventNote() {
  const { hasEvents } = usePlace();
  const queries = useQueryClient();
  const wasEmpty = useRef(!hasEvents);
  const [arrived, setArrived] = useState(false);
  useEffect(() => {
    if (!hasEvents || !wasEmpty.current) return;
    wasEmpty.current = false;
    setArrived(true);
    void queries.invalidateQueries();
  }, [hasEvents, queries]);
  return (
    <div role="status">
      {arrived && (
        <p className={styles.note}>
          <IconCircleCheck size={18} aria-hidden className={styles.icon} />
          Your first event arrived.
          <CloseButton size="sm" aria-label="Close" onClick={() => setArrived(false)} />
        </p>
      )}
    </div>
  );
}
