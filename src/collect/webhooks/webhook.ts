// A webhook source takes what a platform sends by itself. It states its name, one sentence, what to set up over there and
// its settings as a schema; `verify` checks by the platform's own rule that a call is the platform's, on the bytes as they
// came; `read` turns it into messages whose ids are the platform's, so that a delivery that is repeated is stored once.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Static, type TSchema, Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import type { Meaning } from '../connectors/connector.ts';
import type { SegmentMessage } from '../message.ts';

/** A call as it came. */
export type WebhookCall = {
  method: string;
  /** Addresses the platform may have called this by: scheme, host, path and query. */
  addresses: readonly string[];
  header(name: string): string;
  bytes: Buffer;
};

/** What a source may look up of what is known already. */
export type Lookups = {
  /** Who placed an order, by the ids of that event; undefined when no such order is known. */
  buyerOf(orderId: string, sources: readonly string[]): Promise<KnownBuyer | undefined>;
};

export type KnownBuyer = { userId?: string; anonymousId?: string };

export type Received = {
  messages: readonly SegmentMessage[];
  /** Why parts of the call were left out, for the platform's own log. */
  ignored: readonly string[];
  /** Put before the number of a faulty message where there may be several. */
  path?: 'batch';
};

export type WebhookSource = {
  readonly name: string;
  readonly sentence: string;
  /** What to do at the platform; {address} stands for the address to call. */
  readonly setUp: string;
  readonly settings: TSchema;
  /** What faulty messages are answered with: platforms that repeat what is refused are told that it is kept. */
  readonly faults: 'kept' | 'told';
  /** Throws `unauthorized` when the call is not the platform's. */
  verify(call: WebhookCall, settings: Readonly<Record<string, unknown>>, now: Date): void;
  read(call: WebhookCall, settings: Readonly<Record<string, unknown>>, lookups: Lookups): Received | Promise<Received>;
  /** The answer to a call that was taken; absent = what was done, as JSON. */
  readonly answer?: { type: string; body: string };
};

/** Declares a source; inside it the settings, which are checked, carry their own type. */
export function defineWebhook<Schema extends TSchema>(
  source: Omit<WebhookSource, 'settings' | 'verify' | 'read'> & {
    settings: Schema;
    verify(call: WebhookCall, settings: Static<Schema>, now: Date): void;
    read(call: WebhookCall, settings: Static<Schema>, lookups: Lookups): Received | Promise<Received>;
  },
): WebhookSource {
  return source as unknown as WebhookSource;
}

/** A setting that is told to nobody once it is set. */
export const secretSetting = (description: string) => Type.Optional(Type.String({ description, secret: true }));

/** What an export would mean, as what a call means: refusals are reasons to leave something out. */
export function received(meanings: readonly Meaning[]): Received {
  const messages: SegmentMessage[] = [];
  const ignored: string[] = [];
  for (const meaning of meanings) {
    if ('reason' in meaning) ignored.push(meaning.reason);
    else messages.push(meaning);
  }
  return { messages, ignored };
}

/** The secret, without which no call is believed. */
export function requireSecret(secret: string | undefined, source: string): string {
  if (secret) return secret;
  throw new InklingError('unauthorized', `The secret of ${source} is not set here, so nothing can be believed.`, {
    field: 'settings',
    hint: `Set it on the Live page, or with PATCH /api/v1/sources/${source}.`,
  });
}

export type Signature = { algorithm: 'sha1' | 'sha256'; encoding: 'hex' | 'base64' };

/** Whether the signature is that of the bytes, in a time that does not depend on where they differ. */
export function isSigned(
  secret: string,
  bytes: Buffer | string,
  given: string,
  { algorithm, encoding }: Signature,
): boolean {
  const expected = createHmac(algorithm, secret).update(bytes).digest();
  const signature = Buffer.from(given, encoding);
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

export function unsigned(field: string, message: string, hint: string): InklingError {
  return new InklingError('unauthorized', message, { field, hint });
}

/** The JSON of a call. Throws `invalid_input` when it is none. */
export function jsonOf({ bytes }: WebhookCall): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new InklingError('invalid_input', `The body is not JSON: ${(error as Error).message}.`, {
      field: 'body',
      cause: error,
      hint: 'Send one JSON object, or a list of them.',
    });
  }
}
