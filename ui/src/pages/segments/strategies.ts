// The strategies and states of segments, in words.

import type { SegmentStatus, Strategy } from '../../segmentsApi.ts';

export const strategies: { value: Strategy; label: string }[] = [
  { value: 'behavioral', label: 'What they do' },
  { value: 'demographic', label: 'Who they are' },
  { value: 'engagement', label: 'How engaged' },
  { value: 'predictive', label: 'What is expected' },
  { value: 'hybrid', label: 'Several of these' },
];

export const statuses: { value: SegmentStatus; label: string }[] = [
  { value: 'active', label: 'Active' },
  { value: 'paused', label: 'Paused' },
  { value: 'archived', label: 'Archived' },
];

export function strategyWords(strategy: Strategy): string {
  return strategies.find(({ value }) => value === strategy)?.label ?? strategy;
}
