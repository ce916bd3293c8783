// How many identifiers of each type one person may have, and how many people may carry one: changed here, after a look at
// who would become one and who would part.

import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { IdentityRules, RulesChange, RulesTrial, TypeRules } from '../../api.ts';
import { plural, words } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useIdentityRules, useSetRules, useTryRules } from '../../queries.ts';
import styles from './IdentifierLimits.module.css';

type Limit = 'perProfile' | 'windowDays' | 'carriedByUsers' | 'carriedByOthers';
type Edits = Record<string, Partial<TypeRules>>;

const limits: { field: Limit; label: string }[] = [
  { field: 'perProfile', label: 'On one person' },
  { field: 'windowDays', label: 'First seen within days' },
  { field: 'carriedByUsers', label: 'User ids that carry it' },
  { field: 'carriedByOthers', label: 'Ids of another type' },
];

export function IdentifierLimits() {
  const rules = useIdentityRules();
  return (
    <Panel
      title="Limits of identifiers"
      note="At most so many; empty is any number. A link that would go beyond a limit is not made and waits for review."
    >
      {rules.error && <ProblemNote error={rules.error} onRetry={() => void rules.refetch()} />}
      {!rules.data && !rules.error && <LoadingBlock height={200} />}
      {rules.data && <Limits rules={rules.data} />}
    </Panel>
  );
}

function Limits({ rules: { rules, change } }: { rules: IdentityRules }) {
  const [edits, setEdits] = useState<Edits>({});
  const [reason, setReason] = useState('');
  const trial = useTryRules();
  const set = useSetRules();
  const wanted = laidOver(change, edits);
  const isEdited = Object.keys(edits).length > 0;
  /** What was seen of an earlier wish no longer holds. */
  const isTried = isEdited && trial.data !== undefined && trial.variables === wanted.key;
  const types = Object.entries(rules.types).sort(([, a], [, b]) => a.priority - b.priority);
  const edit = (type: string, part: Partial<TypeRules>) => setEdits({ ...edits, [type]: { ...edits[type], ...part } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isTried) {
      trial.mutate(wanted.key);
      return;
    }
    const done = () => {
      setEdits({});
      setReason('');
    };
    set.mutate({ rules: wanted.change, reason: reason.trim() }, { onSuccess: done });
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Identifier</th>
              {limits.map(({ field, label }) => (
                <th key={field} scope="col">
                  {label}
                </th>
              ))}
              <th scope="col">Carried by more</th>
            </tr>
          </thead>
          <tbody>
            {types.map(([type, inForce]) => {
              const of = { ...inForce, ...edits[type] };
              return (
                <tr key={type}>
                  <th scope="row">{typeWords[type] ?? words(type)}</th>
                  {limits.map(({ field, label }) => (
                    <td key={field}>
                      <NumberInput
                        size="xs"
                        aria-label={`${typeWords[type] ?? words(type)}: ${label.toLowerCase()}`}
                        placeholder="any"
                        min={1}
                        allowDecimal={false}
                        allowNegative={false}
                        hideControls
                        value={of[field] ?? ''}
                        onChange={(value) => edit(type, { [field]: value === '' ? null : Number(value) })}
                      />
                    </td>
                  ))}
                  <td>
                    <NativeSelect
                      size="xs"
                      aria-label={`${typeWords[type] ?? words(type)}: carried by more`}
                      data={[
                        { value: 'first', label: 'stays with the first' },
                        { value: 'nobody', label: 'links nobody' },
                      ]}
                      value={of.whenShared}
                      onChange={(event) =>
                        edit(type, { whenShared: event.currentTarget.value as TypeRules['whenShared'] })
                      }
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div aria-live="polite">
        {isTried && <Effect trial={trial.data} />}
        {set.isSuccess && !isEdited && <p>Set: everybody is linked by these limits.</p>}
      </div>
      {isTried && (
        <TextInput
          size="xs"
          label="Reason"
          description="Everybody is linked anew; it is kept with who did it and why."
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {trial.error && trial.variables === wanted.key && <ProblemNote error={trial.error} />}
      {set.error && <ProblemNote error={set.error} />}
      {isEdited && (
        <div className="row">
          {/* One button that stays, so that the focus does. */}
          <Button type="submit" size="xs" variant={isTried ? 'filled' : 'default'} aria-busy={trial.isPending}>
            {isTried ? 'Set the limits' : 'See the effect'}
          </Button>
          <Button size="xs" variant="default" onClick={() => setEdits({})}>
            Leave them as they are
          </Button>
        </div>
      )}
    </form>
  );
}

function Effect({ trial: { merging, parting, samples, evidence } }: { trial: RulesTrial }) {
  const isAny = merging.people + parting.people > 0;
  const told = [
    merging.people > 0 && `${plural(merging.people, 'person', 'people')} would become ${merging.into}`,
    parting.people > 0 && `${plural(parting.people, 'person', 'people')} would part into ${parting.into}`,
  ].filter(Boolean);
  return (
    <>
      <p>
        <strong>{isAny ? `${told.join('; ')}.` : 'Nobody would change.'}</strong>{' '}
        <span className="faint small">
          Tried on all {plural(evidence, 'piece', 'pieces')} of evidence; nothing is written yet.
        </span>
      </p>
      {samples.length > 0 && (
        <ul className="small" aria-label="Some of them">
          {samples.map(({ before, after }) => (
            <li key={before.join() + after.join()}>
              {before.map((id) => (
                <Link key={id} href={`/people/${id}`} className={`mono ${styles.person}`}>
                  {id}
                </Link>
              ))}
              {before.length > 1 ? 'would be one' : `would be ${after.length}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const typeWords: Record<string, string> = {
  user: 'User id',
  anonymous: 'Anonymous id',
  custom: 'Any other type',
  device: 'Device',
};

/** The change in force with the edits on top, and its text, by which two wishes are told apart. */
function laidOver(change: RulesChange, edits: Edits): { change: RulesChange; key: string } {
  const types = { ...change.types };
  for (const [type, part] of Object.entries(edits)) types[type] = { ...types[type], ...part };
  const whole = { ...change, types };
  return { change: whole, key: JSON.stringify(whole) };
}
