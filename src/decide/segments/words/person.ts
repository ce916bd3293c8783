// What is said of a person rather than of what they did: traits, the profile, signals, scores, segments, chance, consent.

import type { Predicate } from '../predicate.ts';
import { hearPredicate, sayPredicate } from './phrases.ts';
import { nameInWords, type Words } from './words.ts';

/** "NAME is at least 3", after some words that say what the name is. */
export function sayNamed(lead: string, name: string, predicate: Predicate): string {
  return `${lead} ${nameInWords(name)} ${sayPredicate(predicate)}`;
}

export function hearNamed(words: Words, lead: string, what: string): ({ name: string } & Predicate) | undefined {
  if (!words.take(lead)) return undefined;
  const name = words.needName(what);
  return { name, ...(hearPredicate(words) ?? words.fail('a comparison such as "is at least 3"')) };
}
