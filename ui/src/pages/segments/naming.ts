// Sentences name segments by their ids, for these never change; who reads them knows the names.

import { useRuleSegments } from '../../segmentsQueries.ts';

/** Puts the names of segments in the place of their ids. */
export function useNaming(): (sentence: string) => string {
  const segments = useRuleSegments().data?.segments ?? [];
  return (sentence) => {
    if (!sentence.includes('segment ')) return sentence;
    return segments.reduce(
      (text, { id, segment_name: name }) =>
        text.replaceAll(`segment "${id}"`, `segment “${name}”`).replaceAll(`segment ${id}`, `segment “${name}”`),
      sentence,
    );
  };
}
