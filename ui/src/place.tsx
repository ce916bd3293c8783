// What every page needs to know of where it is: the workspace (its name, zone and write key) and the present moment,
// which ticks so that "3 minutes ago" stays true.

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Workspace } from './api.ts';

const WorkspaceContext = createContext<Workspace | null>(null);

export function WorkspaceProvider({ workspace, children }: { workspace: Workspace; children: ReactNode }) {
  return <WorkspaceContext.Provider value={workspace}>{children}</WorkspaceContext.Provider>;
}

export function usePlace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('usePlace is called outside a workspace.');
  return workspace;
}

export function useZone(): string {
  return usePlace().timeZone;
}

/** Of the workspace; null while it is not known. */
export function useCurrency(): string | null {
  return usePlace().currency;
}

/** The present in milliseconds, renewed every `everySeconds`. */
export function useNow(everySeconds = 30): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everySeconds * 1000);
    return () => clearInterval(timer);
  }, [everySeconds]);
  return now;
}
