// Who is here right now, counted by page, source and device, and the latest of them.

import { BOT_SCORE, type Session } from '../../identify/index.ts';

export type Count = { name: string; sessions: number };

export type SessionsRightNow = {
  asOf: Date;
  /** Without programs, whose number stands beside. */
  active: number;
  bots: number;
  converted: number;
  /** The page they are on. */
  byPage: Count[];
  /** '' = direct. */
  bySource: Count[];
  byDevice: Count[];
  byPlatform: Count[];
  sessions: Session[];
};

const NAMES_SHOWN = 10;

export function summarise(all: readonly Session[], asOf: Date, limit: number): SessionsRightNow {
  const people = all.filter((session) => session.botScore < BOT_SCORE);
  return {
    asOf,
    active: people.length,
    bots: all.length - people.length,
    converted: people.filter((session) => session.converted).length,
    byPage: countBy(people, (session) => session.exitPage),
    bySource: countBy(people, (session) => session.trafficSource),
    byDevice: countBy(people, (session) => session.deviceType),
    byPlatform: countBy(people, (session) => session.platform),
    sessions: people.slice(0, limit),
  };
}

/** The commonest first. */
function countBy(sessions: readonly Session[], nameOf: (session: Session) => string): Count[] {
  const counts = new Map<string, number>();
  for (const session of sessions) counts.set(nameOf(session), (counts.get(nameOf(session)) ?? 0) + 1);
  return [...counts]
    .map(([name, sessions]) => ({ name, sessions }))
    .sort((a, b) => b.sessions - a.sessions || (a.name < b.name ? -1 : 1))
    .slice(0, NAMES_SHOWN);
}
