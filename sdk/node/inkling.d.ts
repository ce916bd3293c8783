// The public names of the Node SDK.

export type Fields = Record<string, unknown>;

/** What every call may say. `messageId` and `timestamp` are made where they are absent. */
export type Common = {
  userId?: string | number;
  anonymousId?: string | number;
  messageId?: string;
  timestamp?: Date | string;
  context?: Fields;
  integrations?: Fields;
};

export type Track = Common & { event: string; properties?: Fields };
export type Identify = Common & { traits?: Fields };
export type Page = Common & { name?: string; category?: string; properties?: Fields };
export type Group = Common & { groupId: string | number; traits?: Fields };
export type Alias = Common & { userId: string | number; previousId: string | number };

export type Reason = 'rejected' | 'queue_full' | 'too_large' | 'unreadable' | 'undelivered' | 'closed' | 'settings';

/** What will not arrive, and why. */
export type Loss = { reason: Reason; status?: number; detail?: string; messages: Fields[] };

export type Settings = {
  /** The write key, `wk_…`. */
  key: string;
  /** Where Inkling answers, such as `https://in.shop.example`. */
  address: string;
  /** Told of what will not arrive; absent = a line on standard error. */
  onError?: (loss: Loss) => void;
  /** Messages that wait at most; 10,000. */
  queueLimit?: number;
  /** How long a message waits for company; 500 ms. */
  flushIntervalMs?: number;
  /** How long one request may take; 10 s. */
  timeoutMs?: number;
  /** Back-off: drawn from 0 to base · 2ⁿ, at most the cap; 500 ms and 30 s. */
  retryBaseMs?: number;
  retryCapMs?: number;
  /** How long `close`, or the end of the process, tries to deliver what waits; 5 s. */
  exitTimeoutMs?: number;
};

/** No call throws, and none waits for the network. */
export class Inkling {
  constructor(settings: Settings);
  track(message: Track): void;
  identify(message: Identify): void;
  page(message: Page): void;
  screen(message: Page): void;
  group(message: Group): void;
  alias(message: Alias): void;
  /** Sends now what waits. Resolves with whether all of it has left the queue in time. Never rejects. */
  flush(within?: { timeoutMs?: number }): Promise<boolean>;
  /** Flushes for `exitTimeoutMs`, reports what could not be delivered, and takes no more. Never rejects. */
  close(): Promise<void>;
}
