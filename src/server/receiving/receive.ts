// What every way in has in common: a key sends as fast as it may, and what it sends goes to the intake.

import type { FastifyRequest } from 'fastify';
import { type Acceptance, type Delivery, type OpenDoor, refillOf, type Signals } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import { SECOND_MS } from '../../time.ts';
import type { ServerContext } from '../context.ts';

/** What is asked of a request, whichever way it came. */
export type Sender = Pick<FastifyRequest, 'workspace' | 'keyId' | 'headers' | 'ip'>;

type How = Partial<Delivery>;

export type Receive = (sender: Sender, messages: readonly unknown[], how: How) => Promise<Acceptance>;

/** Throws `rate_limited` when the key has sent too much, `unavailable` when nothing can be kept now. */
export function receiverOf({ intake, doors, throttle }: ServerContext): Receive {
  const take = (door: OpenDoor, { workspace, keyId, headers, ip }: Sender, messages: readonly unknown[], how: How) => {
    const waitMs = throttle.take(keyId, Math.max(1, messages.length), refillOf(door, keyId));
    if (waitMs > 0) throw tooFast(waitMs);
    return intake.accept(workspace, messages, {
      source: '',
      userAgent: headers['user-agent'],
      address: ip,
      isHosted: door.isHosted,
      signals: signalsIn(headers),
      keyId,
      ...how,
    });
  };
  // No turn more than there is to wait for: it would be taken for each event that is sent alone.
  return (sender, messages, how) => {
    const door = doors.of(sender.workspace);
    return door instanceof Promise
      ? door.then((opened) => take(opened, sender, messages, how))
      : take(door, sender, messages, how);
  };
}

/** Global Privacy Control (https://www.w3.org/TR/gpc/) and Do Not Track; undefined for most browsers, which say neither. */
function signalsIn(headers: FastifyRequest['headers']): Signals | undefined {
  const globalPrivacyControl = headers['sec-gpc'] === '1';
  const doNotTrack = headers['dnt'] === '1';
  return globalPrivacyControl || doNotTrack ? { globalPrivacyControl, doNotTrack } : undefined;
}

function tooFast(waitMs: number): InklingError {
  return new InklingError('rate_limited', 'This key sends more events than it may.', {
    hint: 'Send it again after Retry-After, or raise the rate: PATCH /api/v1/collect/door.',
    retryAfterSeconds: Math.ceil(waitMs / SECOND_MS),
  });
}
