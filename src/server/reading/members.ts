// The people of a segment: the page of scores says who, in which order and how close to buying.

import type { ModelRecord, Score } from '../../predict/index.ts';
import type { Store } from '../../store/index.ts';
import { describeListed, type ListedPerson } from './listed.ts';

/** A person who was scored before the profiles were refreshed has a score and an id, and no more. */
export function describeMembers(store: Store, model: ModelRecord, scores: readonly Score[]): Promise<ListedPerson[]> {
  const entries = scores.map(({ profileId, score, segment, confidence, category, signals, asOf }) => ({
    id: profileId,
    standing: {
      score,
      segment,
      confidence,
      category,
      topReason: signals.find(({ direction }) => direction === 'raises')?.sentence ?? null,
    },
    seenAt: new Date(asOf),
  }));
  return describeListed(store, { workspace: model.workspace, modelId: model.id }, entries);
}
