// The calls of the tracking API in the quick lane.

import type { IncomingMessage } from 'node:http';
import { type Acceptance, BATCH_LIMIT_BYTES } from '../../collect/index.ts';
import type { KnownKey } from '../../govern/index.ts';
import { keyFor, rememberedKey } from '../access.ts';
import type { Exchange, LaneMaker } from '../quickLane.ts';
import { parse } from './body.ts';
import { type Call, calls, refusalOf } from './calls.ts';
import { receiverOf } from './receive.ts';

const TAKEN = '{"success":true}';

export const eventLane: LaneMaker = (context, { tell, refuse }) => {
  const receive = receiverOf(context);
  const { keys } = context;

  const begin = (call: Call, { headers, socket }: IncomingMessage, bytes: Buffer): Promise<Acceptance> => {
    const body = parse(bytes);
    const accept = ({ workspace, id }: KnownKey) =>
      receive({ workspace, keyId: id, headers, ip: socket.remoteAddress ?? '' }, call.messagesOf(body), call.how);
    const known = rememberedKey(keys, 'write', headers);
    return known ? accept(known) : keyFor(keys, 'write', headers, body).then(accept);
  };

  /** Answers once it is on disk; never rejects. The message is not held on to meanwhile: the collector would carry it along. */
  const finish = async (call: Call, exchange: Exchange, accepting: Promise<Acceptance>): Promise<void> => {
    try {
      const refusal = refusalOf(await accepting, call.how);
      if (refusal === undefined) tell(exchange, TAKEN);
      else refuse(exchange, refusal.error, refusal.more);
    } catch (error) {
      refuse(exchange, error);
    }
  };

  const take = (call: Call, exchange: Exchange, bytes: Buffer): void => {
    let accepting: Promise<Acceptance>;
    try {
      accepting = begin(call, exchange.request, bytes);
    } catch (error) {
      refuse(exchange, error);
      return;
    }
    void finish(call, exchange, accepting);
  };

  return [...calls].map(([path, call]) => ({
    path,
    limitBytes: BATCH_LIMIT_BYTES,
    isForAnySite: true,
    take: (exchange, body) => () => take(call, exchange, body),
  }));
};
