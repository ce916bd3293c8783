// Addresses that are told who enters and leaves a segment: added with the secret that signs the calls, tried, removed, and
// what they answered lately.

import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { count, plural, relative, stamp } from '../../format.ts';
import { Command } from '../../parts/Command.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow, useZone } from '../../place.tsx';
import type { HookAnswer, SegmentHook } from '../../segmentsApi.ts';
import { useAddHook, useRemoveHook, useSegmentHooks, useTestHook } from '../../segmentsQueries.ts';
import styles from './Segment.module.css';

export function Hooks({ id }: { id: string }) {
  const hooks = useSegmentHooks();
  const add = useAddHook();
  const rows = hooks.data?.hooks.filter(({ segment_ids: ids }) => ids === null || ids.includes(id)) ?? [];
  return (
    <Panel title="Who is told" note="Signed calls tell an address who enters and leaves, and why, within seconds.">
      {hooks.error && <ProblemNote error={hooks.error} onRetry={() => void hooks.refetch()} />}
      {!hooks.data && !hooks.error && <LoadingBlock height={60} />}
      {hooks.data && rows.length === 0 && <p className="quiet">No address is told yet.</p>}
      {rows.length > 0 && (
        <ul className={styles.list} aria-label="Addresses">
          {rows.map((hook) => (
            <Hook key={hook.id} hook={hook} />
          ))}
        </ul>
      )}
      {add.data && (
        <div role="status" className="small">
          <p>
            Added. The calls are signed with this secret; keep it now, it is not shown again. How to check a signature,
            and how to make another secret, stands in the guide.
          </p>
          <Command text={add.data.secret} label="Copy the secret" />
        </div>
      )}
      <Adding id={id} add={add} />
    </Panel>
  );
}

function Hook({
  hook: { id, url, segment_ids: ids, sent, withheld, failures, retry_at: retryAt, answers },
}: HookProps) {
  const now = useNow(10);
  const zone = useZone();
  const test = useTestHook();
  const remove = useRemoveHook();
  return (
    <li>
      <p>
        <strong className={styles.address}>{url}</strong>{' '}
        <span className="faint small">
          {ids === null ? 'of all segments' : plural(ids.length, 'segment', 'segments')}
        </span>
      </p>
      <p className="quiet small">
        {plural(sent, 'change', 'changes')} told{withheld > 0 && `, ${count(withheld)} withheld for want of consent`}.{' '}
        {failures > 0 &&
          `${plural(failures, 'call', 'calls')} failed since; tried again ${retryAt ? relative(retryAt, now) : 'soon'}, and nothing is lost.`}
      </p>
      {answers.length > 0 && (
        <ol className="faint small" aria-label={`Last answers of ${url}`}>
          {answers.map((answer) => (
            <li key={answer.at} title={stamp(answer.at, zone)}>
              {relative(answer.at, Math.max(now, Date.parse(answer.at)))}: {answerWords(answer)}
            </li>
          ))}
        </ol>
      )}
      <div className={styles.actions}>
        <Button
          variant="default"
          size="xs"
          aria-label={`Send a test to ${url}`}
          // Not disabled meanwhile: that would take the focus away.
          onClick={() => !test.isPending && test.mutate(id)}
        >
          Send a test
        </Button>
        <Button
          variant="default"
          size="xs"
          aria-label={`Remove ${url}`}
          loading={remove.isPending}
          onClick={() => remove.mutate(id)}
        >
          Remove
        </Button>
      </div>
      <p role="status" className="small">
        {test.data && (test.data.fault === null ? 'The test was taken.' : `The test failed: ${test.data.fault}`)}
      </p>
      {(test.error ?? remove.error) && <ProblemNote error={test.error ?? remove.error} />}
    </li>
  );
}

type HookProps = { hook: SegmentHook };

function answerWords({ changes, is_test: isTest, fault }: HookAnswer): string {
  const what = isTest ? 'a test' : plural(changes, 'change', 'changes');
  return fault === null ? `${what} taken` : `${what} not taken: ${fault}`;
}

function Adding({ id, add }: { id: string; add: ReturnType<typeof useAddHook> }) {
  const [url, setUrl] = useState('');
  const [isOfAll, setOfAll] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ url: url.trim(), ...(!isOfAll && { segment_ids: [id] }) }, { onSuccess: () => setUrl('') });
  };
  return (
    <details className={styles.hand}>
      <summary>Tell an address</summary>
      <form onSubmit={submit} className={styles.form}>
        <TextInput
          label="Address"
          placeholder="https://…"
          required
          maxLength={2000}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Checkbox
          label="Of all segments"
          checked={isOfAll}
          onChange={(event) => setOfAll(event.currentTarget.checked)}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Tell it
        </Button>
      </form>
      {add.error && <ProblemNote error={add.error} />}
    </details>
  );
}
