// Steps in order, and what did not follow; a funnel is steps with the last one that was reached.

import { Button, NativeSelect } from '@mantine/core';
import type { FunnelCondition, SequenceCondition, Step } from '../../rule.ts';
import { EventsFields } from './EventsFields.tsx';
import { type FormProps, SpanFields } from './Fields.tsx';
import styles from './Rule.module.css';
import { WindowFields } from './WindowFields.tsx';

export function StepsForm({ condition, suggestions, onChange }: FormProps<SequenceCondition | FunnelCondition>) {
  const { steps, within, window } = condition;
  const isFunnel = condition.kind === 'funnel';
  const setSteps = (next: Step[]) =>
    onChange(
      isFunnel
        ? { ...condition, steps: next, reached: Math.min(condition.reached, next.length) }
        : { ...condition, steps: next },
    );
  const least = isFunnel ? 2 : 1;
  return (
    <>
      {steps.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name of its own, and all that it holds is in its place
        <fieldset key={i} className={styles.filter}>
          <legend>Step {i + 1}</legend>
          <EventsFields
            label={`Event of step ${i + 1}`}
            value={step}
            suggestions={suggestions}
            onChange={(events) => setSteps(steps.with(i, { ...step, ...events }))}
          />
          {i > 0 && (
            <SpanFields
              label="After the step before"
              value={step.within}
              onChange={(span) => setSteps(steps.with(i, { ...step, within: span }))}
            />
          )}
          {steps.length > least && (
            <Button
              variant="subtle"
              size="compact-sm"
              className={styles.low}
              aria-label={`Remove step ${i + 1}`}
              onClick={() => setSteps(steps.toSpliced(i, 1))}
            >
              Remove
            </Button>
          )}
        </fieldset>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        className={styles.low}
        disabled={steps.length >= 10}
        onClick={() => setSteps([...steps, {}])}
      >
        Add a step
      </Button>
      {isFunnel ? (
        <NativeSelect
          label="Came no further than"
          className={styles.short}
          data={steps.map((_, i) => ({ value: String(i + 1), label: `step ${i + 1}` }))}
          value={String(condition.reached)}
          onChange={(event) => onChange({ ...condition, reached: Number(event.currentTarget.value) })}
        />
      ) : (
        <ThenNot condition={condition} suggestions={suggestions} onChange={onChange} />
      )}
      <SpanFields label="First to last" value={within} onChange={(span) => onChange({ ...condition, within: span })} />
      <WindowFields value={window} onChange={(next) => onChange({ ...condition, window: next })} />
    </>
  );
}

function ThenNot({ condition, suggestions, onChange }: FormProps<SequenceCondition>) {
  const { then_not: not } = condition;
  if (not === undefined) {
    return (
      <Button
        variant="default"
        size="compact-sm"
        className={styles.low}
        onClick={() => onChange({ ...condition, then_not: {} })}
      >
        And then not …
      </Button>
    );
  }
  return (
    <fieldset className={styles.filter}>
      <legend>And then not</legend>
      <EventsFields
        label="Event that did not follow"
        value={not}
        suggestions={suggestions}
        onChange={(events) => onChange({ ...condition, then_not: { ...not, ...events } })}
      />
      <SpanFields
        label="After the last step"
        value={not.within}
        onChange={(within) => onChange({ ...condition, then_not: { ...not, within } })}
      />
      <Button
        variant="subtle"
        size="compact-sm"
        className={styles.low}
        aria-label="Remove what did not follow"
        onClick={() => onChange({ ...condition, then_not: undefined })}
      >
        Remove
      </Button>
    </fieldset>
  );
}
