// Tracking plans as schemas: a plan, its versions, a proposal, a trial, and how events keep to the plan.

import { Type } from 'typebox';
import { planActions, planTypes } from '../../collect/index.ts';
import { Day, Moment, Nullable } from '../shapes.ts';

const Action = Type.Enum([...planActions]);
const EventType = Type.Enum([...planTypes]);
const Schema = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description: 'JSON Schema, draft 2020-12.',
});

const policies = {
  unplannedProperties: Type.Optional(Action),
  violations: Type.Optional(Action),
};

const PlanEvent = Type.Object(
  {
    type: EventType,
    name: Type.String({ description: 'As sent; empty for identify, group and common, and for every page or screen.' }),
    description: Type.Optional(Type.String({ maxLength: 2000 })),
    schema: Schema,
    context: Type.Optional(Schema),
    policy: Type.Optional(
      Type.Object(policies, { additionalProperties: false, description: "Instead of the plan's." }),
    ),
  },
  { additionalProperties: false },
);

const plan = {
  policy: Type.Object(
    { unplannedEvents: Type.Optional(Action), ...policies },
    {
      additionalProperties: false,
      description:
        'allow = stored and noted (the default), omit = stored without it, block = refused and kept as rejected.',
    },
  ),
  events: Type.Array(PlanEvent),
};

export const PlanDocument = Type.Object(
  { ...plan, note: Type.Optional(Type.String({ maxLength: 500, description: 'What has changed.' })) },
  { additionalProperties: false },
);

const version = {
  version: Type.Integer(),
  status: Type.Enum(['DRAFT', 'ACTIVE', 'RETIRED']),
  revision: Type.Integer(),
  note: Type.String(),
  events: Type.Integer(),
  createdAt: Moment,
  createdBy: Type.String({ description: 'The key.' }),
  updatedAt: Moment,
  updatedBy: Type.String(),
  activatedAt: Nullable(Moment),
  activatedBy: Nullable(Type.String()),
};

export const Version = Type.Object(version);
export const StoredVersion = Type.Object({ ...version, plan: Type.Object(plan) });

const finding = {
  type: Type.String(),
  event: Type.String(),
  property: Type.String({ description: 'As in properties.products.*.price; empty for the event itself.' }),
  problem: Type.String({ description: 'unplanned event, unplanned property, missing, or the keyword that is broken.' }),
  detail: Type.String(),
  action: Action,
  events: Type.Integer(),
  sample: Type.String({ description: 'A value as JSON; empty where there is none or it is personal.' }),
  messageId: Type.String(),
};

export const Overview = Type.Object({
  versions: Type.Array(Version),
  events: Type.Array(
    Type.Object({
      type: Type.String(),
      name: Type.String(),
      events: Type.Integer({ description: 'Stored.' }),
      violations: Type.Integer({ description: 'Findings; a message may have several.' }),
      lastAt: Moment,
    }),
  ),
  days: Type.Array(
    Type.Object({
      day: Day,
      events: Type.Integer({ description: 'Stored.' }),
      noted: Type.Integer({ description: 'Findings by what was done about them.' }),
      omitted: Type.Integer(),
      blocked: Type.Integer(),
    }),
  ),
  violations: Type.Array(
    Type.Object({ ...finding, sources: Type.Array(Type.String()), lastAt: Moment, planVersion: Type.Integer() }),
  ),
});

export const Proposal = Type.Object({
  days: Type.Integer(),
  plan: Type.Object(plan),
  seen: Type.Array(
    Type.Object({
      type: EventType,
      name: Type.String(),
      events: Type.Integer(),
      sampled: Type.Integer({ description: 'Events that were looked into.' }),
      schema: Schema,
      properties: Type.Array(
        Type.Object({
          path: Type.String(),
          share: Type.Number(),
          values: Type.Integer({ description: 'Different values, roughly.' }),
          examples: Type.Array(Type.String()),
          least: Nullable(Type.Number()),
          most: Nullable(Type.Number()),
          looksLike: Nullable(
            Type.Enum(['email', 'phone', 'card'], {
              description: 'What some of its values look like: a rule may be needed.',
            }),
          ),
        }),
      ),
    }),
  ),
});

export const DryRun = Type.Object({
  days: Type.Integer(),
  total: Type.Integer({ description: 'Events of those days.' }),
  examined: Type.Integer({ description: 'Those that were looked at; where they are fewer, a sample of people.' }),
  blocked: Type.Integer(),
  omitted: Type.Integer(),
  noted: Type.Integer(),
  findings: Type.Array(Type.Object(finding)),
});
