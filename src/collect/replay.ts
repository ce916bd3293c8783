// Sends rejected messages again, mended by a patch or as they are once the reason is gone. What passes is journalled
// before it leaves the quarantine, and keeps its messageId or gets one from its place in the quarantine: a replay that
// is cut off in between and made again stores nothing twice.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import type { Intake } from './intake.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';
import { correctedTime, type SegmentMessage } from './message.ts';
import { findRejected, type RejectedMessage, removeRejected } from './quarantine.ts';
import { faultOf } from './validate.ts';

export type ReplayRequest = { workspace: string; ids: readonly string[]; patch?: readonly PatchOperation[] };

export type ReplayResult = {
  replayed: number;
  /** Those that stay, and why. */
  failed: { id: string; error: InklingError }[];
};

export async function replayRejected(
  store: Store,
  intake: Intake,
  { workspace, ids, patch = [] }: ReplayRequest,
): Promise<ReplayResult> {
  const found = await findRejected(store, { workspace, ids });
  const there = new Set(found.map(({ id }) => id));
  const failed: ReplayResult['failed'] = ids.filter((id) => !there.has(id)).map((id) => ({ id, error: unknownId(id) }));
  const mended: { id: string; source: string; message: SegmentMessage }[] = [];
  for (const rejected of found) {
    try {
      mended.push({ id: rejected.id, source: rejected.source, message: mend(rejected, patch) });
    } catch (error) {
      if (!(error instanceof InklingError)) throw error;
      failed.push({ id: rejected.id, error });
    }
  }
  for (const source of new Set(mended.map((one) => one.source))) {
    const some = mended.filter((one) => one.source === source);
    const delivery = { source: source === 'http' ? '' : source, clock: 'corrected' as const, faulty: 'left' as const };
    const { faults } = await intake.accept(
      workspace,
      some.map(({ message }) => message),
      delivery,
    );
    const still = new Map(faults.map(({ index, error }) => [some[index].id, error]));
    failed.push(...[...still].map(([id, error]) => ({ id, error })));
    await removeRejected(store, { workspace, ids: some.map(({ id }) => id).filter((id) => !still.has(id)) });
  }
  return { replayed: ids.length - failed.length, failed };
}

/** The message as it is to be sent, with the time it had when it first came. Throws what is still wrong with it. */
function mend({ id, at, body }: RejectedMessage, patch: readonly PatchOperation[]): SegmentMessage {
  if (typeof body === 'string' && patch.length === 0) {
    throw new InklingError('payload_too_large', 'The message was too large to be kept whole.', {
      hint: 'Send it again from where it came, in smaller parts.',
    });
  }
  const message = applyPatch(body, patch) as SegmentMessage;
  const fault = faultOf(message);
  if (fault) throw fault;
  return { ...message, messageId: message.messageId || `rejected-${id}`, timestamp: correctedTime(message, at) };
}

function unknownId(id: string): InklingError {
  return new InklingError('not_found', `There is no rejected message "${id}".`, {
    field: 'ids',
    value: id,
    hint: 'GET /api/v1/rejected lists them; one that was replayed or is 30 days old is gone.',
  });
}
