// A group of the rule with what is in it, and what can be done with each part: add, move, nest, take out, remove. Every
// action is a button, and leaves the focus where one would go on.

import { ActionIcon, Button, NativeSelect, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconIndentDecrease, IconIndentIncrease, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Kind } from '../../rule.ts';
import { ConditionForm } from './ConditionForm.tsx';
import { kinds, labelOf, lackOf } from './conditions.ts';
import styles from './Rule.module.css';
import type { Suggestions } from './suggestions.ts';
import {
  type ConditionNode,
  emptyGroup,
  type GroupNode,
  isGroup,
  type Join,
  newCondition,
  type RuleNode,
} from './tree.ts';

export type Actions = {
  replace(key: string, by: (node: RuleNode) => RuleNode): void;
  add(group: string, node: RuleNode): void;
  remove(key: string): void;
  move(key: string, by: -1 | 1): void;
  nest(key: string): void;
  takeOut(key: string): void;
};

export type RuleContext = {
  actions: Actions;
  suggestions: Suggestions;
  /** What the server says against the node of a key. */
  wrong: { key: string; message: string } | null;
  /** Whether to say what is still missing. */
  isStrict: boolean;
};

type Place = { index: number; of: number; depth: number };
type PartProps<Node> = { node: Node; name: string; place: Place | null; context: RuleContext };

export function Group({ node, name, place, context }: PartProps<GroupNode>) {
  const { actions, isStrict } = context;
  const title = place === null ? 'The rule' : `Group ${name}`;
  const set = (changes: Partial<GroupNode>) =>
    actions.replace(node.key, (group) => ({ ...(group as GroupNode), ...changes }));
  return (
    <fieldset className={styles.group} data-node={node.key}>
      <legend className={styles.legend}>{title}</legend>
      <div className={styles.head}>
        <NativeSelect
          aria-label={`${title}: people who`}
          size="xs"
          data={[
            { value: 'all', label: 'all of these hold' },
            { value: 'any', label: 'any of these holds' },
            { value: 'not all', label: 'not all of these hold' },
            { value: 'not any', label: 'none of these holds' },
          ]}
          value={`${node.not ? 'not ' : ''}${node.join}`}
          onChange={(event) => {
            const words = event.currentTarget.value.split(' ');
            set({ not: words.length === 2, join: words[words.length - 1] as Join });
          }}
        />
        {place && <Moves node={node} name={title.toLowerCase()} place={place} actions={actions} />}
      </div>
      <Wrong node={node} context={context} />
      {node.children.length > 0 && (
        <ol className={styles.children}>
          {node.children.map((child, index) => {
            const inner = { index, of: node.children.length, depth: (place?.depth ?? 0) + 1 };
            const innerName = place === null ? `${index + 1}` : `${name}.${index + 1}`;
            return (
              <li key={child.key}>
                {isGroup(child) ? (
                  <Group node={child} name={innerName} place={inner} context={context} />
                ) : (
                  <ConditionCard node={child} name={innerName} place={inner} context={context} />
                )}
              </li>
            );
          })}
        </ol>
      )}
      {node.children.length === 0 && isStrict && <Lack>Add a condition to {title.toLowerCase()}.</Lack>}
      <Adding group={node} title={title.toLowerCase()} actions={actions} />
    </fieldset>
  );
}

function Adding({ group, title, actions }: { group: GroupNode; title: string; actions: Actions }) {
  const [kind, setKind] = useState<Kind>('event');
  const add = () => actions.add(group.key, newCondition(kinds.find((one) => one.kind === kind)!.blank()));
  return (
    <div className={styles.add}>
      <NativeSelect
        aria-label={`Kind of condition to add to ${title}`}
        size="xs"
        data={kinds.map(({ kind: value, label }) => ({ value, label }))}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
      />
      <Button variant="default" size="xs" onClick={add} aria-label={`Add a condition to ${title}`} data-add>
        Add a condition
      </Button>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => actions.add(group.key, emptyGroup(group.join === 'all' ? 'any' : 'all'))}
        aria-label={`Add a group to ${title}`}
      >
        Add a group
      </Button>
    </div>
  );
}

function ConditionCard({ node, name, place, context }: PartProps<ConditionNode> & { place: Place }) {
  const { actions, suggestions, isStrict } = context;
  const lack = lackOf(node.condition);
  const title = `Condition ${name}`;
  return (
    <fieldset className={styles.condition} data-node={node.key}>
      <legend className={styles.legend}>
        {title}: {labelOf(node.condition.kind).toLowerCase()}
      </legend>
      <div className={styles.head}>
        <NativeSelect
          aria-label={`${title}: holds or not`}
          size="xs"
          data={[
            { value: 'is', label: 'holds' },
            { value: 'not', label: 'does not hold' },
          ]}
          value={node.not ? 'not' : 'is'}
          onChange={(event) => {
            const not = event.currentTarget.value === 'not';
            actions.replace(node.key, (before) => ({ ...before, not }));
          }}
        />
        <Moves node={node} name={title.toLowerCase()} place={place} actions={actions} />
      </div>
      <div className={styles.fields} data-form>
        <ConditionForm
          condition={node.condition}
          suggestions={suggestions}
          onChange={(condition) => actions.replace(node.key, (before) => ({ ...(before as ConditionNode), condition }))}
        />
      </div>
      {isStrict && lack && <Lack>{lack}</Lack>}
      <Wrong node={node} context={context} />
    </fieldset>
  );
}

function Moves({ node, name, place, actions }: { node: RuleNode; name: string; place: Place; actions: Actions }) {
  return (
    <span className={styles.moves}>
      <Move label={`Move ${name} up`} isOff={place.index === 0} onClick={() => actions.move(node.key, -1)}>
        <IconArrowUp size={15} stroke={1.75} />
      </Move>
      <Move label={`Move ${name} down`} isOff={place.index === place.of - 1} onClick={() => actions.move(node.key, 1)}>
        <IconArrowDown size={15} stroke={1.75} />
      </Move>
      <Move label={`Put ${name} into a group`} onClick={() => actions.nest(node.key)}>
        <IconIndentIncrease size={15} stroke={1.75} />
      </Move>
      <Move label={`Take ${name} out of its group`} isOff={place.depth < 2} onClick={() => actions.takeOut(node.key)}>
        <IconIndentDecrease size={15} stroke={1.75} />
      </Move>
      <Move label={`Remove ${name}`} onClick={() => actions.remove(node.key)}>
        <IconTrash size={15} stroke={1.75} />
      </Move>
    </span>
  );
}

type MoveProps = { label: string; isOff?: boolean; onClick: () => void; children: ReactNode };

/** Stays where the focus is though it can do nothing now, so that the focus is not lost at an end. */
function Move({ label, isOff = false, onClick, children }: MoveProps) {
  return (
    <Tooltip label={label} events={{ hover: true, focus: false, touch: false }}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        aria-disabled={isOff}
        data-off={isOff || undefined}
        className={styles.move}
        onClick={() => !isOff && onClick()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function Lack({ children }: { children: ReactNode }) {
  return <p className={styles.lack}>{children}</p>;
}

function Wrong({ node, context }: { node: RuleNode; context: RuleContext }) {
  if (context.wrong?.key !== node.key) return null;
  return (
    <p role="alert" className={styles.wrong}>
      {context.wrong.message}
    </p>
  );
}
