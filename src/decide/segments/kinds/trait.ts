// What somebody told of themselves or was computed for them: a trait, at any depth of its JSON, as it was told last.

import { type Static, Type } from 'typebox';
import { checkPredicate, comparisonOf, jsonSql, predicateFields, valueAt } from '../predicate.ts';
import { hearNamed, sayNamed } from '../words/person.ts';
import type { Kind } from './kind.ts';

export const TraitSchema = Type.Object(
  {
    kind: Type.Literal('trait'),
    trait: Type.String({
      minLength: 1,
      maxLength: 300,
      pattern: '^[^.]+(\\.[^.]+)*$',
      description: 'Its name; a dot leads inside: plan, address.city.',
    }),
    ...predicateFields,
  },
  { additionalProperties: false, description: 'A trait, as it was told last.' },
);
export type Trait = Static<typeof TraitSchema>;

export const trait: Kind<Trait> = {
  kind: 'trait',
  sentence: 'A trait of the person: text, number, yes or no, date or list, at any depth.',
  schema: TraitSchema,
  check(condition, at) {
    checkPredicate(condition, at);
    return condition;
  },
  compile(condition, { zone }) {
    const path = condition.trait.split('.');
    const sql = jsonSql('traits', path);
    const comparison = comparisonOf(condition, zone);
    return {
      needs: { traits: true },
      lists: [],
      reading: (at) => ({ from: 'profiles', columns: ['traits'], truth: comparison.sql(sql, at) }),
      evaluate: (person, at) => comparison.test(valueAt(person.traits(), path), at),
      next: (person, at) => comparison.next(valueAt(person.traits(), path), at),
    };
  },
  say: (condition) => sayNamed('trait', condition.trait, condition),
  hear: (words) => {
    const heard = hearNamed(words, 'trait', 'a trait');
    if (heard === undefined) return undefined;
    const { name, ...predicate } = heard;
    return { kind: 'trait', trait: name, ...predicate };
  },
};
