// A POST to an address of the workspace, signed with its secret: X-Inkling-Signature is
// `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`, so that neither body nor time can be forged.

import { createHmac } from 'node:crypto';
import { postOutside } from './outbound.ts';

export type Hook = { url: string; secret: string };

/** Resolves when it was answered with 2xx. */
export async function postSigned(
  { url, secret }: Hook,
  body: string,
  { at, headers = {} }: { at: Date; headers?: Readonly<Record<string, string>> },
): Promise<void> {
  await postOutside(url, body, {
    'content-type': 'application/json',
    'x-inkling-signature': signatureOf(secret, body, at),
    ...headers,
  });
}

export function signatureOf(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
