// Working on a plan in the page: events by their key, what differs between two plans, and the words for it.

import type { JsonSchema, PlanAction, PlanEvent, TrackingPlan } from '../../api.ts';

export const actions: { value: PlanAction; label: string }[] = [
  { value: 'allow', label: 'Store and note' },
  { value: 'omit', label: 'Leave it out' },
  { value: 'block', label: 'Block the event' },
];

export const actionWords: Record<PlanAction, string> = { allow: 'noted', omit: 'left out', block: 'blocked' };

export function keyOf({ type, name }: Pick<PlanEvent, 'type' | 'name'>): string {
  return `${type} ${name}`;
}

export function titleOf({ type, name }: { type: string; name: string }): string {
  if (name !== '') return name;
  return type === 'common' ? 'Every message' : `Every ${type}`;
}

/** The plan with the event in the place of the one of that key, or at its end. */
export function withEvent(plan: TrackingPlan, event: PlanEvent): TrackingPlan {
  const key = keyOf(event);
  const isThere = plan.events.some((one) => keyOf(one) === key);
  const events = isThere ? plan.events.map((one) => (keyOf(one) === key ? event : one)) : [...plan.events, event];
  return { ...plan, events };
}

export type Difference = { key: string; title: string; change: 'added' | 'removed' | 'changed'; properties: string[] };

/** What the second plan says otherwise than the first. */
export function differences(before: TrackingPlan, after: TrackingPlan): Difference[] {
  const old = new Map(before.events.map((event) => [keyOf(event), event]));
  const fresh = new Map(after.events.map((event) => [keyOf(event), event]));
  const changed = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): Difference[] => {
    const [was, is] = [old.get(key), fresh.get(key)];
    if (!was && is) return [{ key, title: titleOf(is), change: 'added', properties: [] }];
    if (was && !is) return [{ key, title: titleOf(was), change: 'removed', properties: [] }];
    if (!was || !is || same(was, is)) return [];
    return [{ key, title: titleOf(is), change: 'changed', properties: changedProperties(was.schema, is.schema) }];
  });
  if (same(before.policy, after.policy)) return changed;
  return [{ key: 'policy', title: 'What becomes of what does not fit', change: 'changed', properties: [] }, ...changed];
}

function changedProperties(before: JsonSchema, after: JsonSchema): string[] {
  const [old, fresh] = [propertiesOf(before), propertiesOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((name) => !same(old[name], fresh[name]));
}

export function propertiesOf(schema: JsonSchema): Record<string, unknown> {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {};
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
