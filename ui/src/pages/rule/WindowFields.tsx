// When a condition looks: ever, the last so many days, a calendar span of the workspace, or fixed days.

import { NativeSelect, TextInput } from '@mantine/core';
import type { CalendarUnit, SpanUnit, Window } from '../../rule.ts';
import { Amount, titled, units } from './Fields.tsx';
import styles from './Rule.module.css';

const calendars: CalendarUnit[] = ['day', 'week', 'month', 'year'];
const choices = [
  { value: 'ever', label: 'ever' },
  ...units.map((unit) => ({ value: `last ${unit}`, label: `in the last ${unit}` })),
  ...units.map((unit) => ({ value: `ago ${unit}`, label: `between so many ${unit} ago` })),
  ...calendars.map((unit) => ({ value: `this ${unit}`, label: `this ${unit}` })),
  ...calendars.map((unit) => ({ value: `previous ${unit}`, label: `the previous ${unit}` })),
  { value: 'fixed', label: 'between two days' },
];

export function WindowFields({
  value,
  onChange,
}: {
  value: Window | undefined;
  onChange: (window: Window | undefined) => void;
}) {
  return (
    <>
      <NativeSelect
        label="When"
        className={styles.short}
        data={choices}
        value={choiceOf(value)}
        onChange={(event) => onChange(windowOf(event.currentTarget.value, value))}
      />
      {value && 'last' in value && (
        <>
          <Amount
            label={value.until === undefined ? titled(value.unit) : `From ${value.unit} ago`}
            min={1}
            isWhole
            value={value.last}
            onChange={(last) => onChange({ ...value, last })}
          />
          {value.until !== undefined && (
            <Amount
              label={`Until ${value.unit} ago`}
              min={1}
              isWhole
              value={value.until}
              onChange={(until) => onChange({ ...value, until })}
            />
          )}
        </>
      )}
      {value && isFixed(value) && (
        <>
          <Day label="From" value={value.from} onChange={(from) => onChange({ ...value, from })} />
          <Day label="To" value={value.to} onChange={(to) => onChange({ ...value, to })} />
        </>
      )}
    </>
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}) {
  return (
    <TextInput
      label={label}
      type="date"
      className={styles.short}
      value={value?.slice(0, 10) ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

function isFixed(window: Window): window is { from?: string; to?: string } {
  return !('last' in window) && !('calendar' in window);
}

function choiceOf(window: Window | undefined): string {
  if (window === undefined) return 'ever';
  if ('calendar' in window) return `${window.which} ${window.calendar}`;
  if ('last' in window) return `${window.until === undefined ? 'last' : 'ago'} ${window.unit}`;
  return 'fixed';
}

function windowOf(choice: string, before: Window | undefined): Window | undefined {
  if (choice === 'ever') return undefined;
  if (choice === 'fixed') return { from: new Date().toISOString().slice(0, 10) };
  const [how, unit] = choice.split(' ');
  if (how === 'this' || how === 'previous') return { calendar: unit as CalendarUnit, which: how };
  const last = before && 'last' in before ? before.last : 30;
  return how === 'last'
    ? { last, unit: unit as SpanUnit }
    : { last: Math.max(2, last), until: Math.max(1, Math.floor(last / 2)), unit: unit as SpanUnit };
}
