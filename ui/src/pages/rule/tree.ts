// The rule while it is built: a tree whose nodes have names, so that they keep their place on the page and the focus
// when they are moved, nested and taken out. "Not" is a property of a node; a rule whose "not" is nested twice has none.

import type { Condition, Rule } from '../../rule.ts';

export type Join = 'all' | 'any';
export type GroupNode = { key: string; not: boolean; join: Join; children: RuleNode[] };
export type ConditionNode = { key: string; not: boolean; condition: Condition };
export type RuleNode = GroupNode | ConditionNode;

let made = 0;
export const newKey = () => `n${++made}`;

export function isGroup(node: RuleNode): node is GroupNode {
  return 'children' in node;
}

export function emptyGroup(join: Join = 'all', children: RuleNode[] = []): GroupNode {
  return { key: newKey(), not: false, join, children };
}

export function newCondition(condition: Condition): ConditionNode {
  return { key: newKey(), not: false, condition };
}

/** The tree of a rule; its root is always a group. */
export function treeOf(rule: Rule): GroupNode {
  const node = nodeOf(rule, false);
  return isGroup(node) ? node : emptyGroup('all', [node]);
}

function nodeOf(rule: Rule, not: boolean): RuleNode {
  if ('not' in rule) return nodeOf(rule.not, !not);
  if ('all' in rule)
    return {
      ...emptyGroup(
        'all',
        rule.all.map((one) => nodeOf(one, false)),
      ),
      not,
    };
  if ('any' in rule)
    return {
      ...emptyGroup(
        'any',
        rule.any.map((one) => nodeOf(one, false)),
      ),
      not,
    };
  return { ...newCondition(rule), not };
}

/** The rule of a tree, with the node at each place as the server names places; undefined while a group is empty. */
export function ruleOf(root: GroupNode, at = 'criteria'): { rule: Rule | undefined; places: Map<string, string> } {
  const places = new Map<string, string>();
  return { rule: write(root, at, places), places };
}

function write(node: RuleNode, at: string, places: Map<string, string>): Rule | undefined {
  if (node.not) {
    const inner = write({ ...node, not: false }, `${at}.not`, places);
    places.set(at, node.key);
    return inner && { not: inner };
  }
  if (!isGroup(node)) {
    places.set(at, node.key);
    return node.condition;
  }
  // A group of one is that one.
  if (node.children.length === 1) return write(node.children[0], at, places);
  places.set(at, node.key);
  const list = node.children.map((child, i) => write(child, `${at}.${node.join}[${i}]`, places));
  if (list.length === 0 || list.includes(undefined)) return undefined;
  return node.join === 'all' ? { all: list as Rule[] } : { any: list as Rule[] };
}

/** The node that a field such as `criteria.all[1].window` belongs to. */
export function nodeAt(places: Map<string, string>, field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const fitting = [...places.keys()].filter(
    (place) => field === place || (field.startsWith(place) && ['.', '['].includes(field[place.length])),
  );
  const closest = fitting.sort((a, b) => b.length - a.length)[0];
  return closest === undefined ? undefined : places.get(closest);
}

export function replaced(root: GroupNode, key: string, by: (node: RuleNode) => RuleNode): GroupNode {
  const walk = (node: RuleNode): RuleNode => {
    if (node.key === key) return by(node);
    return isGroup(node) ? { ...node, children: node.children.map(walk) } : node;
  };
  return walk(root) as GroupNode;
}

export function removed(root: GroupNode, key: string): GroupNode {
  const walk = (group: GroupNode): GroupNode => ({
    ...group,
    children: group.children
      .filter((child) => child.key !== key)
      .map((child) => (isGroup(child) ? walk(child) : child)),
  });
  return walk(root);
}

export function parentOf(root: GroupNode, key: string): GroupNode | undefined {
  if (root.children.some((child) => child.key === key)) return root;
  return root.children
    .filter(isGroup)
    .map((child) => parentOf(child, key))
    .find((found) => found !== undefined);
}

export function added(root: GroupNode, group: string, node: RuleNode): GroupNode {
  return replaced(root, group, (to) => (isGroup(to) ? { ...to, children: [...to.children, node] } : to));
}

/** One place up or down among its siblings. */
export function moved(root: GroupNode, key: string, by: -1 | 1): GroupNode {
  const parent = parentOf(root, key);
  if (parent === undefined) return root;
  const from = parent.children.findIndex((child) => child.key === key);
  const to = from + by;
  if (to < 0 || to >= parent.children.length) return root;
  const children = [...parent.children];
  [children[from], children[to]] = [children[to], children[from]];
  return replaced(root, parent.key, (group) => ({ ...(group as GroupNode), children }));
}

/** Into a group of its own, which joins the other way than the group around it. */
export function nested(root: GroupNode, key: string): GroupNode {
  const parent = parentOf(root, key);
  if (parent === undefined) return root;
  return replaced(root, key, (node) => emptyGroup(parent.join === 'all' ? 'any' : 'all', [node]));
}

/** Out of its group, behind it; a group that is left empty goes. */
export function takenOut(root: GroupNode, key: string): GroupNode {
  const parent = parentOf(root, key);
  const outer = parent && parentOf(root, parent.key);
  if (parent === undefined || outer === undefined) return root;
  const node = parent.children.find((child) => child.key === key)!;
  const rest = { ...parent, children: parent.children.filter((child) => child.key !== key) };
  const children = outer.children.flatMap((child) => {
    if (child.key !== parent.key) return [child];
    return rest.children.length === 0 ? [node] : [rest, node];
  });
  return replaced(root, outer.key, (group) => ({ ...(group as GroupNode), children }));
}

export function conditionsIn(node: RuleNode): ConditionNode[] {
  return isGroup(node) ? node.children.flatMap(conditionsIn) : [node];
}

/** Groups without anything in them, the root too. */
export function emptyGroupsIn(node: RuleNode): GroupNode[] {
  if (!isGroup(node)) return [];
  return node.children.length === 0 ? [node] : node.children.flatMap(emptyGroupsIn);
}
