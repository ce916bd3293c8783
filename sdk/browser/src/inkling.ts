// The browser SDK: calls become messages in a queue that the tabs of a site share, and a sender delivers them. It knows
// who the visitor is and what he allows. Nothing here throws into the page. What holds for every SDK: ../../contract.

import { startCapture } from './capture.ts';
import { type Consent, openConsent } from './consent.ts';
import { ask, type Hooks, type Person } from './hooks.ts';
import { type Fields, type Loss, newId, type Options, pageOf, write } from './message.ts';
import { bytesOf } from './queue.ts';
import { openSender, type SenderSettings } from './sender.ts';
import { openStorage } from './storage.ts';

export type Settings = Pick<SenderSettings, 'key' | 'address'> &
  Partial<SenderSettings> & {
    /** Told of what will not arrive; absent = a warning on the console. */
    onError?: (loss: Loss) => void;
    /** What holds until the visitor chooses; absent = all allowed. GPC and DNT go before it. */
    consent?: Partial<Consent>;
    /** Pages, clicks, scrolling and so on by themselves; on unless false. */
    autocapture?: boolean;
  };

export type Inkling = {
  track(event: string, properties?: Fields, options?: Options): void;
  identify(userId: string | null, traits?: Fields, options?: Options): void;
  page(name?: string, properties?: Fields, options?: Options): void;
  screen(name?: string, properties?: Fields, options?: Options): void;
  group(groupId: string, traits?: Fields, options?: Options): void;
  alias(userId: string, previousId?: string, options?: Options): void;
  /** Whom calls are about; undefined while the visitor does not allow analytics. */
  person(): Person | undefined;
  /** Forgets who it was, for instance at sign-out: the next call is about somebody new. */
  reset(): void;
  /** What the visitor allows; with a choice, keeps and records it. A withdrawal forgets what waits and who it was. */
  consent(choice?: Partial<Consent>): Consent;
  /** Registers who decides experiments or personalisation. */
  use(hooks: Hooks): void;
  /** The variation this visitor gets, else the fallback. The first answer of a page is tracked as Experiment Viewed. */
  variant(experiment: string, fallback: string): Promise<string>;
  /** What a slot shows to this visitor, else the fallback. */
  content<T>(slot: string, fallback: T): Promise<T>;
  /** Sends now what waits. Resolves with whether it has left in time; never rejects. */
  flush(timeoutMs?: number): Promise<boolean>;
  /** Stops capturing and sending. What waits is sent by the next page. */
  close(): void;
};

const MESSAGE_BYTES = 32 * 1024;
const defaults = { queueLimit: 500, flushIntervalMs: 500, timeoutMs: 10_000, retryBaseMs: 500, retryCapMs: 30_000 };

/** Never throws; without a key or with an address that is none it reports that and does nothing. */
export function createInkling({ consent: byDefault, onError = warn, ...given }: Settings): Inkling {
  const address = String(given.address).replace(/\/+$/, '');
  const idle = !given.key || !/^https?:\/\/[^/\s]/.test(address);
  const storage = openStorage(`inkling:${given.key}:`);
  const sender = openSender({ ...defaults, ...given, address }, storage, report);
  const consent = openConsent(storage, byDefault);
  const hooks: Hooks[] = [];
  const viewed = new Set<string>();
  let closed = false;
  let stopCapture: () => unknown = () => {};

  function report(loss: Loss): void {
    try {
      onError(loss);
    } catch {
      // The page's callback is no reason to fail the page.
    }
  }

  function add(type: string, fields: Fields, options: Options = {}): void {
    const allowed = consent.now();
    if (idle || !allowed.analytics) return;
    const refuse = (reason: string, detail?: string) => report({ reason, detail, messages: [fields] });
    try {
      const text = write({ ...person(), ...fields, type }, options, allowed);
      const bytes = bytesOf(text);
      if (closed) refuse('closed');
      else if (bytes > MESSAGE_BYTES) refuse('too_large', `${bytes} bytes`);
      else if (!sender.add(text)) refuse('queue_full');
    } catch (error) {
      refuse('unreadable', String(error));
    }
  }

  function person(): Person {
    const anonymousId = storage.get('anonymousId') ?? newId();
    storage.set('anonymousId', anonymousId);
    return { anonymousId, userId: storage.get('userId') ?? undefined };
  }

  function capture(): void {
    stopCapture();
    if (idle || given.autocapture === false || !consent.now().analytics) return;
    const { track, page } = inkling;
    stopCapture = startCapture({ track, page });
  }

  const mayPersonalise = () => consent.now().analytics && consent.now().personalisation;

  const forget = () => {
    storage.remove('anonymousId');
    storage.remove('userId');
  };

  const inkling: Inkling = {
    track: (event, properties, options) => add('track', { event, properties }, options),
    identify: (userId, traits, options) => {
      if (userId && consent.now().analytics) storage.set('userId', String(userId));
      add('identify', { traits }, options);
    },
    page: (name, properties, options) => add('page', { name, properties: { ...pageOf(), ...properties } }, options),
    screen: (name, properties, options) => add('screen', { name, properties }, options),
    group: (groupId, traits, options) => add('group', { groupId, traits }, options),
    alias: (userId, previousId = inkling.person()?.anonymousId, options) =>
      add('alias', { userId, previousId }, options),
    person: () => (consent.now().analytics ? person() : undefined),
    reset: forget,
    consent: (choice) => {
      if (!choice) return consent.now();
      const before = consent.now();
      const categoryPreferences = { ...before, ...choice };
      const record = () => {
        const context = { consent: { categoryPreferences } };
        add('track', { event: 'Consent Updated', properties: categoryPreferences }, { context });
      };
      const withdrawn = before.analytics && choice.analytics === false;
      if (withdrawn) {
        stopCapture();
        sender.clear();
        record();
      }
      consent.choose(choice);
      if (withdrawn) forget();
      else record();
      if (!before.analytics) capture();
      return consent.now();
    },
    use: (more) => void hooks.push(more),
    variant: async (experiment, fallback) => {
      if (!mayPersonalise()) return fallback;
      const variation = await ask(hooks, ({ variant }) => variant?.(experiment, person()), undefined);
      if (variation === undefined) return fallback;
      const seen = { experiment_id: experiment, variation_id: variation };
      if (!viewed.has(experiment)) inkling.track('Experiment Viewed', seen);
      viewed.add(experiment);
      return variation;
    },
    content: async (slot, fallback) =>
      mayPersonalise() ? ask(hooks, ({ content }) => content?.(slot, person()), fallback) : fallback,
    flush: async (timeoutMs = 10_000) => idle || sender.flush(timeoutMs),
    close: () => {
      closed = true;
      stopCapture();
      sender.stop();
    },
  };
  if (idle) report({ reason: 'settings', detail: `key ${given.key}, address ${address}`, messages: [] });
  capture();
  // Bubbling, so that what capture says about leaving is said before.
  addEventListener('pagehide', sender.beacon);
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && sender.beacon());
  return inkling;
}

function warn({ reason, status, detail = '', messages }: Loss): void {
  console.warn(`inkling: ${messages.length} message(s) lost: ${reason} ${status ?? ''} ${detail}`);
}
