// The words for consent, the same on every page.

import type { LoggedChoice, PropertyAction, Withheld, WithoutConsent } from '../../api.ts';
import { titled, words } from '../../format.ts';

export const originWords: Record<LoggedChoice['origin'], string> = {
  answer: 'answered by the person',
  message: 'mentioned by a message',
  gpc: 'Global Privacy Control',
  dnt: 'Do Not Track',
  api: 'recorded over the API',
};

export const reasonWords: Record<Withheld['withheld'][number]['reason'], string> = {
  choice: 'the person said no',
  default: 'nobody has said yes',
  gpc: 'Global Privacy Control',
  dnt: 'Do Not Track',
};

export const withoutConsentWords: { value: WithoutConsent; label: string }[] = [
  { value: 'count', label: 'A count by hour and event' },
  { value: 'anonymous', label: 'The event, with nothing of a person' },
  { value: 'nothing', label: 'Only that there was one' },
  { value: 'keep', label: 'All of it' },
];

export const propertyActionWords: { value: PropertyAction; label: string }[] = [
  { value: 'hash', label: 'Hash' },
  { value: 'drop', label: 'Drop' },
  { value: 'mask', label: 'Mask' },
  { value: 'truncate', label: 'Shorten the IP address' },
  { value: 'keep', label: 'Keep' },
];

export const lookWords = {
  email: 'values like an e-mail address',
  phone: 'values like a phone number',
  card: 'values like a card number',
};

/** { analytics: false } → "no to analytics". */
export function sentenceOf(choices: Record<string, boolean>): string {
  const of = (wanted: boolean) => Object.keys(choices).filter((name) => choices[name] === wanted);
  const parts = [
    [of(true), 'yes to'],
    [of(false), 'no to'],
  ] as const;
  const said = parts.filter(([names]) => names.length > 0);
  return titled(
    said.map(([names, verb]) => `${verb} ${names.map((name) => words(name).toLowerCase()).join(', ')}`).join('; '),
  );
}
