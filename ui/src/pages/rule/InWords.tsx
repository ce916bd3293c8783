// A sentence turned into the rule. What was not understood is said in place; the rule below is what counts.

import { Button, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../client.ts';
import { Panel } from '../../parts/Panel.tsx';
import type { Rule } from '../../rule.ts';
import { useHearing } from '../../segmentsQueries.ts';
import styles from './Rule.module.css';

export function InWords({ onRule }: { onRule: (rule: Rule) => void }) {
  const [sentence, setSentence] = useState('');
  const [heard, setHeard] = useState(false);
  const hearing = useHearing();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hearing.mutate(sentence, {
      onSuccess: ({ rule }) => {
        onRule(rule);
        setHeard(true);
      },
    });
  };
  return (
    <Panel title="Say it in words" note="It becomes the rule, in the place of what is there.">
      <form onSubmit={submit} className={styles.words}>
        <Textarea
          aria-label="The rule in words"
          placeholder="people who bought at least 2 times in the last 30 days and are not in the segment …"
          autosize
          minRows={2}
          maxRows={6}
          value={sentence}
          onChange={(event) => {
            setSentence(event.currentTarget.value);
            setHeard(false);
            hearing.reset();
          }}
          error={hearing.error && said(hearing.error)}
        />
        <div className="row">
          <Button
            type="submit"
            variant="default"
            size="xs"
            disabled={sentence.trim() === ''}
            loading={hearing.isPending}
          >
            Turn into the rule
          </Button>
          <span className="faint small" role="status">
            {heard && 'Done: the rule says it.'}
          </span>
        </div>
      </form>
    </Panel>
  );
}

function said(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  const { detail, hint } = error.problem;
  return [detail, hint].filter(Boolean).join(' ');
}
