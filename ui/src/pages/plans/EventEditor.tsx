// One event of the plan: its schema as text, with what is wrong said in place, and what becomes of what does not fit.

import { Button, Select, Textarea } from '@mantine/core';
import { useId, useState } from 'react';
import type { JsonSchema, PlanAction, PlanEvent } from '../../api.ts';
import { plural } from '../../format.ts';
import styles from './Plans.module.css';
import { actions, propertiesOf, titleOf } from './plan.ts';

export type EventEditorProps = {
  event: PlanEvent;
  isOpen: boolean;
  onToggle: () => void;
  onChange: (event: PlanEvent) => void;
  onRemove: () => void;
};

const asThePlan = { value: '', label: 'As the plan says' };

export function EventEditor({ event, isOpen, onToggle, onChange, onRemove }: EventEditorProps) {
  const id = useId();
  const [text, setText] = useState(() => JSON.stringify(event.schema, null, 2));
  const schema = read(text);
  const title = titleOf(event);
  const change = (written: string) => {
    setText(written);
    const changed = read(written);
    if (changed) onChange({ ...event, schema: changed });
  };
  const setPolicy = (name: 'unplannedProperties' | 'violations', value: string | null) => {
    const { [name]: _before, ...rest } = event.policy ?? {};
    const policy = value ? { ...rest, [name]: value as PlanAction } : rest;
    const { policy: _policy, ...bare } = event;
    onChange(Object.keys(policy).length > 0 ? { ...bare, policy } : bare);
  };
  return (
    <li className={styles.event}>
      <div className="spread">
        <span>
          <span className={styles.name}>{title}</span>{' '}
          <span className="faint small">
            {event.type}, {plural(Object.keys(propertiesOf(event.schema)).length, 'property', 'properties')}
          </span>
        </span>
        <span className="row">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={onToggle}
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            aria-label={`${isOpen ? 'Close' : 'Edit'} ${title}`}
          >
            {isOpen ? 'Close' : 'Edit'}
          </Button>
          <Button variant="default" size="compact-sm" onClick={onRemove} aria-label={`Remove ${title}`}>
            Remove
          </Button>
        </span>
      </div>
      {isOpen && (
        <div id={id} className={styles.editor}>
          <Textarea
            label={`Schema of ${title}`}
            description="JSON Schema 2020-12 of its properties; of identify and group, of the traits."
            autosize
            minRows={6}
            maxRows={24}
            value={text}
            onChange={(written) => change(written.currentTarget.value)}
            error={schema === undefined && 'This is not a JSON object, so the schema stays as it was.'}
            classNames={{ input: styles.code }}
          />
          <div className={styles.policies}>
            <Select
              label="Properties not in it"
              allowDeselect={false}
              data={[asThePlan, ...actions]}
              value={event.policy?.unplannedProperties ?? ''}
              onChange={(value) => setPolicy('unplannedProperties', value)}
            />
            <Select
              label="Values that break it"
              allowDeselect={false}
              data={[asThePlan, ...actions]}
              value={event.policy?.violations ?? ''}
              onChange={(value) => setPolicy('violations', value)}
            />
          </div>
        </div>
      )}
    </li>
  );
}

function read(text: string): JsonSchema | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
  } catch {
    return undefined;
  }
}
