// One line over the events of a visit: how long, from where, from which page to which, and what came of it.

import { Badge } from '@mantine/core';
import type { Session } from '../../api.ts';
import { money, plural, words } from '../../format.ts';
import { useCurrency } from '../../place.tsx';
import styles from './VisitHead.module.css';

const botScore = 60;

export function VisitHead({ session }: { session: Session }) {
  const currency = useCurrency();
  const { converted, conversionType, conversionValue, entryPage, exitPage } = session;
  return (
    <p className={`${styles.head} small`}>
      <span>
        Visit of {lasting(session.durationSeconds)}, {plural(session.pageCount, 'page', 'pages')}, from{' '}
        <strong>{sourceOf(session)}</strong>
        {session.deviceType && <> on {words(session.deviceType).toLowerCase()}</>}
      </span>
      {entryPage && (
        <span className="faint">
          <span className="mono">{entryPage}</span>
          {exitPage !== entryPage && (
            <>
              {' '}
              to <span className="mono">{exitPage}</span>
            </>
          )}
        </span>
      )}
      {converted && (
        <Badge variant="light" color="teal" c="var(--mantine-color-text)" size="sm" tt="none">
          {words(conversionType)}
          {conversionValue > 0 && ` ${money(conversionValue, currency)}`}
        </Badge>
      )}
      {session.botScore >= botScore && (
        <Badge variant="light" color="gray" c="var(--mantine-color-text)" size="sm" tt="none">
          Looks like a program: {session.botReasons.join(', ')}
        </Badge>
      )}
    </p>
  );
}

/** "direct", "google, cpc, spring". */
export function sourceOf({ trafficSource, medium, campaign }: Session): string {
  return [trafficSource, medium, campaign].filter(Boolean).join(', ') || 'direct';
}

export function lasting(seconds: number): string {
  if (seconds < 60) return plural(seconds, 'second', 'seconds');
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? plural(minutes, 'minute', 'minutes') : plural(Math.round(minutes / 60), 'hour', 'hours');
}
