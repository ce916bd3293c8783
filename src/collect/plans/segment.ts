// Tracking plans as Segment's Public API writes them: rules of a type and a key, each with a JSON Schema of the whole
// message (draft-07), in which properties, traits and context are described under `properties`.
// https://docs.segmentapis.com/tag/Tracking-Plans (RuleV1: type, key, jsonSchema, version)

import { InklingError } from '../../errors.ts';
import { fieldsOf, noFields } from '../fields.ts';
import { defaultPolicy, type JsonSchema, keyOf, type Plan, type PlanEvent, type PlanType, planTypes } from './plan.ts';

export type SegmentRule = { type: string; key?: string | null; jsonSchema: JsonSchema; version?: number };
export type SegmentPlan = { name?: string; rules: SegmentRule[] };

/** Of several versions of an event, the newest. Throws `invalid_input` for what is no such plan. */
export function fromSegment(value: unknown, policy = defaultPolicy): Plan {
  const rules = rulesIn(value);
  const newest = new Map<string, { version: number; event: PlanEvent }>();
  for (const [index, rule] of rules.entries()) {
    const { type: given, key, jsonSchema, version = 1 } = fieldsOf(rule) as Partial<SegmentRule>;
    const type = String(given).toLowerCase() as PlanType;
    if (!planTypes.includes(type)) throw unreadable(`rules[${index}].type`, given, 'is not a type of rule');
    if (fieldsOf(jsonSchema) === noFields) throw unreadable(`rules[${index}].jsonSchema`, jsonSchema, 'is no schema');
    const name = typeof key === 'string' ? key : '';
    const before = newest.get(keyOf(type, name));
    if (before && before.version > version) continue;
    newest.set(keyOf(type, name), { version, event: eventOf(type, name, jsonSchema as JsonSchema) });
  }
  return { policy, events: [...newest.values()].map(({ event }) => event) };
}

/** A rule for every event. */
export function toSegment({ events }: Plan): SegmentPlan {
  const rules = events.map(({ type, name, description, schema, context }) => {
    const part = partOf(type);
    const { traits, ...about } = fieldsOf(context?.['properties']);
    const others = Object.keys(about).length > 0 ? { properties: about } : {};
    const { properties: _all, ...bare } = context ?? {};
    return {
      type: type.toUpperCase(),
      key: name || null,
      version: 1,
      jsonSchema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        ...(description && { description }),
        properties: {
          context: { ...bare, ...others },
          traits: part === 'traits' ? schema : (traits ?? {}),
          properties: part === 'properties' ? schema : {},
        },
        ...(schema['required'] !== undefined && { required: [part] }),
      },
    };
  });
  return { rules };
}

function rulesIn(value: unknown): unknown[] {
  const holder = fieldsOf(value);
  // The answer of the API has them under data.trackingPlan or data, an export by hand on top.
  const data = fieldsOf(holder['data']);
  const rules = [value, holder['rules'], data['rules'], fieldsOf(data['trackingPlan'])['rules']].find(Array.isArray);
  if (rules) return rules as unknown[];
  throw unreadable('rules', undefined, 'is missing');
}

function eventOf(type: PlanType, name: string, jsonSchema: JsonSchema): PlanEvent {
  const parts = fieldsOf(jsonSchema['properties']);
  const schemaOf = (part: string): JsonSchema => stripped(fieldsOf(parts[part])) as JsonSchema;
  const part = partOf(type);
  const context = contextOf(schemaOf('context'), part === 'traits' ? {} : schemaOf('traits'));
  const description = jsonSchema['description'];
  return {
    type,
    name,
    ...(typeof description === 'string' && description !== '' && { description }),
    schema: schemaOf(part),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

/** Traits beside a track call travel in its context. */
function contextOf(context: JsonSchema, traits: JsonSchema): JsonSchema {
  if (Object.keys(traits).length === 0) return context;
  return { ...context, properties: { ...fieldsOf(context['properties']), traits } };
}

function partOf(type: PlanType): 'properties' | 'traits' {
  return type === 'identify' || type === 'group' ? 'traits' : 'properties';
}

/** Words that are Segment's own, or name another draft. */
const foreign = new Set(['$schema', '$id', 'id', 'labels']);

/** `isName` where the keys are names of properties and not words of the language. */
function stripped(value: unknown, isName = false): unknown {
  if (Array.isArray(value)) return value.map((item) => stripped(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isName || !foreign.has(key))
      .map(([key, item]) => [key, stripped(item, !isName && (key === 'properties' || key === 'patternProperties'))]),
  );
}

function unreadable(field: string, value: unknown, problem: string): InklingError {
  return new InklingError('invalid_input', `${field} ${problem}.`, {
    field,
    value,
    hint: 'Send the tracking plan as the Public API of Segment gives it: {"rules": [{"type": "TRACK", "key": …, "jsonSchema": …}]}.',
  });
}
