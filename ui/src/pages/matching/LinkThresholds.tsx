// Where to draw the line: a slider over the thresholds, what each would link and what to expect of it, and to set it.

import { Button, Slider, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { MatchOutcome, RulesChange } from '../../api.ts';
import { Figure } from '../../charts/Figure.tsx';
import { linkThresholdChart } from '../../charts/linkThresholds.ts';
import { count, finePercent, plural } from '../../format.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useIdentityRules, useSetRules } from '../../queries.ts';
import styles from './LinkThresholds.module.css';

export function LinkThresholds({ outcome: { thresholds } }: { outcome: MatchOutcome }) {
  const rules = useIdentityRules();
  const linkAt = rules.data?.rules.probabilistic.linkAt ?? 0.99;
  const [chosen, setChosen] = useState<number | null>(null);
  const inForce = Math.max(
    0,
    thresholds.findIndex(({ threshold }) => threshold >= linkAt),
  );
  const row = thresholds[chosen ?? inForce];
  return (
    <Figure
      title="Where to draw the line"
      name="Link thresholds"
      note="Pairs above it are linked, pairs below it wait for review. The solid line is the precision that the model expects, the dashed one the recall."
      chart={linkThresholdChart}
      data={{ rows: thresholds, chosen: row.threshold }}
      height={230}
    >
      <div className={styles.top}>
        <div className={styles.slider}>
          <label htmlFor="link-at" className="small quiet">
            Linked from {row.threshold} on
          </label>
          <Slider
            id="link-at"
            thumbLabel="Link from"
            thumbValueText={(at) => `Linked from ${thresholds[at]?.threshold} on`}
            value={chosen ?? inForce}
            onChange={setChosen}
            min={0}
            max={thresholds.length - 1}
            label={null}
            marks={[{ value: inForce, label: 'Now' }]}
          />
        </div>
        <p aria-live="polite">
          <strong>{plural(row.pairs, 'pair', 'pairs')}</strong> would be linked. Of them{' '}
          <strong>{finePercent(row.expectedPrecision)}</strong> are right by expectation (
          {count(Math.round(row.pairs * (1 - row.expectedPrecision)))} wrong), and they are{' '}
          {finePercent(row.expectedRecall, 0)} of all pairs of one person.
        </p>
      </div>
      {rules.data && row.threshold !== linkAt && (
        <SetLinkAt threshold={row.threshold} change={rules.data.change} onSet={() => setChosen(null)} />
      )}
    </Figure>
  );
}

type SetLinkAtProps = { threshold: number; change: RulesChange; onSet: () => void };

function SetLinkAt({ threshold, change, onSet }: SetLinkAtProps) {
  const [reason, setReason] = useState('');
  const set = useSetRules();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        const rules = { ...change, probabilistic: { ...change.probabilistic, linkAt: threshold } };
        set.mutate({ rules, reason }, { onSuccess: onSet });
      }}
    >
      <TextInput
        size="xs"
        label="Reason"
        description="Everybody is linked anew; it is kept with who did it and why."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        required
      />
      <Button type="submit" size="xs" variant="default" loading={set.isPending}>
        Link from {threshold} on
      </Button>
      {set.error && <ProblemNote error={set.error} />}
    </form>
  );
}
