// The plan that is in force in each workspace, compiled once per version. Where several processes share the state, each
// looks every second whether another one has activated a version.

import { LRUCache } from 'lru-cache';
import type { Store } from '../../store/index.ts';
import { SECOND_MS } from '../../time.ts';
import { type CheckedPlan, openPlan } from './check.ts';
import { readActivePlan } from './stored.ts';

export interface PlansInForce {
  of(workspace: string): CheckedPlan | undefined | Promise<CheckedPlan | undefined>;
  /** Reads anew which version is in force. */
  renew(workspace: string): Promise<void>;
}

type InForce = { plan: CheckedPlan | undefined; renewedAt: number };

const WORKSPACES_AT_MOST = 1000;
const RENEWED_EVERY_MS = SECOND_MS;

export function openPlans(store: Store): PlansInForce {
  const known = new LRUCache<string, InForce>({ max: WORKSPACES_AT_MOST });
  const reading = new Map<string, Promise<CheckedPlan | undefined>>();
  const read = (workspace: string): Promise<CheckedPlan | undefined> => {
    const before = reading.get(workspace);
    if (before) return before;
    const begun = readActivePlan(store, workspace)
      .then((found) => {
        const now = known.peek(workspace)?.plan;
        const plan = found && (now?.version === found.version ? now : openPlan(found.plan, found.version));
        known.set(workspace, { plan, renewedAt: performance.now() });
        return plan;
      })
      .finally(() => reading.delete(workspace));
    reading.set(workspace, begun);
    return begun;
  };
  return {
    of: (workspace) => {
      const entry = known.get(workspace);
      if (!entry) return read(workspace);
      if (store.state.engine === 'server' && performance.now() - entry.renewedAt >= RENEWED_EVERY_MS) {
        // Behind the caller's back; what fails here is tried again with a later event.
        entry.renewedAt = performance.now();
        read(workspace).catch(() => {});
      }
      return entry.plan;
    },
    renew: async (workspace) => {
      await reading.get(workspace)?.catch(() => {});
      await read(workspace);
    },
  };
}
