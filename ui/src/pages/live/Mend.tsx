// A rejected message as it was kept, to be changed and sent again. What is still wrong with it is said in place.

import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { RejectedEvent } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useReplay } from '../../queries.ts';
import styles from './Rejected.module.css';

export function Mend({ event }: { event: RejectedEvent }) {
  if (typeof event.body === 'string') {
    return (
      <details className={styles.body}>
        <summary>As it was kept</summary>
        <pre>{event.body}</pre>
      </details>
    );
  }
  return (
    <details className={styles.body}>
      <summary>Look at it and mend it</summary>
      <Editor id={event.id} body={event.body} />
    </details>
  );
}

function Editor({ id, body }: { id: string; body: unknown }) {
  const [text, setText] = useState(() => JSON.stringify(body, null, 2));
  const replay = useReplay();
  const mended = read(text);
  const failed = replay.data?.failed[0];
  return (
    <div className={styles.editor}>
      <Textarea
        aria-label="The message"
        autosize
        maxRows={16}
        value={text}
        onChange={(change) => setText(change.currentTarget.value)}
        error={mended === undefined && 'This is not JSON.'}
        classNames={{ input: styles.text }}
      />
      {failed && (
        <p role="alert" className="small">
          {failed.detail} {failed.hint}
        </p>
      )}
      {replay.error && <ProblemNote error={replay.error} />}
      <Button
        size="xs"
        variant="default"
        disabled={mended === undefined}
        loading={replay.isPending}
        onClick={() => replay.mutate({ id, mended })}
      >
        Send it again
      </Button>
    </div>
  );
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
