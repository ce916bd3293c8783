// A rule as an English sentence and a sentence as a rule. What is printed can be read back and is the same rule; beside
// that, common ways to say things are understood. "And" binds tighter than "or", as in arithmetic.

import { type Condition, kindOf, kinds } from '../kinds/index.ts';
import { hearInSegment, sayInSegment } from '../kinds/segment.ts';
import { checkRule, type Rule } from '../rule.ts';
import { openWords, type Words } from './words.ts';

/** "did purchase at least 3 times in the last 30 days and (trait plan is "pro" or their country is "DE")" */
export function sayRule(rule: Rule): string {
  if ('all' in rule) return sayList(rule.all, 'and', 'all of');
  if ('any' in rule) return sayList(rule.any, 'or', 'any of');
  return 'not' in rule ? `not (${sayRule(rule.not)})` : sayCondition(rule);
}

/** One condition, as it stands in the sentence of its rule. */
export function sayCondition(condition: Condition): string {
  return condition.kind === 'segment' ? sayInSegment(condition as never) : kindOf(condition.kind)!.say(condition);
}

/** The rule of a sentence, checked. Throws `invalid_input` with what was not understood and what was expected there. */
export function hearRule(sentence: string): Rule {
  const words = openWords(sentence);
  const rule = words.attempt(() => {
    if (words.takeOne(['people', 'everyone', 'everybody', 'customers', 'users', 'visitors', 'those']))
      words.take('who');
    const heard = hearAny(words);
    return words.isEnd() ? heard : words.fail('"and", "or" or the end');
  });
  if (rule === undefined) throw words.furthest();
  return checkRule(rule, 'sentence');
}

function sayList(rules: readonly Rule[], joint: 'and' | 'or', alone: string): string {
  if (rules.length === 1) return `${alone} (${sayRule(rules[0])})`;
  return rules.map((rule) => ('all' in rule || 'any' in rule ? sayGroup(rule) : sayRule(rule))).join(` ${joint} `);
}

/** A group of one says so itself. */
function sayGroup(rule: Rule): string {
  const list = 'all' in rule ? rule.all : 'any' in rule ? rule.any : [];
  return list.length === 1 ? sayRule(rule) : `(${sayRule(rule)})`;
}

function hearAny(words: Words): Rule {
  const rules = hearJoined(words, 'or', hearAll);
  return rules.length === 1 ? rules[0] : { any: rules };
}

function hearAll(words: Words): Rule {
  const rules = hearJoined(words, 'and', hearOne);
  return rules.length === 1 ? rules[0] : { all: rules };
}

function hearJoined(words: Words, joint: string, hear: (words: Words) => Rule): Rule[] {
  const rules = [hear(words)];
  for (;;) {
    const next = words.attempt(() => {
      words.take(',');
      if (!words.take(joint)) return undefined;
      words.take('who');
      return hear(words);
    });
    if (next === undefined) return rules;
    rules.push(next);
  }
}

function hearOne(words: Words): Rule {
  for (const word of ['not', 'all of', 'any of'] as const) {
    const inside = words.attempt(() => (words.take(word) && words.take('(') ? hearInside(words) : undefined));
    if (inside) return word === 'not' ? { not: inside } : word === 'all of' ? { all: [inside] } : { any: [inside] };
  }
  if (words.take('(')) return hearInside(words);
  for (const { hear } of kinds) {
    const condition = hear && words.attempt(() => hear(words));
    if (condition) return condition as Condition;
  }
  return words.attempt(() => hearInSegment(words)) ?? words.fail('a condition');
}

function hearInside(words: Words): Rule {
  const rule = hearAny(words);
  words.need(')');
  return rule;
}
