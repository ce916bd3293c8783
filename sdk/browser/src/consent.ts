// What the visitor allows, by category. Until there is a choice the site's default holds, and where the browser says
// Global Privacy Control or Do Not Track the default is no. A choice that the visitor makes here goes before both.

import type { Storage } from './storage.ts';

/** `analytics` is what collection needs, `personalisation` what the hooks need; a site may have more of its own. */
export type Consent = { analytics: boolean; personalisation: boolean; marketing: boolean; [category: string]: boolean };

export type ConsentKeeper = { now(): Consent; choose(choice: Partial<Consent>): void };

export function openConsent(storage: Storage, byDefault: Partial<Consent> = {}): ConsentKeeper {
  const { globalPrivacyControl, doNotTrack } = navigator as { globalPrivacyControl?: boolean; doNotTrack?: string };
  const allowed = !globalPrivacyControl && doNotTrack !== '1';
  const base = { analytics: allowed, personalisation: allowed, marketing: allowed, ...(allowed ? byDefault : {}) };
  const chosen = (): Partial<Consent> => storage.read('consent', {});
  return {
    now: () => ({ ...base, ...chosen() }) as Consent,
    choose: (choice) => void storage.set('consent', JSON.stringify({ ...chosen(), ...choice })),
  };
}
