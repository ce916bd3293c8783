// A POST to an address of the workspace, signed with its secret: X-Inkling-Signature is
// `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`, so that neither body nor time can be forged.

import { createHmac } from 'node:crypto';
import type { Destination } from './destination.ts';
import { postOutside } from './outbound.ts';

export const webhook: Destination = {
  name: 'webhook',
  sentence: 'A signed POST to an address of the workspace.',
  isWanted: ({ webhook }) => webhook !== null,
  tell: async (news, { webhook }) => {
    const { url, secret } = webhook!;
    const body = JSON.stringify(news);
    await postOutside(url, body, {
      'content-type': 'application/json',
      'x-inkling-signature': signatureOf(secret, body, news.at),
    });
  },
};

export function signatureOf(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
