// What is the matter now and what to do about it, at the top of a page; nothing while all is well.

import { IconAlertTriangle } from '@tabler/icons-react';
import { stamp } from '../format.ts';
import { useZone } from '../place.tsx';
import { useAlerts } from '../queries.ts';
import { Note } from './Note.tsx';

export function AlertsNote() {
  const zone = useZone();
  const open = useAlerts().data?.alerts.filter(({ resolvedAt }) => resolvedAt === null) ?? [];
  return open.map(({ alert, message, hint, since }) => (
    <Note key={alert} icon={<IconAlertTriangle size={17} aria-hidden />}>
      <strong>{message}</strong> Since {stamp(since, zone)}. {hint}
    </Note>
  ));
}
