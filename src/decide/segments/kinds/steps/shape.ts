// The JSON of steps in order of time: sequences and funnels.

import { type Static, Type } from 'typebox';
import { SpanSchema, WindowSchema } from '../../window.ts';
import { eventFields } from '../filters.ts';

const closed = { additionalProperties: false };
export const StepSchema = Type.Object(
  {
    ...eventFields,
    within: Type.Optional(SpanSchema),
  },
  { ...closed, description: 'An event, at most `within` after the step before.' },
);

export const SequenceSchema = Type.Object(
  {
    kind: Type.Literal('sequence'),
    steps: Type.Array(StepSchema, { minItems: 1, maxItems: 10 }),
    then_not: Type.Optional(
      Type.Object(
        { ...eventFields, within: Type.Optional(SpanSchema) },
        { ...closed, description: 'What did not follow the last step; with `within`, not before that time was over.' },
      ),
    ),
    within: Type.Optional(SpanSchema),
    window: Type.Optional(WindowSchema),
  },
  { ...closed, description: 'Steps in order of time, and what did not follow.' },
);
export type Sequence = Static<typeof SequenceSchema>;

export const FunnelSchema = Type.Object(
  {
    kind: Type.Literal('funnel'),
    steps: Type.Array(StepSchema, { minItems: 2, maxItems: 10 }),
    reached: Type.Integer({ minimum: 1, maximum: 10, description: 'The last step they reached; 1 is the first.' }),
    within: Type.Optional(SpanSchema),
    window: Type.Optional(WindowSchema),
  },
  { additionalProperties: false, description: 'Came to one step of a funnel and not to the next.' },
);
export type Funnel = Static<typeof FunnelSchema>;
