// What becomes of single properties by the rules of a workspace, before anything is written: dropped, hashed with the
// workspace's pepper, masked, an address cut short, or kept although it is personal by default. Rules name paths; all
// of them are walked at once, as a tree of keys, and a message that none concerns costs one look.

import { isIPv4, isIPv6 } from 'node:net';
import { hashedValue, type PropertyAction, type PropertyRule } from '../../govern/index.ts';
import type { Fields } from '../fields.ts';

/** Where in a message a value stands, key by key. */
export type Place = readonly string[];

/** A value that a rule gives instead of the one that came, and keeps whatever its key is. */
export type Given = { place: Place; value: unknown };

export interface PropertyRules {
  /** Takes out what is to be dropped, from the message itself, and returns what is to be put in instead of what came. */
  apply(message: object): Given[];
  /** Whether a rule concerns the value at a path such as properties.card. */
  covers(place: Place): boolean;
}

/** Undefined where there are none. */
export function compileRules(rules: readonly PropertyRule[], pepper: string): PropertyRules | undefined {
  if (rules.length === 0) return undefined;
  const root = newStep();
  for (const { path, action } of rules) {
    let step = root;
    for (const key of path.split('.')) {
      let next = step.next.get(key);
      if (!next) {
        next = newStep();
        next.isDeep = key === '**';
        step.next.set(key, next);
      }
      step = next;
    }
    step.action = action;
  }
  return {
    apply: (message) => {
      const given: Given[] = [];
      walk(message as Record<string, unknown>, withDeep([root]), [], (holder, key, action, place) => {
        if (action === 'drop') {
          delete (holder as Record<string, unknown>)[key];
          return;
        }
        given.push({ place, value: changed((holder as Record<string, unknown>)[key], action, pepper) });
      });
      return given;
    },
    covers: (place) => {
      let steps = withDeep([root]);
      for (const key of place) steps = follow(steps, key);
      return steps.some(({ action }) => action !== undefined);
    },
  };
}

/** Puts values where they belong; what lies between is made where it was taken out. */
export function putIn(target: object, given: readonly Given[], skip = 0): void {
  for (const { place, value } of given) {
    let at = target as Record<string, unknown>;
    for (const key of place.slice(skip, -1)) {
      const inner = at[key];
      if (typeof inner !== 'object' || inner === null) at[key] = {};
      at = at[key] as Record<string, unknown>;
    }
    at[place.at(-1)!] = value;
  }
}

/** What was given for one part of the message. */
export function givenIn(given: readonly Given[], part: string): Given[] {
  return given.filter(({ place }) => place.length > 1 && place[0] === part);
}

/** A key of a path; `**` stands for itself and for going on with the same step. */
type Step = { next: Map<string, Step>; isDeep: boolean; action?: PropertyAction };

function newStep(): Step {
  return { next: new Map(), isDeep: false };
}

/** With the steps that are reached without a key: behind ** it goes on at once. */
function withDeep(steps: readonly Step[]): Step[] {
  const all = [...steps];
  for (const step of all) {
    const deep = step.next.get('**');
    if (deep && !all.includes(deep)) all.push(deep);
  }
  return all;
}

function follow(steps: readonly Step[], key: string): Step[] {
  const next: Step[] = [];
  for (const step of steps) {
    const named = step.next.get(key);
    const any = step.next.get('*');
    if (named) next.push(named);
    if (any) next.push(any);
    if (step.isDeep) next.push(step);
  }
  return next.length > 0 ? withDeep(next) : next;
}

const DEPTH_LIMIT = 64;

function walk(
  holder: Fields | readonly unknown[],
  steps: readonly Step[],
  place: Place,
  found: (holder: object, key: string, action: PropertyAction, place: Place) => void,
): void {
  if (place.length > DEPTH_LIMIT) return;
  for (const key of Object.keys(holder)) {
    const next = follow(steps, key);
    if (next.length === 0) continue;
    const here = [...place, key];
    const value = (holder as Record<string, unknown>)[key];
    // A rule that names the key goes before one that takes any.
    const action = next.find((step) => step.action !== undefined)?.action;
    if (action !== undefined) {
      if (value !== undefined && value !== null) found(holder, key, action, here);
    } else if (typeof value === 'object' && value !== null) walk(value as Fields, next, here, found);
  }
}

function changed(value: unknown, action: PropertyAction, pepper: string): unknown {
  if (action === 'keep') return value;
  if (action === 'truncate') return typeof value === 'string' ? truncated(value) : null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (action === 'mask') return masked(text);
  return hashedValue(pepper, text);
}

/** The domain of an address and the last four digits of a number are left, and the length of everything else. */
function masked(text: string): string {
  const at = text.lastIndexOf('@');
  if (at > 0) return `***${text.slice(at)}`;
  const digits = text.replace(/\D/g, '').length;
  if (digits < 7 || digits * 2 < text.length) return '*'.repeat(Math.min(text.length, 64));
  let left = digits - 4;
  return text.replace(/\d/g, (digit) => (left-- > 0 ? '*' : digit));
}

/** The first 24 bits of an IPv4 address, the first 48 of an IPv6 one; null for what is none. */
function truncated(address: string): string | null {
  if (isIPv4(address)) return address.replace(/\.\d+$/, '.0');
  if (!isIPv6(address)) return null;
  const [head, tail] = address.replace(/%.*$/, '').split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
    while (before.length < 8 - after) before.push('0');
  }
  return `${before.slice(0, 3).join(':')}::`;
}
