// Membership of another segment. It stands for the rule of that segment and is put in its place before anything runs, so
// both executors see one rule without circles (rules.ts refuses those).

import { type Static, Type } from 'typebox';
import type { Words } from '../words/words.ts';
import { nameInWords } from '../words/words.ts';

export const SegmentSchema = Type.Object(
  {
    kind: Type.Literal('segment'),
    segment: Type.String({ minLength: 1, maxLength: 200, description: 'The id of a segment.' }),
  },
  { additionalProperties: false, description: 'Is in another segment.' },
);
export type InSegment = Static<typeof SegmentSchema>;

export function sayInSegment({ segment }: InSegment): string {
  return `in the segment ${nameInWords(segment)}`;
}

export function hearInSegment(words: Words): InSegment | undefined {
  words.takeOne(['are', 'is']);
  if (!words.takeOne(['in segment', 'in the segment', 'members of segment'])) return undefined;
  return { kind: 'segment', segment: words.needName('the name of a segment') };
}
