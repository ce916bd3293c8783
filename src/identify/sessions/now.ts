// Visits under way in every workspace that somebody looks at: nothing is kept for the others.

import { LRUCache } from 'lru-cache';
import type { EventRow } from '../../collect/index.ts';
import type { Store } from '../../store/index.ts';
import type { Session } from './columns.ts';
import { type LiveSessions, openLiveSessions } from './live.ts';

export interface SessionsNow {
  active(workspace: string, now: Date): Promise<Session[]>;
  /** Rows that reached the facts. */
  shipped(rows: readonly EventRow[]): void;
  /** Identifiers that changed hands. */
  moved(workspace: string, moves: readonly { node: bigint; profile: bigint }[]): void;
  /** Everybody of the workspace was resolved anew. */
  resolved(workspace: string): void;
}

const WORKSPACES_IN_MEMORY = 50;
/** Those who look at the same time share an answer for so long. */
const SHARED_MS = 250;

type Kept = { live: LiveSessions; answer?: { atMs: number; sessions: Promise<Session[]> } };

export function openSessionsNow(store: Store): SessionsNow {
  const known = new LRUCache<string, Kept>({ max: WORKSPACES_IN_MEMORY });
  return {
    active(workspace, now) {
      const kept = known.get(workspace) ?? { live: openLiveSessions(store, { workspace }) };
      known.set(workspace, kept);
      const atMs = now.getTime();
      if (!kept.answer || Math.abs(atMs - kept.answer.atMs) >= SHARED_MS) {
        kept.answer = { atMs, sessions: kept.live.active(now) };
      }
      return kept.answer.sessions;
    },
    shipped(rows) {
      if (known.size === 0) return;
      for (const [workspace, own] of Map.groupBy(rows, (row) => row.workspace))
        known.peek(workspace)?.live.shipped(own);
    },
    moved(workspace, moves) {
      known.peek(workspace)?.live.moved(moves);
    },
    resolved(workspace) {
      known.peek(workspace)?.live.resolved();
    },
  };
}
