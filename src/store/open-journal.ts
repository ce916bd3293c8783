// Where the journal is: files of this machine, or NATS JetStream where there are several nodes.

import { InklingError } from '../errors.ts';
import { type Journal, type JournalOptions, openFileJournal } from './journal.ts';
import { type NatsOptions, openNatsJournal } from './journal-nats.ts';

/** `nats`: where the journal is when it is not in the folder. */
export type AnyJournalOptions = JournalOptions & { nats?: NatsOptions };

export function openJournal({ nats, ...options }: AnyJournalOptions): Promise<Journal> {
  if (!nats) return openFileJournal(options);
  const { maxBacklogBytes, onDamage } = options;
  return openNatsJournal({ maxBacklogBytes, onDamage, ...nats });
}

/** JOURNAL_URL, JOURNAL_PARTITION (`1/3`), JOURNAL_REPLICAS, JOURNAL_MONITOR; undefined = files of this machine. */
export function natsOptionsFrom(env: NodeJS.ProcessEnv): NatsOptions | undefined {
  const url = env['JOURNAL_URL'];
  if (!url) return undefined;
  if (!/^(nats|tls):\/\//.test(url)) {
    throw new InklingError('invalid_input', `JOURNAL_URL (${url.split('://')[0]}://…) is not an address of NATS.`, {
      field: 'JOURNAL_URL',
      hint: 'Use nats://host:4222, or leave it out to keep the journal in the data folder.',
    });
  }
  const [index, of] = (env['JOURNAL_PARTITION'] ?? '1/1').split('/').map(Number);
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of)) {
    throw new InklingError('invalid_input', 'JOURNAL_PARTITION does not say which of how many.', {
      field: 'JOURNAL_PARTITION',
      value: env['JOURNAL_PARTITION'],
      hint: 'Of three nodes give one 1/3, one 2/3 and one 3/3.',
    });
  }
  const replicas = Number(env['JOURNAL_REPLICAS'] ?? 1);
  return { url, partition: { index, of }, replicas, monitor: env['JOURNAL_MONITOR'] };
}
