// Who enters and leaves segments, as events among what is known of a person [SEG-6]: for segments that ask for it, each
// change goes through the ordinary intake once, by a message id that stays the same, and how far the log was told is kept.
// What becomes of such an event: collect/line.ts.

import { type Intake, idsOfAnchor, type SegmentMessage } from '../collect/index.ts';
import { changeIdAt, changesAfter, listRuleSegments, type MembershipChange } from '../decide/index.ts';
import { anchorsOf } from '../identify/index.ts';
import { readSetting, type Store, writeSetting } from '../store/index.ts';

const CHANGES_PER_CALL = 200;
const TOLD_UNTIL = 'segment-events.told-until';
/** Of a rule with very many conditions. */
const REASONS_AT_MOST = 20;

/** Tells what changed up to a moment, page by page. Throws `unavailable` where the intake takes nothing now. */
export async function emitChanges(
  store: Store,
  workspace: string,
  accept: Intake['accept'],
  { now, until }: { now: Date; until: Date },
): Promise<void> {
  const segments = await listRuleSegments(store, workspace);
  const since = new Map(segments.flatMap(({ id, eventsSince }) => (eventsSince ? [[id, eventsSince]] : [])));
  if (since.size === 0) return;
  const told = await readSetting<string>(store, workspace, TOLD_UNTIL);
  const earliest = new Date([...since.values()].sort()[0]);
  let after = told !== undefined && momentOf(told) >= earliest.getTime() ? told : changeIdAt(earliest);
  for (;;) {
    const page = await changesAfter(store, workspace, {
      ...{ after, until, segmentIds: [...since.keys()], limit: CHANGES_PER_CALL },
    });
    if (page.length === 0) return;
    const wanted = page.filter(({ segmentId, at }) => at >= since.get(segmentId)!);
    const messages = await messagesOf(store, workspace, wanted);
    if (messages.length > 0) await accept(workspace, messages, { source: 'inkling', isOwn: true });
    after = page[page.length - 1].id;
    await writeSetting(store, { workspace, name: TOLD_UNTIL, value: after, now });
    if (page.length < CHANGES_PER_CALL) return;
  }
}

/** The id of a change begins with its moment. */
function momentOf(changeId: string): number {
  return Number(changeId.split('-', 1)[0]);
}

/** Of those who are somebody still: who became part of another person entered and left nothing by that. */
async function messagesOf(
  store: Store,
  workspace: string,
  changes: readonly MembershipChange[],
): Promise<SegmentMessage[]> {
  const anchors = await anchorsOf(
    store,
    workspace,
    changes.map(({ profileId }) => BigInt(`0x${profileId}`)),
  );
  return changes.flatMap((change) => {
    const anchor = anchors.get(change.profileId);
    return anchor === undefined ? [] : [messageOf(change, anchor)];
  });
}

function messageOf(change: MembershipChange, anchor: string): SegmentMessage {
  const { id, kind, segmentId, segmentName, reasons, cause, event, at } = change;
  // Without the moment, which is another where a change is written once more after a crash.
  const [, profile, revision, number] = id.split('-');
  return {
    ...(idsOfAnchor(anchor) as Partial<SegmentMessage>),
    type: 'track',
    event: kind === 'entered' ? 'segment_entered' : 'segment_exited',
    messageId: `segment-${profile}-${revision}-${number}`,
    timestamp: at,
    properties: {
      segment_id: segmentId,
      segment_name: segmentName,
      reasons: reasons.slice(0, REASONS_AT_MOST).map((reason) => reason.slice(0, 500)),
      cause,
      ...(event && { cause_event: event.name, cause_message_id: event.messageId }),
    },
  };
}
