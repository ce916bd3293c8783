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

export function openSessionsNow(store: Store): SessionsNow {
  const known = new LRUCache<string, LiveSessions>({ max: WORKSPACES_IN_MEMORY });
  return {
    active(workspace, now) {
      const live = known.get(workspace) ?? openLiveSessions(store, { workspace });
      known.set(workspace, live);
      return live.active(now);
    },
    shipped(rows) {
      if (known.size === 0) return;
      for (const [workspace, own] of Map.groupBy(rows, (row) => row.workspace)) known.peek(workspace)?.shipped(own);
    },
    moved(workspace, moves) {
      known.peek(workspace)?.moved(moves);
    },
    resolved(workspace) {
      known.peek(workspace)?.resolved();
    },
  };
}
