// Says that somebody's intent changed fast: what is known of them may be outdated, and they may want to hear from us.

import { IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import type { PersonIntent } from '../../api.ts';
import { shortDay } from '../../format.ts';
import { Note } from '../../parts/Note.tsx';
import { useZone } from '../../place.tsx';

export function ChangeNote({ change }: { change: PersonIntent['change'] }) {
  const zone = useZone();
  if (!change?.rapid) return null;
  const rises = change.rapid === 'RISING';
  const icon = rises ? <IconTrendingUp size={18} /> : <IconTrendingDown size={18} />;
  return (
    <Note icon={icon}>
      The score {rises ? 'rose' : 'fell'} rapidly: {inPoints(change.points)} since {shortDay(change.since, zone)}.
    </Note>
  );
}

/** "24 points up", "1 point down", "no change in all". */
export function inPoints(points: number): string {
  if (points === 0) return 'no change in all';
  const size = Math.abs(points);
  return `${size} ${size === 1 ? 'point' : 'points'} ${points > 0 ? 'up' : 'down'}`;
}
