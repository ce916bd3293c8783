// The language of segments: conditions under all, any and not, as JSON. This is the one meaning of a segment, which both
// executors compile; sentences and the flat criteria of older callers are translated to it.

import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isMembership } from '../../collect/index.ts';
import { InklingError } from '../../errors.ts';
import type { EventsWish } from './kinds/filters.ts';
import { type Condition, kindOf, kinds } from './kinds/index.ts';
import { SegmentSchema } from './kinds/segment.ts';

export type Rule = { all: Rule[] } | { any: Rule[] } | { not: Rule } | Condition;

/** More would be no rule that a person can read. */
const CONDITIONS_AT_MOST = 200;
const DEPTH_AT_MOST = 12;

/** The language as JSON Schema, recursive by `#/$defs/Rule`. */
export function ruleJsonSchema(): object {
  const rule = { $ref: '#/$defs/Rule' };
  const list = { type: 'array', minItems: 1, items: rule };
  const joined = (word: string, of: object, description: string) => ({
    type: 'object',
    required: [word],
    properties: { [word]: of },
    additionalProperties: false,
    description,
  });
  const conditions = Object.fromEntries(
    [...kinds.map(({ kind, schema }) => [kind, schema] as const), ['segment', SegmentSchema] as const].map(
      ([name, schema]) => [name, JSON.parse(JSON.stringify(schema)) as object],
    ),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Rule of a segment',
    ...rule,
    $defs: {
      Rule: {
        anyOf: [
          joined('all', list, 'Every one of these holds.'),
          joined('any', list, 'At least one of these holds.'),
          joined('not', rule, 'This does not hold.'),
          ...Object.keys(conditions).map((name) => ({ $ref: `#/$defs/${name}` })),
        ],
      },
      ...conditions,
    },
  };
}

/** For the schemas of routes; `checkRule` says what is wrong. */
export const RuleSchema = Type.Unsafe<Rule>({
  type: 'object',
  description:
    'A rule: {all: […]}, {any: […]}, {not: …} or a condition {kind: …}. docs/reference/segment-rule.schema.json has it whole.',
});

/** The rule in the one form in which it is kept. Throws `invalid_input` naming the place. */
export function checkRule(rule: unknown, at = 'rule'): Rule {
  let conditions = 0;
  const check = (node: unknown, field: string, depth: number): Rule => {
    if (depth > DEPTH_AT_MOST)
      throw refusal(field, node, 'The rule is nested too deeply.', `Use at most ${DEPTH_AT_MOST} levels.`);
    if (node === null || typeof node !== 'object' || Array.isArray(node)) {
      throw refusal(field, node, 'That is no rule.', 'Use {all: […]}, {any: […]}, {not: …} or {kind: …}.');
    }
    const keys = Object.keys(node);
    if (!('kind' in node)) {
      const [word] = keys;
      if (keys.length !== 1 || !['all', 'any', 'not'].includes(word)) {
        throw refusal(
          field,
          keys.join(', '),
          'A rule has one of all, any, not and kind.',
          'Nest one in the other to have several.',
        );
      }
      const inner = (node as Record<string, unknown>)[word];
      if (word === 'not') return { not: check(inner, `${field}.not`, depth + 1) };
      if (!Array.isArray(inner) || inner.length === 0) {
        throw refusal(
          `${field}.${word}`,
          inner,
          `"${word}" takes a list with something in it.`,
          'Put at least one condition into it.',
        );
      }
      const list = inner.map((one, i) => check(one, `${field}.${word}[${i}]`, depth + 1));
      return word === 'all' ? { all: list } : { any: list };
    }
    conditions += 1;
    if (conditions > CONDITIONS_AT_MOST)
      throw refusal(field, conditions, 'The rule has too many conditions.', `Use at most ${CONDITIONS_AT_MOST}.`);
    return checkCondition(node as { kind: unknown }, field);
  };
  return check(rule, at, 0);
}

/** Every condition of a rule, in the order of its text. */
export function conditionsOf(rule: Rule): Condition[] {
  if ('all' in rule) return rule.all.flatMap(conditionsOf);
  if ('any' in rule) return rule.any.flatMap(conditionsOf);
  return 'not' in rule ? conditionsOf(rule.not) : [rule];
}

/** Ids of the segments that a rule refers to. */
export function segmentsIn(rule: Rule): string[] {
  return [
    ...new Set(
      conditionsOf(rule).flatMap((one) => (one.kind === 'segment' || one.kind === 'hand' ? [one.segment] : [])),
    ),
  ];
}

/** The events that a condition looks at; none where it looks at something else. */
function wishesIn(condition: Condition): EventsWish[] {
  if (condition.kind === 'event') return [condition];
  if (condition.kind === 'sequence') return [...condition.steps, ...(condition.then_not ? [condition.then_not] : [])];
  return condition.kind === 'funnel' ? condition.steps : [];
}

/**
 * Ids of the segments whose entering or leaving, told as an event, a rule looks at; 'any' where it does not name them by
 * properties.segment_id.
 */
export function segmentsHeardIn(rule: Rule): 'any' | string[] {
  const heard = conditionsOf(rule)
    .flatMap(wishesIn)
    .filter(({ event }) => [event ?? []].flat().some(isMembership))
    .map(({ where = [] }) => where.find(({ field, op }) => field === 'properties.segment_id' && op === 'is')?.value);
  return heard.includes(undefined) ? 'any' : [...new Set(heard.flat().map(String))];
}

function checkCondition(node: { kind: unknown }, field: string): Condition {
  const name = String(node.kind);
  const kind = kindOf(name);
  const schema: TSchema | undefined = kind?.schema ?? (name === 'segment' ? SegmentSchema : undefined);
  if (schema === undefined) {
    const names = [...kinds.map((one) => one.kind), 'segment'].join(', ');
    throw refusal(`${field}.kind`, name, `There is no kind of condition "${name}".`, `Use ${names}.`);
  }
  if (!Value.Check(schema, node)) {
    const [wrong] = Value.Errors(schema, node);
    const extra = (wrong?.params as { additionalProperties?: string[] } | undefined)?.additionalProperties;
    const path = wrong ? wrong.instancePath.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.') : '';
    throw refusal(
      `${field}${path}${extra ? `.${extra[0]}` : ''}`,
      path === '' ? undefined : valueIn(node, wrong.instancePath),
      `The condition "${name}" is not understood: ${wrong?.message ?? 'it does not fit its schema'}.`,
      'docs/reference/segments.md tells what it takes.',
    );
  }
  return (kind?.check?.(node as { kind: string }, field) ?? node) as Condition;
}

function valueIn(node: object, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], node);
}

function refusal(field: string, value: unknown, message: string, hint: string): InklingError {
  return new InklingError('invalid_input', message, { field, value, hint });
}
