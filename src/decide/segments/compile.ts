// Many rules as one program: equal conditions are one leaf, whoever uses them; each segment is a tree over leaves. Both
// executors run the program, so a rule has one meaning.

import { InklingError } from '../../errors.ts';
import { type Signal, signals } from '../../features/index.ts';
import { type Condition, kindOf } from './kinds/index.ts';
import type { AnyCondition, ByHand, Leaf, ListWish, PersonNow, ScoredModel, Summary } from './kinds/kind.ts';
import type { Rule } from './rule.ts';
import { type Zone, zoneOf } from './zone.ts';

/** A segment as it runs: its number stands for it in the facts. */
export type RunnableSegment = { id: string; number: number; rule: Rule };

/** What rules may refer to. */
export type Surroundings = {
  timeZone: string;
  /** The model of an id, or the active one. */
  model(id: string | undefined): ScoredModel | undefined;
  /** The whole rule of a segment (runnableRule); undefined = there is none. */
  segment(id: string): Rule | undefined;
  /** What somebody allows of whom nothing is known. */
  allowsByDefault(category: string): boolean;
};

export type ProgramLeaf = Leaf & { condition: Condition };
export type Tree = { leaf: number } | { all: readonly Tree[] } | { any: readonly Tree[] } | { not: Tree };

export type ProgramSegment = {
  id: string;
  number: number;
  tree: Tree;
  /** The leaves that stand in the tree. */
  leaves: readonly number[];
  /** The tree over the values of all leaves. */
  holds(values: ArrayLike<number>): boolean;
};

export type Program = {
  zone: Zone;
  leaves: readonly ProgramLeaf[];
  segments: readonly ProgramSegment[];
  /** Lists of events that leaves read, by index. */
  lists: readonly ListWish[];
  /** What leaves say of somebody of whom nothing is known, as of a moment. */
  blank(at: number): Uint8Array;
  allowsByDefault(category: string): boolean;
};

/** Throws `invalid_input` where a rule refers to what is not there. */
export function compileRules(segments: readonly RunnableSegment[], around: Surroundings): Program {
  const zone = zoneOf(around.timeZone);
  const leaves: ProgramLeaf[] = [];
  const places = new Map<string, number>();
  const lists: ListWish[] = [];
  const listPlaces = new Map<string, number>();
  const how = {
    zone,
    list(wish: ListWish) {
      const known = listPlaces.get(wish.key);
      if (known === undefined) {
        listPlaces.set(wish.key, lists.length);
        return lists.push({ ...wish }) - 1;
      }
      lists[known].reachMs = Math.max(lists[known].reachMs, wish.reachMs);
      return known;
    },
    model: around.model,
    signal: findSignal,
  };
  const leafOf = (condition: Condition): number => {
    const key = JSON.stringify(condition, Object.keys(flatKeys(condition)).sort());
    const known = places.get(key);
    if (known !== undefined) return known;
    const leaf = kindOf(condition.kind)!.compile(condition as AnyCondition, how);
    places.set(key, leaves.length);
    return leaves.push({ ...leaf, condition }) - 1;
  };
  const treeOf = (rule: Rule, through: readonly string[]): Tree => {
    if ('all' in rule) return { all: rule.all.map((one) => treeOf(one, through)) };
    if ('any' in rule) return { any: rule.any.map((one) => treeOf(one, through)) };
    if ('not' in rule) return { not: treeOf(rule.not, through) };
    if (rule.kind !== 'segment') return { leaf: leafOf(rule) };
    if (through.includes(rule.segment)) throw circle([...through, rule.segment]);
    const inner = around.segment(rule.segment);
    if (inner === undefined) throw unknownSegment(rule.segment);
    return treeOf(inner, [...through, rule.segment]);
  };
  const compiled = segments.map(({ id, number, rule }) => {
    const tree = treeOf(rule, [id]);
    return { id, number, tree, leaves: [...new Set(leavesOf(tree))], holds: holding(tree) };
  });
  return {
    zone,
    leaves,
    segments: compiled,
    lists,
    blank: (at) => {
      const nobody = somebodyUnknown(around.allowsByDefault);
      return Uint8Array.from(leaves, (leaf) => (leaf.evaluate(nobody, at) ? 1 : 0));
    },
    allowsByDefault: around.allowsByDefault,
  };
}

/** The rule with the lists kept by hand beside it: who is put in is in, who is left out is out. */
export function runnableRule({ id, rule, byHand }: { id: string; rule: Rule; byHand: boolean }): Rule {
  if (!byHand) return rule;
  const listed = (verdict: ByHand['verdict']): Rule => ({ kind: 'hand', segment: id, verdict });
  return { all: [{ any: [rule, listed('include')] }, { not: listed('exclude') }] };
}

export function findSignal(name: string): Signal {
  const found = signals.find((signal) => signal.name === name);
  if (found) return found;
  throw new InklingError('invalid_input', `There is no signal "${name}".`, {
    field: 'rule.signal',
    value: name,
    hint: 'docs/reference/signals.md lists them.',
  });
}

const nothing: Summary = {
  ...{ firstSeen: Number.NaN, lastSeen: Number.NaN, country: '', deviceType: '', platforms: [] },
  ...{ events: 0, purchases: 0 },
};

export function unknownSegment(id: string, field = 'rule.segment'): InklingError {
  return new InklingError('not_found', `There is no segment "${id}" in this workspace.`, {
    field,
    value: id,
    hint: 'GET /api/v1/segments lists them.',
  });
}

function somebodyUnknown(allows: (category: string) => boolean): PersonNow {
  const none = { times: [], values: [] };
  return {
    profile: 0n,
    list: () => none,
    traits: () => ({}),
    summary: nothing,
    score: () => undefined,
    signal: () => Number.NaN,
    byHand: () => undefined,
    allows,
  };
}

function circle(through: readonly string[]): InklingError {
  return new InklingError('invalid_input', `The rule leads back to itself: ${through.join(' → ')}.`, {
    field: 'rule.segment',
    value: through[0],
    hint: 'Let one of them not refer to the other.',
  });
}

/** Every key at every depth: JSON.stringify then writes equal conditions alike, whatever the order they were given in. */
function flatKeys(value: unknown, keys: Record<string, true> = {}): Record<string, true> {
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      keys[key] = true;
      flatKeys(inner, keys);
    }
  }
  return keys;
}

function leavesOf(tree: Tree): number[] {
  if ('leaf' in tree) return [tree.leaf];
  return 'not' in tree ? leavesOf(tree.not) : ('all' in tree ? tree.all : tree.any).flatMap(leavesOf);
}

type Holds = (values: ArrayLike<number>) => boolean;

function holding(tree: Tree): Holds {
  if ('leaf' in tree) {
    const { leaf } = tree;
    return (values) => values[leaf] === 1;
  }
  if ('not' in tree) {
    const inner = holding(tree.not);
    return (values) => !inner(values);
  }
  const inner = ('all' in tree ? tree.all : tree.any).map(holding);
  return 'all' in tree
    ? (values) => inner.every((holds) => holds(values))
    : (values) => inner.some((holds) => holds(values));
}
