// Why a pair is asked about, in words: what was weighed and how much each part says, or which limit stopped the link.

import type { Review } from '../../api.ts';
import { words } from '../../format.ts';
import { Weights } from '../../parts/Weights.tsx';

export function Explanation({ review }: { review: Review }) {
  const { explanation, kind } = review;
  if (kind === 'limit') {
    return (
      <p className="small quiet">
        Linked by {words(String(explanation['method'])).toLowerCase()}, but one person would then have more ids of the
        type {words(String(explanation['limit'])).toLowerCase()} than the rules allow.
      </p>
    );
  }
  return <Weights of={explanation} />;
}
