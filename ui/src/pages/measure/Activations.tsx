// What acting upon a segment brought: whom to use, who is left alone, and each use with its groups side by side.

import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { Activation, ComparedGroup, Lift } from '../../api.ts';
import { count, percent, percentRange, plural, shortDayYear } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { RateBar } from '../../parts/RateBar.tsx';
import { useZone } from '../../place.tsx';
import { useActivations, useEndActivation, useLift, useSegments, useStartActivation } from '../../queries.ts';
import styles from '../Measure.module.css';

const colors: Record<string, string> = {
  'Targeted by intent': 'var(--accent)',
  'Targeted by demographic traits': 'var(--lowers)',
};

export function Activations() {
  const list = useActivations();
  const [chosen, choose] = useState<string | null>(null);
  if (list.error) {
    return (
      <Panel title="What acting brings">
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      </Panel>
    );
  }
  const activations = list.data?.activations ?? [];
  const shown = activations.find(({ id }) => id === chosen) ?? activations[0];
  return (
    <>
      {shown && (
        <Panel
          title="What acting brought"
          note="People were drawn at random: some were acted upon, some were left alone."
          actions={
            activations.length > 1 && (
              <NativeSelect
                size="xs"
                aria-label="Use of a segment"
                value={shown.id}
                onChange={({ currentTarget }) => choose(currentTarget.value)}
                data={activations.map(({ id, name }) => ({ value: id, label: name }))}
              />
            )
          }
        >
          <Brought activation={shown} />
        </Panel>
      )}
      <Start />
    </>
  );
}

function Brought({ activation }: { activation: Activation }) {
  const lift = useLift(activation.id);
  const end = useEndActivation();
  const zone = useZone();
  if (lift.error) return <ProblemNote error={lift.error} onRetry={() => void lift.refetch()} />;
  if (!lift.data) return <p className="quiet">Counting …</p>;
  const { statement, comparisons, sampleRatio, awaited, knownAt, method } = lift.data;
  return (
    <>
      <p>
        <strong>{statement}</strong>
      </p>
      {comparisons.length > 0 && <Groups lift={lift.data} />}
      {comparisons.slice(1).map(({ name, sentence }) => (
        <p key={name}>{sentence}</p>
      ))}
      <p
        className={sampleRatio.isAsPlanned ? 'small quiet' : undefined}
        role={sampleRatio.isAsPlanned ? undefined : 'alert'}
      >
        {sampleRatio.sentence}
      </p>
      <p className="small quiet">
        {activation.name}, since {shortDayYear(activation.startedAt, zone)}
        {activation.endedAt && `, until ${shortDayYear(activation.endedAt, zone)}`}; conversions within{' '}
        {plural(activation.windowDays, 'day', 'days')}.{' '}
        {awaited > 0 && knownAt && `All is known on ${shortDayYear(knownAt, zone)}.`} {method}
      </p>
      {end.error && <ProblemNote error={end.error} />}
      {activation.endedAt === null && (
        <div>
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate(activation.id)}>
            End this use
          </Button>
        </div>
      )}
    </>
  );
}

function Groups({ lift }: { lift: Lift }) {
  const groups = new Map(
    lift.comparisons.flatMap(({ group, against }) => [group, against]).map((one) => [one.name, one]),
  );
  return (
    <ul className={styles.groups} aria-label="Groups">
      {[...groups.values()].map((group) => (
        <Group key={group.name} group={group} />
      ))}
    </ul>
  );
}

function Group({ group: { name, people, conversions, rate, interval } }: { group: ComparedGroup }) {
  return (
    <li>
      <p>{name}</p>
      <p>
        <strong className="number">{percent(rate)}</strong>{' '}
        <span className="faint small number">
          {rate !== null && `(${percentRange(interval)}), `}
          {count(conversions)} of {count(people)} converted
        </span>
      </p>
      <RateBar rate={rate} interval={interval} color={colors[name] ?? 'var(--ink-faint)'} />
    </li>
  );
}

function Start() {
  const segments = useSegments();
  const start = useStartActivation();
  const [name, setName] = useState('');
  const [segment, setSegment] = useState('');
  const [control, setControl] = useState<string | number>(20);
  const [demographic, setDemographic] = useState<string | number>(0);
  const known = segments.data?.segments ?? [];
  if (known.length === 0) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate(
      {
        name: name.trim(),
        segmentId: segment || known[0].id,
        controlShare: Number(control) / 100,
        demographicShare: Number(demographic) / 100,
      },
      { onSuccess: () => setName('') },
    );
  };
  return (
    <Panel
      title="Use a segment"
      note={
        <>
          A share of its people is left alone, so that it can be said what acting brought.{' '}
          <Link href="/segments">Segments</Link> are made of scores.
        </>
      }
    >
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          label="What for"
          placeholder="June letter"
          required
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          className={styles.steps}
        />
        <NativeSelect
          label="Segment"
          value={segment || known[0].id}
          onChange={({ currentTarget }) => setSegment(currentTarget.value)}
          data={known.map((one) => ({ value: one.id, label: one.name }))}
        />
        <NumberInput
          label="Left alone, %"
          min={0}
          max={95}
          value={control}
          onChange={setControl}
          className={styles.share}
        />
        <NumberInput
          label="By demographic traits, %"
          min={0}
          max={95}
          value={demographic}
          onChange={setDemographic}
          className={styles.share}
        />
        <Button type="submit" variant="default" loading={start.isPending}>
          Draw the people
        </Button>
      </form>
      {start.error && <ProblemNote error={start.error} />}
      <p role="status" className="small quiet">
        {start.data &&
          `${start.data.name} has begun: GET /api/v1/measure/activations/${start.data.id}/people lists whom to reach.`}
      </p>
    </Panel>
  );
}
