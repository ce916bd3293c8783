// The state of a rule in the making: its tree, what can be done with it, and where the focus goes on after each.

import { useEffect, useMemo, useRef, useState } from 'react';
import type { Rule } from '../../rule.ts';
import { lackOf } from './conditions.ts';
import type { Actions } from './Group.tsx';
import * as tree from './tree.ts';
import { conditionsIn, emptyGroup, emptyGroupsIn, type GroupNode, parentOf, ruleOf, treeOf } from './tree.ts';

type Focus = { key: string; on: 'form' | 'add' | 'button'; label?: RegExp };

export function useRule(initial: Rule | undefined) {
  const [root, setRoot] = useState<GroupNode>(() => (initial ? treeOf(initial) : emptyGroup()));
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<Focus | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was asked for is there once the tree is drawn
  useEffect(() => {
    const focus = wanted.current;
    wanted.current = null;
    if (focus) find(box.current, focus)?.focus();
  }, [root]);

  const actions = useMemo<Actions>(() => {
    const change = (by: (before: GroupNode) => GroupNode, focus?: (before: GroupNode) => Focus) =>
      setRoot((before) => {
        if (focus) wanted.current = focus(before);
        return by(before);
      });
    return {
      replace: (key, by) => change((before) => tree.replaced(before, key, by)),
      add: (group, node) =>
        change(
          (before) => tree.added(before, group, node),
          () => ({ key: node.key, on: tree.isGroup(node) ? 'add' : 'form' }),
        ),
      remove: (key) =>
        change(
          (before) => tree.removed(before, key),
          (before) => ({ key: (parentOf(before, key) ?? before).key, on: 'add' }),
        ),
      move: (key, by) =>
        change(
          (before) => tree.moved(before, key, by),
          () => ({ key, on: 'button', label: by < 0 ? /^Move .* up$/ : /^Move .* down$/ }),
        ),
      nest: (key) =>
        change(
          (before) => tree.nested(before, key),
          () => ({ key, on: 'button', label: /^Put / }),
        ),
      takeOut: (key) =>
        change(
          (before) => tree.takenOut(before, key),
          () => ({ key, on: 'button', label: /^Take / }),
        ),
    };
  }, []);

  const { rule, places } = useMemo(() => ruleOf(root), [root]);
  const lacking = useMemo(
    () =>
      conditionsIn(root).find(({ condition }) => lackOf(condition) !== undefined)?.key ?? emptyGroupsIn(root)[0]?.key,
    [root],
  );
  return {
    box,
    root,
    actions,
    places,
    /** null while something is missing. */
    rule: lacking === undefined ? (rule ?? null) : null,
    lacking,
    setRule: (next: Rule) => setRoot(treeOf(next)),
    focusOn: (key: string) =>
      find(box.current, { key, on: conditionsIn(root).some((one) => one.key === key) ? 'form' : 'add' })?.focus(),
  };
}

function find(box: HTMLElement | null, { key, on, label }: Focus): HTMLElement | null | undefined {
  const node = box?.querySelector<HTMLElement>(`[data-node="${key}"]`);
  if (on === 'form')
    return node?.querySelector<HTMLElement>('[data-form] :is(input:not([type="hidden"]), select, button)');
  // Of a group's own and not of one inside it, which come before.
  if (on === 'add') return [...(node?.querySelectorAll<HTMLElement>('[data-add]') ?? [])].at(-1);
  return [...(node?.querySelectorAll<HTMLElement>('button') ?? [])].find((button) =>
    label?.test(button.ariaLabel ?? ''),
  );
}
