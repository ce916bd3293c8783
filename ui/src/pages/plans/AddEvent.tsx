// Adds an event to the plan by hand, with a schema to begin from.

import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PlanEvent } from '../../api.ts';
import styles from './Plans.module.css';

const types: { value: PlanEvent['type']; label: string }[] = [
  { value: 'track', label: 'Track' },
  { value: 'page', label: 'Page' },
  { value: 'screen', label: 'Screen' },
  { value: 'identify', label: 'Identify' },
  { value: 'group', label: 'Group' },
  { value: 'common', label: 'Every message' },
];
const named = new Set<PlanEvent['type']>(['track', 'page', 'screen']);

export function AddEvent({ onAdd }: { onAdd: (event: PlanEvent) => void }) {
  const [type, setType] = useState<PlanEvent['type']>('track');
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd({ type, name: named.has(type) ? name.trim() : '', schema: { type: 'object', properties: {} } });
    setName('');
  };
  return (
    <form onSubmit={submit} className={styles.add}>
      <Select
        label="Type"
        allowDeselect={false}
        data={types}
        value={type}
        onChange={(value) => setType(value as PlanEvent['type'])}
      />
      {named.has(type) && (
        <TextInput
          label="Name of the event"
          required={type === 'track'}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <Button type="submit" variant="default">
        Add
      </Button>
    </form>
  );
}
