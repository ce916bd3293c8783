// Why a pair is asked about, in words: what was weighed and how much each part says, or which limit stopped the link.

import type { Review } from '../../api.ts';
import { signed, words } from '../../format.ts';

type Weight = { comparison?: unknown; level?: unknown; words?: unknown; weight?: unknown };

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
  const weights = Array.isArray(explanation['weights']) ? (explanation['weights'] as Weight[]) : [];
  if (weights.length === 0) return null;
  return (
    <ul className="small quiet">
      {weights.map((part) => (
        <li key={String(part.comparison)}>
          {typeof part.words === 'string' ? part.words : words(String(part.comparison))}{' '}
          <span className="number faint">{typeof part.weight === 'number' && signed(part.weight, 1)}</span>
        </li>
      ))}
    </ul>
  );
}
