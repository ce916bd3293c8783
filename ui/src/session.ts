// The secret key of this tab. It arrives in the address fragment (`#key=…`, which browsers never send to a server),
// moves to the session storage and leaves the address, so that a copied link carries no key.

import { useSyncExternalStore } from 'react';

const storageName = 'inkling.key';
const listeners = new Set<() => void>();
let key: string | null = read();

/** Takes the key out of the address, when one is there. Called before the first render and when the fragment changes. */
export function takeKeyFromAddress(): void {
  const match = /(?:^#|&)key=([^&]+)/.exec(window.location.hash);
  if (!match) return;
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  signIn(decodeURIComponent(match[1]));
}

export function currentKey(): string | null {
  return key;
}

export function signIn(secretKey: string): void {
  key = secretKey.trim();
  try {
    sessionStorage.setItem(storageName, key);
  } catch {
    // Without storage the key lives as long as the page.
  }
  tellEveryone();
}

export function signOut(): void {
  key = null;
  try {
    sessionStorage.removeItem(storageName);
  } catch {
    // Nothing was stored then.
  }
  tellEveryone();
}

export function useKey(): string | null {
  return useSyncExternalStore(subscribe, currentKey);
}

function read(): string | null {
  try {
    return sessionStorage.getItem(storageName);
  } catch {
    return null;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellEveryone(): void {
  for (const listener of listeners) listener();
}
