// What somebody allows: a category of consent, judged over all of their identifiers as the door judges it.

import { type Static, Type } from 'typebox';
import { nameInWords } from '../words/words.ts';
import type { Kind } from './kind.ts';

export const ConsentSchema = Type.Object(
  {
    kind: Type.Literal('consent'),
    category: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A category of the workspace, such as advertising.',
    }),
  },
  { additionalProperties: false, description: 'Allows a category of consent.' },
);
export type Consent = Static<typeof ConsentSchema>;

export const consent: Kind<Consent> = {
  kind: 'consent',
  sentence: 'Allows a category of consent.',
  schema: ConsentSchema,
  compile({ category }) {
    return {
      needs: { consent: category },
      lists: [],
      reading: () => ({ from: 'consent', category, truth: 'allowed' }),
      evaluate: (person) => person.allows(category),
      next: () => Infinity,
    };
  },
  say: ({ category }) => `allow ${nameInWords(category)}`,
  hear: (words) => {
    if (!words.takeOne(['allow', 'allows', 'consent to', 'consents to', 'consented to'])) return undefined;
    return { kind: 'consent', category: words.needName('a category of consent') };
  },
};
