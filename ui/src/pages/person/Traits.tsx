// What the person told about themselves, as it was sent last.

import { words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import styles from './Traits.module.css';

export function Traits({ traits }: { traits: Record<string, unknown> }) {
  const entries = flat(traits);
  if (entries.length === 0) return null;
  return (
    <Panel title="Traits" note="As sent last.">
      <dl className={styles.list}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** { address: { city: 'Oslo' } } → [['address city', 'Oslo']]; what is empty is left out. */
function flat(traits: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(traits).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined || value === '') return [];
    if (typeof value === 'object' && !Array.isArray(value)) {
      return flat(value as Record<string, unknown>, `${prefix}${name} `);
    }
    return [[prefix + name, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}
