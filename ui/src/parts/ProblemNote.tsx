// A failure as the server tells it: what failed, the detail, and what to do. Commands in the hint are set as such.

import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Problem } from '../api.ts';
import { ApiError } from '../client.ts';
import styles from './ProblemNote.module.css';

export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = problemOf(error);
  return (
    <div className={styles.note} role="alert">
      <IconAlertTriangle size={18} aria-hidden className={styles.icon} />
      <div className={styles.body}>
        <p className={styles.title}>{problem.title}</p>
        <p className="quiet">{problem.detail}</p>
        {problem.field && (
          <p className="quiet small">
            Field <code className="mono">{problem.field}</code>
            {problem.value !== undefined && (
              <>
                {' '}
                with the value <code className="mono">{JSON.stringify(problem.value)}</code>
              </>
            )}
          </p>
        )}
        {problem.hint && <p>{withCode(problem.hint)}</p>}
        {problem.requestId && <p className="faint tiny">Request {problem.requestId}</p>}
        {onRetry && (
          <Button variant="default" size="xs" onClick={onRetry} className={styles.retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

function problemOf(error: unknown): Pick<Problem, 'title' | 'detail' | 'hint' | 'field' | 'value' | 'requestId'> {
  if (error instanceof ApiError) return error.problem;
  return {
    title: 'This page failed to draw',
    detail: error instanceof Error ? error.message : String(error),
    hint: 'Load it again; if it stays, report it with what you see here.',
  };
}

function withCode(text: string) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a fixed sentence have no other name
      <code key={index} className="mono">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
