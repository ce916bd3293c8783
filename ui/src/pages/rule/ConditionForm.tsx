// What a condition asks, as controls: one form for each kind.

import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import type {
  BucketCondition,
  EventCondition,
  HandCondition,
  Measure,
  ProfileCondition,
  ProfileField,
  ScoreCondition,
  ScorePart,
} from '../../rule.ts';
import { asking, measures, ofLevel, ofNumber, ofTrait, profileFields } from './conditions.ts';
import { EventsFields } from './EventsFields.tsx';
import { Amount, type FormProps, NameInput, PredicateFields } from './Fields.tsx';
import styles from './Rule.module.css';
import { StepsForm } from './StepsForm.tsx';
import type { Suggestion } from './suggestions.ts';
import { WindowFields } from './WindowFields.tsx';

export function ConditionForm({ condition, suggestions, onChange }: FormProps) {
  switch (condition.kind) {
    case 'event':
      return <EventForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'sequence':
    case 'funnel':
      return <StepsForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'trait':
      return (
        <>
          <NameInput
            label="Trait"
            placeholder="plan, address.city"
            value={condition.trait}
            suggestions={suggestions.traits}
            onChange={(trait) => onChange({ ...condition, trait })}
          />
          <PredicateFields
            value={condition}
            asked={ofTrait}
            onChange={(predicate) => onChange({ kind: 'trait', trait: condition.trait, ...predicate })}
          />
        </>
      );
    case 'signal':
      return (
        <>
          <NameInput
            label="Signal"
            placeholder="orders_30d"
            value={condition.signal}
            suggestions={suggestions.signals}
            onChange={(signal) => onChange({ ...condition, signal })}
          />
          <PredicateFields
            value={condition}
            asked={ofNumber}
            onChange={(predicate) => onChange({ kind: 'signal', signal: condition.signal, ...predicate })}
          />
        </>
      );
    case 'profile':
      return <ProfileForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'score':
      return <ScoreForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'segment':
      return (
        <SegmentChoice
          value={condition.segment}
          segments={suggestions.segments}
          onChange={(segment) => onChange({ ...condition, segment })}
        />
      );
    case 'hand':
      return <HandForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'bucket':
      return <BucketForm condition={condition} suggestions={suggestions} onChange={onChange} />;
    case 'consent':
      return (
        <NameInput
          label="Category of consent"
          placeholder="advertising"
          value={condition.category}
          suggestions={suggestions.categories}
          onChange={(category) => onChange({ ...condition, category })}
        />
      );
  }
}

function EventForm({ condition, suggestions, onChange }: FormProps<EventCondition>) {
  const { measure = 'count', of, window, ...rest } = condition;
  const { looksInside, asked } = measures[measure];
  const setMeasure = (next: Measure) => {
    const facts = measures[next];
    const { op, value } = asking(
      condition.value,
      facts.asked.ops.includes(condition.op) ? condition.op : facts.asked.ops[0],
      facts.asked,
    );
    onChange({ ...rest, op, value, measure: next, window, of: facts.looksInside ? (of ?? 'revenue') : undefined });
  };
  return (
    <>
      <EventsFields
        label="Event"
        value={condition}
        suggestions={suggestions}
        onChange={(events) => onChange({ ...condition, ...events })}
      />
      <NativeSelect
        label="Measured by"
        className={styles.short}
        data={Object.entries(measures).map(([value, { label }]) => ({ value, label }))}
        value={measure}
        onChange={(event) => setMeasure(event.currentTarget.value as Measure)}
      />
      {looksInside && (
        <NameInput
          label="Of the event"
          placeholder="revenue"
          value={of ?? ''}
          suggestions={suggestions.fields}
          onChange={(next) => onChange({ ...condition, of: next })}
        />
      )}
      <PredicateFields
        value={condition}
        asked={asked}
        onChange={({ op, value }) => onChange({ ...condition, op, value })}
      />
      <WindowFields value={window} onChange={(next) => onChange({ ...condition, window: next })} />
    </>
  );
}

function ProfileForm({ condition, onChange }: FormProps<ProfileCondition>) {
  const { field } = condition;
  const setField = (next: ProfileField) => {
    const { asked } = profileFields[next];
    onChange({ kind: 'profile', field: next, ...asking(undefined, asked.ops[0], asked) });
  };
  return (
    <>
      <NativeSelect
        label="Of the profile"
        className={styles.short}
        data={Object.entries(profileFields).map(([value, { label }]) => ({ value, label }))}
        value={field}
        onChange={(event) => setField(event.currentTarget.value as ProfileField)}
      />
      <PredicateFields
        value={condition}
        asked={profileFields[field].asked}
        onChange={(predicate) => onChange({ kind: 'profile', field, ...predicate })}
      />
    </>
  );
}

const parts: { value: ScorePart; label: string }[] = [
  { value: 'score', label: 'Score' },
  { value: 'level', label: 'Level' },
  { value: 'change', label: 'Change of the score' },
  { value: 'probability', label: 'Probability' },
  { value: 'confidence', label: 'Confidence' },
];

function ScoreForm({ condition, suggestions, onChange }: FormProps<ScoreCondition>) {
  const { of = 'score', days, model } = condition;
  const asked = of === 'level' ? ofLevel : ofNumber;
  const setPart = (part: ScorePart) => {
    const next = part === 'level' ? ofLevel : ofNumber;
    const share = part === 'probability' || part === 'confidence' ? 0.5 : part === 'change' ? 10 : 70;
    const predicate = part === 'level' ? asking(undefined, 'is', next) : asking(share, 'at_least', next);
    onChange({ kind: 'score', of: part, model, days: part === 'change' ? 7 : undefined, ...predicate });
  };
  return (
    <>
      <NativeSelect
        label="What of it"
        className={styles.short}
        data={parts}
        value={of}
        onChange={(event) => setPart(event.currentTarget.value as ScorePart)}
      />
      {of === 'change' && (
        <Amount
          label="Over days"
          isWhole
          min={1}
          max={365}
          value={days ?? 7}
          onChange={(next) => onChange({ ...condition, days: next })}
        />
      )}
      <PredicateFields
        value={condition}
        asked={asked}
        onChange={({ op, value }) => onChange({ ...condition, op, value })}
      />
      <NativeSelect
        label="Of the model"
        className={styles.short}
        data={[{ value: '', label: 'The active model' }, ...choicesOf(suggestions.models, model)]}
        value={model ?? ''}
        onChange={(event) => onChange({ ...condition, model: event.currentTarget.value || undefined })}
      />
    </>
  );
}

function SegmentChoice({
  value,
  segments,
  onChange,
}: {
  value: string;
  segments: Suggestion[];
  onChange: (id: string) => void;
}) {
  return (
    <NativeSelect
      label="Segment"
      className={styles.name}
      data={[
        { value: '', label: segments.length === 0 ? 'There is no other yet' : 'Choose one' },
        ...choicesOf(segments, value || undefined),
      ]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** With the one that is chosen, though it is not, or not yet, among them. */
function choicesOf(from: Suggestion[], chosen: string | undefined) {
  const choices = from.map(({ value, label }) => ({ value, label: label ?? value }));
  return chosen === undefined || choices.some(({ value }) => value === chosen)
    ? choices
    : [...choices, { value: chosen, label: chosen }];
}

function HandForm({ condition, suggestions, onChange }: FormProps<HandCondition>) {
  const { segment, verdict, confidence } = condition;
  return (
    <>
      <NativeSelect
        label="By hand"
        className={styles.short}
        data={[
          { value: 'include', label: 'put in' },
          { value: 'exclude', label: 'left out of' },
        ]}
        value={verdict}
        onChange={(event) => onChange({ ...condition, verdict: event.currentTarget.value as HandCondition['verdict'] })}
      />
      <SegmentChoice
        value={segment}
        segments={suggestions.segments}
        onChange={(next) => onChange({ ...condition, segment: next })}
      />
      <NumberInput
        label="Confidence of at least"
        className={styles.short}
        placeholder="any"
        hideControls
        min={0}
        max={1}
        value={confidence ?? ''}
        onChange={(next) => onChange({ ...condition, confidence: typeof next === 'number' ? next : undefined })}
      />
    </>
  );
}

function BucketForm({ condition, onChange }: FormProps<BucketCondition>) {
  return (
    <>
      <TextInput
        label="Drawn by"
        className={styles.short}
        value={condition.salt}
        onChange={(event) => onChange({ ...condition, salt: event.currentTarget.value })}
      />
      <Amount
        label="From %"
        min={0}
        max={100}
        value={condition.from}
        onChange={(from) => onChange({ ...condition, from })}
      />
      <Amount label="To %" min={0} max={100} value={condition.to} onChange={(to) => onChange({ ...condition, to })} />
    </>
  );
}
