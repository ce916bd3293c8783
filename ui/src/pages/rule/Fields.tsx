// The parts that condition forms are made of: names with suggestions, comparisons, lengths of
// time and windows. All are native controls, so that the keyboard does everything.

import { NativeSelect, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { useId } from 'react';
import type { Condition, Op, Predicate, Span, SpanUnit, Value } from '../../rule.ts';
import { type Asked, asking, opLabels } from './conditions.ts';
import styles from './Rule.module.css';
import type { Suggestion, Suggestions } from './suggestions.ts';

export type FormProps<C extends Condition = Condition> = {
  condition: C;
  suggestions: Suggestions;
  onChange: (condition: C) => void;
};

export type NameProps = {
  label: string;
  value: string;
  suggestions: Suggestion[];
  placeholder?: string;
  onChange: (value: string) => void;
};

export function NameInput({ label, value, suggestions, placeholder, onChange }: NameProps) {
  const list = useId();
  return (
    <>
      <TextInput
        label={label}
        className={styles.name}
        placeholder={placeholder}
        list={list}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={list}>
        {suggestions.map((one) => (
          <option key={one.value} value={one.value} label={one.label} />
        ))}
      </datalist>
    </>
  );
}

export type PredicateProps = {
  value: Predicate;
  asked: Asked;
  onChange: (predicate: Predicate) => void;
};

export function PredicateFields({ value: { op, value }, asked, onChange }: PredicateProps) {
  const set = (next: Value) => onChange({ op, value: next });
  return (
    <>
      <NativeSelect
        label="Comparison"
        className={styles.short}
        data={asked.ops.map((one) => ({ value: one, label: opLabels[one] }))}
        value={op}
        onChange={(event) => onChange(asking(value, event.currentTarget.value as Op, asked))}
      />
      {asked.choices && typeof value === 'string' ? (
        <NativeSelect
          label="Value"
          className={styles.short}
          data={asked.choices}
          value={value}
          onChange={(event) => set(event.currentTarget.value)}
        />
      ) : (
        <ValueFields op={op} value={value} isNumber={asked.isNumber === true} onChange={set} />
      )}
    </>
  );
}

type ValueProps = { op: Op; value: Value | undefined; isNumber: boolean; onChange: (value: Value) => void };

function ValueFields({ op, value, isNumber, onChange }: ValueProps) {
  if (value === undefined) return null;
  if (op === 'between') {
    const [low, high] = value as number[];
    return (
      <>
        <Amount label="From" value={low} onChange={(next) => onChange([next, high])} />
        <Amount label="To" value={high} onChange={(next) => onChange([low, next])} />
      </>
    );
  }
  if (op === 'before' || op === 'after') {
    return (
      <TextInput
        label="Day"
        type="date"
        className={styles.short}
        value={String(value).slice(0, 10)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if ((op === 'is' || op === 'is_not') && !isNumber) return <AnyValue value={value} onChange={onChange} />;
  if (typeof value === 'number')
    return <Amount label={op.startsWith('in_') ? 'Days' : 'Value'} value={value} onChange={onChange} />;
  if (Array.isArray(value)) return <List value={value} isNumber={isNumber} onChange={onChange} />;
  return (
    <TextInput
      label="Value"
      className={styles.short}
      value={String(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

const shapes = [
  { value: 'text', label: 'the text' },
  { value: 'list', label: 'any of' },
  { value: 'number', label: 'the number' },
  { value: 'flag', label: 'yes or no' },
];
const blanks: Record<string, Value> = { text: '', list: [], number: 0, flag: true };

/** Text, number, yes or no, or several texts: JSON tells them apart, so who builds a rule has to. */
function AnyValue({ value, onChange }: { value: Value; onChange: (value: Value) => void }) {
  const shape = Array.isArray(value)
    ? 'list'
    : typeof value === 'number'
      ? 'number'
      : typeof value === 'boolean'
        ? 'flag'
        : 'text';
  return (
    <>
      <NativeSelect
        label="Compared with"
        className={styles.tiny}
        data={shapes}
        value={shape}
        onChange={(event) => onChange(blanks[event.currentTarget.value])}
      />
      {shape === 'flag' ? (
        <NativeSelect
          label="Value"
          className={styles.tiny}
          data={[
            { value: 'true', label: 'yes' },
            { value: 'false', label: 'no' },
          ]}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value === 'true')}
        />
      ) : shape === 'number' ? (
        <Amount label="Value" value={value as number} onChange={onChange} />
      ) : shape === 'list' ? (
        <List value={value as (string | number)[]} onChange={onChange} />
      ) : (
        <TextInput
          label="Value"
          className={styles.short}
          value={value as string}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </>
  );
}

type ListProps = {
  value: (string | number)[];
  isNumber?: boolean;
  onChange: (value: (string | number)[]) => void;
};

/** What was a number stays one. */
function List({ value, isNumber = false, onChange }: ListProps) {
  const before = new Map(value.map((one) => [String(one), one]));
  const read = (text: string) => before.get(text) ?? (isNumber ? Number(text) : text);
  return (
    <TagsInput
      label="Values"
      className={styles.name}
      placeholder={value.length === 0 ? 'Type one, press Enter' : undefined}
      value={[...before.keys()]}
      onChange={(texts) => onChange(texts.map(read).filter((one) => typeof one === 'string' || !Number.isNaN(one)))}
    />
  );
}

export type AmountProps = {
  label: string;
  value: number;
  min?: number;
  max?: number;
  isWhole?: boolean;
  onChange: (value: number) => void;
};

/** A number; an empty field keeps the last one. */
export function Amount({ label, value, min, max, isWhole = false, onChange }: AmountProps) {
  return (
    <NumberInput
      label={label}
      className={styles.amount}
      hideControls
      allowDecimal={!isWhole}
      min={min}
      max={max}
      value={value}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}

export const units: SpanUnit[] = ['minutes', 'hours', 'days', 'weeks'];

/** A length of time, or none. */
export function SpanFields({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Span | undefined;
  onChange: (span: Span | undefined) => void;
}) {
  return (
    <>
      <NativeSelect
        label={label}
        className={styles.short}
        data={[{ value: '', label: 'whenever' }, ...units.map((unit) => ({ value: unit, label: `within ${unit}` }))]}
        value={value?.unit ?? ''}
        onChange={(event) => {
          const unit = event.currentTarget.value as SpanUnit | '';
          onChange(unit === '' ? undefined : { amount: value?.amount ?? 1, unit });
        }}
      />
      {value && (
        <Amount
          label={titled(value.unit)}
          isWhole
          min={1}
          value={value.amount}
          onChange={(amount) => onChange({ ...value, amount })}
        />
      )}
    </>
  );
}

export function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
