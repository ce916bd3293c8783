// Holds messages against a version of a plan. An event's schemas are compiled when the first message of it comes, and
// then stay. Personal keys, which are never stored (redaction.ts), are no finding: a plan inferred from what was stored
// cannot know them.

import { InklingError } from '../../errors.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { isPersonalKey } from '../redaction.ts';
import { shorten } from '../validate.ts';
import {
  type ErrorObject,
  type JsonSchema,
  keyOf,
  openCompiler,
  type Plan,
  type PlanAction,
  type PlanEvent,
  type PlanType,
} from './plan.ts';

export type Finding = {
  /** As in properties.products.*.price; '' is the event itself. */
  property: string;
  /** `unplanned event`, `unplanned property`, `missing`, or the keyword of the schema that is broken. */
  problem: string;
  /** What is wrong, to follow the name of the property. */
  detail: string;
  /** Where it is, key by key, from the message down. */
  place: readonly string[];
  action: PlanAction;
  /** What stood there. */
  value?: unknown;
};

/** What a plan does to a message. The message is changed where something is to be left out of it. */
export type Outcome = { findings: Finding[]; fault: InklingError | undefined };

export interface CheckedPlan {
  readonly version: number;
  /** Undefined when there is nothing to say. */
  check(message: SegmentMessage): Outcome | undefined;
}

export function openPlan(plan: Plan, version: number): CheckedPlan {
  const compiler = openCompiler();
  const rules = new Map<string, Rule>();
  for (const event of plan.events) rules.set(keyOf(event.type, event.name), { event, validators: undefined });
  const common = rules.get(keyOf('common', ''));
  const validatorsOf = (rule: Rule): Validators => {
    const { type, schema, context } = rule.event;
    rule.validators ??= partsOf(type, schema, context).map(([part, own]) => [part, compiler.compile(own)]);
    return rule.validators;
  };
  return {
    version,
    check: (message) => {
      const rule = ruleOf(rules, message);
      if (!rule && !common) return message.type === 'track' ? unplanned(plan, version, message) : undefined;
      const findings: Finding[] = [];
      if (!rule && message.type === 'track') findings.push(unplannedEvent(plan.policy.unplannedEvents));
      for (const one of [rule, common]) {
        if (!one) continue;
        for (const [part, validate] of validatorsOf(one)) {
          const value = partOf(message, part);
          if (validate(value)) continue;
          const policy = { ...plan.policy, ...one.event.policy };
          for (const error of validate.errors ?? []) {
            const finding = findingOf(part, error, policy);
            if (finding) findings.push(finding);
          }
        }
      }
      return findings.length === 0 ? undefined : outcomeOf(message, findings, version);
    },
  };
}

type Part = 'properties' | 'traits' | 'context';
type Validators = [part: Part, validate: { (value: unknown): boolean; errors?: ErrorObject[] | null }][];
type Rule = { event: PlanEvent; validators: Validators | undefined };

function partsOf(type: PlanType, schema: JsonSchema, context: JsonSchema | undefined): [Part, JsonSchema][] {
  const own: Part = type === 'identify' || type === 'group' ? 'traits' : 'properties';
  return context === undefined
    ? [[own, schema]]
    : [
        [own, schema],
        ['context', context],
      ];
}

function partOf(message: SegmentMessage, part: Part): Fields {
  return fieldsOf(message[part]);
}

function ruleOf(rules: ReadonlyMap<string, Rule>, message: SegmentMessage): Rule | undefined {
  const { type } = message;
  if (type === 'track') return rules.get(keyOf('track', message.event ?? ''));
  if (type === 'identify' || type === 'group') return rules.get(keyOf(type, ''));
  if (type !== 'page' && type !== 'screen') return undefined;
  const own = message.name ? rules.get(keyOf(type, message.name)) : undefined;
  return own ?? rules.get(keyOf(type, ''));
}

function unplannedEvent(action: PlanAction): Finding {
  return { property: '', problem: 'unplanned event', detail: 'is not in the plan', place: [], action };
}

function unplanned(plan: Plan, version: number, message: SegmentMessage): Outcome {
  return outcomeOf(message, [unplannedEvent(plan.policy.unplannedEvents)], version);
}

function findingOf(part: Part, error: ErrorObject, policy: Plan['policy']): Finding | undefined {
  const { instancePath, keyword, params, message = '' } = error;
  const extra: string | undefined = params['additionalProperty'] ?? params['unevaluatedProperty'];
  const missing: string | undefined = params['missingProperty'];
  const path = instancePath.split('/').slice(1).map(unescaped);
  const key = extra ?? missing;
  const place = [part, ...path, ...(key === undefined ? [] : [key])];
  const property = place.map((one) => (/^\d+$/.test(one) ? '*' : one)).join('.');
  if (extra !== undefined) {
    if (isPersonalKey(extra)) return undefined;
    const detail = 'is not in the plan';
    return { property, problem: 'unplanned property', detail, place, action: policy.unplannedProperties };
  }
  if (missing !== undefined) {
    // Dropped on the way in whether it is there or not.
    if (isPersonalKey(missing)) return undefined;
    return { property, problem: 'missing', detail: 'is missing', place, action: policy.violations };
  }
  return { property, problem: keyword, detail: sentence(keyword, message, params), place, action: policy.violations };
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function sentence(keyword: string, message: string, params: Record<string, unknown>): string {
  const allowed = params['allowedValues'];
  return keyword === 'enum' && Array.isArray(allowed) ? `must be one of ${shorten(allowed, 200)}` : message;
}

function outcomeOf(message: SegmentMessage, findings: Finding[], version: number): Outcome {
  // Before anything is left out.
  for (const finding of findings) finding.value = valueAt(message, finding.place);
  const blocking = findings.find(({ action }) => action === 'block');
  if (blocking) return { findings, fault: faultFor(message, blocking, version) };
  // Those deeper and further back first, so that the places of the others stay what they are.
  const omitted = findings.filter(({ action, problem }) => action === 'omit' && problem !== 'missing');
  for (const { place } of omitted.sort((a, b) => comparePlaces(b.place, a.place))) leaveOut(message, place);
  return { findings, fault: undefined };
}

function comparePlaces(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((key, i) => key !== b[i]);
  if (at === -1) return a.length - b.length;
  if (b[at] === undefined) return 1;
  const [x, y] = [Number(a[at]), Number(b[at])];
  return Number.isNaN(x) || Number.isNaN(y) ? (a[at] < b[at] ? -1 : 1) : x - y;
}

/** Takes a value out of the message; an event that is not in the plan loses all of its properties. */
function leaveOut(message: SegmentMessage, place: readonly string[]): void {
  if (place.length === 0) {
    message.properties = {};
    return;
  }
  let at: unknown = message;
  for (const key of place.slice(0, -1)) at = typeof at === 'object' && at !== null ? (at as Fields)[key] : undefined;
  const key = place.at(-1)!;
  if (Array.isArray(at)) at.splice(Number(key), 1);
  else if (typeof at === 'object' && at !== null) {
    if (place.length === 1) (at as Record<string, unknown>)[key] = {};
    else delete (at as Record<string, unknown>)[key];
  }
}

/** Undefined where there is none. */
function valueAt(message: SegmentMessage, place: readonly string[]): unknown {
  let at: unknown = message;
  for (const key of place) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Fields)[key];
  }
  return place.length === 0 ? undefined : at;
}

function faultFor(message: SegmentMessage, finding: Finding, version: number): InklingError {
  const { property, place, detail, problem } = finding;
  const name = message.type === 'track' ? message.event : message.type;
  const value = problem === 'unplanned event' ? message.event : finding.value;
  const what = property === '' ? detail : `breaks the tracking plan: ${property} ${detail}`;
  return new InklingError('plan_violation', `"${name}" ${what} (version ${version}).`, {
    field: property === '' ? 'event' : place.join('.'),
    value,
    hint: 'Send it as the plan says; or change the plan (dashboard: Live, Tracking plans) and replay what was rejected.',
  });
}
