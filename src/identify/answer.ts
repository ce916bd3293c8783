// Answers to the pairs that wait for review: accepted ones are merged, refused ones kept apart, for good.

import type { Store } from '../store/index.ts';
import { decide, deciding } from './judge.ts';
import { profilesOf } from './members.ts';
import type { Moves } from './relink.ts';
import { type Answering, rulingOf, settleReview, waitingReviews } from './reviews.ts';

/** Answers those of the pairs that wait; how many there were, and who moved. */
export function answerReviews(
  store: Store,
  { ids, answer, ...by }: Answering,
): Promise<{ answered: number; moved: Moves }> {
  return deciding(store, by.workspace, async () => {
    const reviews = await waitingReviews(store, by.workspace, ids);
    const moved: Moves = [];
    for (const review of reviews) {
      const kind = answer === 'accept' ? 'merge' : 'refuse';
      const detail = { review: review.id, probability: review.probability };
      const outcome = await decide(store, by, kind, [rulingOf(review, answer)], { detail });
      moved.push(...outcome.moved);
      await settleReview(
        store,
        by.workspace,
        review.id,
        answer === 'accept' ? 'accepted' : 'refused',
        outcome.decision,
      );
    }
    return { answered: reviews.length, moved: await latest(store, by.workspace, moved) };
  });
}

/** Where those that moved are now: an answer may move whom one before it moved. */
async function latest({ facts }: Store, workspace: string, moved: Moves): Promise<Moves> {
  const profiles = await profilesOf(facts, workspace, [...new Set(moved.map(({ node }) => node))]);
  return [...profiles].map(([node, profile]) => ({ node, profile }));
}
