// Where the NATS server of the tests is: NATS_URL, or the one on this machine.

import { connect } from '@nats-io/transport-node';
import { InklingError } from '../../src/errors.ts';

/** The address of a server that answers and has JetStream. */
export async function reachNats(): Promise<string> {
  const url = process.env['NATS_URL'] || 'nats://127.0.0.1:4222';
  try {
    const connection = await connect({ servers: url, timeout: 3000 });
    const hasJetStream = connection.info?.jetstream === true;
    await connection.close();
    if (hasJetStream) return url;
  } catch {
    // Said below.
  }
  throw new InklingError('unavailable', `No NATS server with JetStream answers at ${url}.`, {
    hint: 'Start one: nats-server -js -sd /tmp/nats (on Debian: apt-get install nats-server), or set NATS_URL.',
  });
}
