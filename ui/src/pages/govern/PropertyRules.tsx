// What becomes of single properties before anything is written. What is personal by its key is dropped without a rule.

import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Privacy, PropertyAction } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useChangePrivacy } from '../../queries.ts';
import styles from './Govern.module.css';
import { PersonalHints } from './PersonalHints.tsx';
import { propertyActionWords } from './words.ts';

/** Numbered, so that a row keeps its fields while others come and go. */
type Rule = Privacy['properties'][number] & { id: number };

export function PropertyRules({ privacy }: { privacy: Privacy }) {
  const [rules, setRules] = useState<Rule[]>(() => privacy.properties.map((rule, id) => ({ ...rule, id })));
  const change = useChangePrivacy();
  const setRule = (id: number, changes: Partial<Rule>) =>
    setRules(rules.map((rule) => (rule.id === id ? { ...rule, ...changes } : rule)));
  const [isLooking, setLooking] = useState(false);
  const add = (path: string) =>
    setRules([...rules, { path, action: 'hash', id: Math.max(-1, ...rules.map(({ id }) => id)) + 1 }]);
  const save = () => {
    const properties = rules.map(({ path, action }) => ({ path: path.trim(), action }));
    change.mutate({ change: { properties }, revision: privacy.revision });
  };
  return (
    <Panel
      title="Personal properties"
      note="By path, such as properties.customer.*.card; * is any key, ** any depth. Names, addresses and numbers are dropped by their keys without a rule; an IP address is kept only where a rule says so."
    >
      {rules.length === 0 && (
        <Empty title="No rule yet">Only what is personal by its key is dropped, and e-mail addresses are masked.</Empty>
      )}
      <ul>
        {rules.map((rule, index) => (
          <li key={rule.id} className={styles.rule}>
            <TextInput
              label={`Path of rule ${index + 1}`}
              value={rule.path}
              onChange={(event) => setRule(rule.id, { path: event.currentTarget.value })}
            />
            <Select
              label={`What rule ${index + 1} does`}
              allowDeselect={false}
              data={propertyActionWords}
              value={rule.action}
              onChange={(value) => setRule(rule.id, { action: value as PropertyAction })}
            />
            <Button
              variant="default"
              aria-label={`Remove rule ${index + 1}`}
              onClick={() => setRules(rules.filter(({ id }) => id !== rule.id))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button variant="default" onClick={() => add('properties.')}>
          Add a rule
        </Button>
        <Button loading={change.isPending} onClick={save}>
          Save the rules
        </Button>
        <Button variant="default" aria-expanded={isLooking} onClick={() => setLooking(!isLooking)}>
          Look for personal values
        </Button>
      </div>
      {isLooking && <PersonalHints onRule={add} />}
      {change.error && <ProblemNote error={change.error} />}
    </Panel>
  );
}
