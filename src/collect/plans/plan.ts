// A tracking plan: which events a workspace expects, a JSON Schema (draft 2020-12) for what each carries, and what
// becomes of what does not fit. One document; its versions are kept in the state (stored.ts) and compiled once each.

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { InklingError } from '../../errors.ts';
import { NAME_LIMIT } from '../validate.ts';

/** Stored and noted; stored without what is wrong, and noted; refused and kept in the quarantine. */
export const planActions = ['allow', 'omit', 'block'] as const;
export type PlanAction = (typeof planActions)[number];

export type Policy = {
  /** Track events that the plan does not name. */
  unplannedEvents: PlanAction;
  /** Properties that the schema of their event does not name. */
  unplannedProperties: PlanAction;
  /** Values that break the schema, and required ones that are missing. */
  violations: PlanAction;
};

/** `common` is for every message. */
export const planTypes = ['track', 'identify', 'page', 'screen', 'group', 'common'] as const;
export type PlanType = (typeof planTypes)[number];

export type JsonSchema = { readonly [keyword: string]: unknown };

export type PlanEvent = {
  type: PlanType;
  /** As sent; of a page or screen '' is for all of them. */
  name: string;
  description?: string;
  /** Of the properties; of identify and group, of the traits. */
  schema: JsonSchema;
  /** Of the context. */
  context?: JsonSchema;
  /** Instead of the plan's. */
  policy?: Partial<Omit<Policy, 'unplannedEvents'>>;
};

export type Plan = { policy: Policy; events: PlanEvent[] };

/** Notes and stops nothing: a plan begins by watching. */
export const defaultPolicy: Policy = { unplannedEvents: 'allow', unplannedProperties: 'allow', violations: 'allow' };

const EVENTS_LIMIT = 2000;
const PLAN_LIMIT_BYTES = 2 * 1024 * 1024;

/** Throws `invalid_input` that names the event and what is wrong with its schema. */
export function checkPlan(plan: Plan): void {
  if (plan.events.length > EVENTS_LIMIT || JSON.stringify(plan).length > PLAN_LIMIT_BYTES) {
    throw wrong('events', plan.events.length, `The plan is too large: ${plan.events.length} events.`, {
      hint: `Keep it within ${EVENTS_LIMIT} events and ${PLAN_LIMIT_BYTES / 1024} kB.`,
    });
  }
  const compiler = openCompiler();
  const seen = new Set<string>();
  for (const [index, event] of plan.events.entries()) {
    const field = `events[${index}]`;
    checkName(event, field);
    const key = keyOf(event.type, event.name);
    if (seen.has(key)) {
      throw wrong(`${field}.name`, event.name, `${event.type} "${event.name}" stands in the plan twice.`, {
        hint: 'Join the two.',
      });
    }
    seen.add(key);
    for (const part of ['schema', 'context'] as const) {
      const schema = event[part];
      if (schema !== undefined) compileOrThrow(compiler, schema, `${field}.${part}`, event);
    }
  }
}

export function keyOf(type: PlanType, name: string): string {
  return `${type} ${name}`;
}

export type Compiler = { compile(schema: JsonSchema): ValidateFunction };
export type { ErrorObject };

/** Unknown keywords are refused, so that a slip of the pen is not a check that never fails. */
export function openCompiler(): Compiler {
  const ajv = new Ajv2020({
    allErrors: true,
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    addUsedSchema: false,
    logger: false,
  });
  addFormats.default(ajv);
  return { compile: (schema) => ajv.compile(closed(schema) as object) };
}

const combining = ['allOf', 'anyOf', 'oneOf', 'not', 'if', '$ref', 'patternProperties', 'unevaluatedProperties'];

/**
 * The schema with a word said on properties it does not name, so that they are found. Where it says one itself, or is
 * put together of several schemas, it stays as it is.
 */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const own = schema as Record<string, unknown>;
  if (combining.some((keyword) => keyword in own)) return schema;
  const result: Record<string, unknown> = { ...own };
  const { properties, items } = own;
  if (typeof properties === 'object' && properties !== null) {
    result['properties'] = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, closed(value)]));
    if (!('additionalProperties' in own)) result['additionalProperties'] = false;
  }
  if (items !== undefined) result['items'] = closed(items);
  return result;
}

function checkName({ type, name }: PlanEvent, field: string): void {
  if (name.length > NAME_LIMIT || (type === 'track' && name.trim() === '')) {
    throw wrong(`${field}.name`, name, `"${name.slice(0, 100)}" is not the name of an event.`, {
      hint: `Use 1 to ${NAME_LIMIT} characters.`,
    });
  }
  if (name === '' || type === 'track' || type === 'page' || type === 'screen') return;
  throw wrong(`${field}.name`, name, `A rule for ${type} has no name.`, { hint: 'Leave the name empty.' });
}

function compileOrThrow(compiler: Compiler, schema: JsonSchema, field: string, { type, name }: PlanEvent): void {
  try {
    compiler.compile(schema);
  } catch (error) {
    const title = name || type;
    throw wrong(field, undefined, `The schema of "${title}" cannot be used: ${(error as Error).message}.`, {
      hint: 'Write it in JSON Schema 2020-12; references within the schema alone.',
    });
  }
}

function wrong(field: string, value: unknown, message: string, { hint }: { hint: string }): InklingError {
  return new InklingError('invalid_input', message, { field, value, hint });
}
