// Which events a condition looks at: by name, and by what stands in them.

import { Button, TagsInput } from '@mantine/core';
import type { EventsWish, Filter } from '../../rule.ts';
import { ofField } from './conditions.ts';
import { NameInput, PredicateFields } from './Fields.tsx';
import styles from './Rule.module.css';
import type { Suggestions } from './suggestions.ts';

export type EventsProps = {
  label: string;
  value: EventsWish;
  suggestions: Suggestions;
  onChange: (changes: EventsWish) => void;
};

/** Which events, by name and by what stands in them. */
export function EventsFields({ label, value: { event, where = [] }, suggestions, onChange }: EventsProps) {
  const names = event === undefined ? [] : [event].flat();
  const setNames = (next: string[]) =>
    onChange({ event: next.length > 1 ? next : next[0], where: where.length > 0 ? where : undefined });
  const setWhere = (next: Filter[]) => onChange({ event, where: next.length > 0 ? next : undefined });
  return (
    <>
      <TagsInput
        label={label}
        className={styles.name}
        placeholder={names.length === 0 ? 'Any event' : undefined}
        data={suggestions.events}
        value={names}
        onChange={setNames}
      />
      <Button
        variant="subtle"
        size="compact-sm"
        className={styles.low}
        onClick={() => setWhere([...where, { field: '', op: 'is', value: '' }])}
      >
        Only where …
      </Button>
      {where.map((filter, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a filter has no name of its own, and all that it holds is in its place
        <fieldset key={i} className={styles.filter}>
          <legend>Where {i + 1}</legend>
          <NameInput
            label="Of the event"
            placeholder="properties.colour"
            value={filter.field}
            suggestions={suggestions.fields}
            onChange={(field) => setWhere(where.with(i, { ...filter, field }))}
          />
          <PredicateFields
            value={filter}
            asked={ofField}
            onChange={(predicate) => setWhere(where.with(i, { field: filter.field, ...predicate }))}
          />
          <Button
            variant="subtle"
            size="compact-sm"
            className={styles.low}
            aria-label={`Remove where ${i + 1}`}
            onClick={() => setWhere(where.toSpliced(i, 1))}
          >
            Remove
          </Button>
        </fieldset>
      ))}
    </>
  );
}
