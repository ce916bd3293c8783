// The filters of the list of people. Typing waits a moment before it asks; everything stands in the address.

import { CloseButton, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { words } from '../../format.ts';
import { LevelChoice } from '../../parts/LevelChoice.tsx';
import type { PeopleFilter } from '../../queries.ts';
import { useOverview } from '../../queries.ts';
import styles from './PeopleFilters.module.css';

export const peopleFilterNames = ['search', 'segment', 'category', 'sort', 'bots'] as const;

export type PeopleFiltersProps = {
  filter: PeopleFilter;
  onChange: (changes: Partial<PeopleFilter>) => void;
  actions?: ReactNode;
};

export function PeopleFilters({ filter, onChange, actions }: PeopleFiltersProps) {
  const categories = useOverview().data?.intent?.categories ?? [];
  return (
    <search className={styles.filters}>
      <SearchField value={filter.search} onChange={(search) => onChange({ search })} />
      <LevelChoice value={filter.segment} onChange={(segment) => onChange({ segment })} />
      {categories.length > 0 && (
        <Select
          aria-label="Category"
          placeholder="Any category"
          className={styles.select}
          clearable
          searchable
          value={filter.category || null}
          onChange={(category) => onChange({ category: category ?? '' })}
          data={categories.map(({ category }) => ({ value: category, label: words(category) }))}
        />
      )}
      <Select
        aria-label="Order"
        className={styles.select}
        allowDeselect={false}
        value={filter.sort || 'score'}
        onChange={(sort) => onChange({ sort: sort === 'score' || sort === null ? '' : sort })}
        data={[
          { value: 'score', label: 'Highest score first' },
          { value: 'lastSeen', label: 'Last seen first' },
        ]}
      />
      <Select
        aria-label="Programs"
        className={styles.select}
        allowDeselect={false}
        value={filter.bots || 'without'}
        onChange={(bots) => onChange({ bots: bots === 'without' || bots === null ? '' : bots })}
        data={[
          { value: 'without', label: 'Without programs' },
          { value: 'with', label: 'With programs' },
          { value: 'only', label: 'Only programs' },
        ]}
      />
      <span className={styles.actions}>{actions}</span>
    </search>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (search: string) => void }) {
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback(onChange, 250);
  useEffect(() => setTyped(value), [value]);
  const type = (text: string) => {
    setTyped(text);
    tell(text);
  };
  return (
    <TextInput
      aria-label="Search people"
      placeholder="User id or anonymous id"
      className={styles.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => type('')} />}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
