// Choose all, High, Medium or Low.

import { SegmentedControl } from '@mantine/core';
import { levels } from '../levels.ts';
import { IntentMark } from './IntentMark.tsx';

export function LevelChoice({ value, onChange }: { value: string; onChange: (level: string) => void }) {
  return (
    <SegmentedControl
      aria-label="Intent"
      size="sm"
      value={value || 'ALL'}
      onChange={(next) => onChange(next === 'ALL' ? '' : next)}
      data={[
        { value: 'ALL', label: 'All' },
        ...levels.map(({ level }) => ({ value: level, label: <IntentMark level={level} /> })),
      ]}
    />
  );
}
