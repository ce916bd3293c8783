// The flat criteria of older callers [SEG-1], each translated to the same rules by a definition that stands here and in
// docs/guide/segments.md. What is under several names must all hold; a list means any of its values.

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../../errors.ts';
import type { Condition } from './kinds/index.ts';
import type { Predicate } from './predicate.ts';
import { checkRule, type Rule } from './rule.ts';

const texts = Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 200 });
const range = (most: number) => Type.Array(Type.Number({ minimum: 0, maximum: most }), { minItems: 2, maxItems: 2 });

export const CriteriaSchema = Type.Partial(
  Type.Object({
    age_range: Type.Array(Type.Number({ minimum: 0, maximum: 150 }), {
      minItems: 2,
      maxItems: 2,
      description: 'Trait age, from and to.',
    }),
    location: Type.Union([Type.String({ minLength: 1 }), texts], {
      description: 'Country of the profile, or trait country, city or location.',
    }),
    gender: Type.Union([Type.String({ minLength: 1 }), texts], { description: 'Trait gender; "any" asks nothing.' }),
    interests: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 200,
      description: 'Trait interests, or twice in 90 days something done with a product of such a category.',
    }),
    purchase_history: Type.Object(
      {
        min_purchases: Type.Optional(Type.Integer({ minimum: 0 })),
        total_spent_min: Type.Optional(Type.Number({ minimum: 0 })),
      },
      { additionalProperties: false, description: 'Purchases and their revenue so far.' },
    ),
    engagement_frequency: Type.Enum(['daily', 'weekly', 'monthly'], {
      description:
        'daily: on 5 or more of the last 7 days; weekly: on 3 or more of the last 28; monthly: on 2 or more of the last 90.',
    }),
    content_preferences: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 200,
      description:
        'Trait content_preferences, or twice in 90 days an event whose property content_type is such; videos: or played.',
    }),
    engagement_level: Type.Enum(['high', 'medium', 'low'], {
      description: 'Different active days in the last 30: high 8 or more, medium 3 to 7, low 2 or fewer.',
    }),
    avg_session_duration: Type.Number({
      minimum: 0,
      description: 'Seconds a visit lasts on average, at least (signal minutes_per_visit).',
    }),
    last_active_days: Type.Integer({ minimum: 1, description: 'Anything done in the last so many days.' }),
    interaction_score_min: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Signal engagement_score_7d, which goes to 100, as a share of it.',
    }),
    score: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), range(100)], {
      description: 'At least, or from and to.',
    }),
    confidence: Type.Number({ minimum: 0, maximum: 1, description: 'Of the score, at least.' }),
    traits: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), texts]), {
      description: 'Traits and their values.',
    }),
    event_sequence: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 10,
      description: 'Events in this order.',
    }),
  }),
  { additionalProperties: false, description: 'The flat criteria; nest rules to say more.' },
);
export type Criteria = Static<typeof CriteriaSchema>;

/** The rule that criteria stand for; a rule is given back checked. Throws `invalid_input`. */
export function ruleOfCriteria(criteria: unknown, at = 'criteria'): Rule {
  if (isRule(criteria)) return checkRule(criteria, at);
  if (!Value.Check(CriteriaSchema, criteria)) {
    const [wrong] = Value.Errors(CriteriaSchema, criteria);
    const extra = (wrong?.params as { additionalProperties?: string[] } | undefined)?.additionalProperties?.[0];
    throw new InklingError(
      'invalid_input',
      `The criteria are not understood: ${wrong?.message ?? 'they are no object'}.`,
      {
        field: `${at}${(wrong?.instancePath ?? '').replaceAll('/', '.')}${extra ? `.${extra}` : ''}`,
        value: criteria,
        hint: `Use ${Object.keys(CriteriaSchema.properties).join(', ')}, or a rule under all, any, not or kind.`,
      },
    );
  }
  const rules = translate(criteria);
  if (rules.length === 0) {
    throw new InklingError('invalid_input', 'The criteria ask nothing.', {
      field: at,
      value: criteria,
      hint: 'Name at least one.',
    });
  }
  return checkRule(rules.length === 1 ? rules[0] : { all: rules }, at);
}

function isRule(value: unknown): boolean {
  return value !== null && typeof value === 'object' && ['all', 'any', 'not', 'kind'].some((word) => word in value);
}

function translate(criteria: Criteria): Rule[] {
  const {
    age_range: age,
    location,
    gender,
    interests,
    purchase_history: history,
    content_preferences: content,
  } = criteria;
  const rules: Rule[] = [];
  const add = (rule: Rule | undefined | false) => rule && rules.push(rule);
  add(age && trait('age', 'between', age));
  add(location !== undefined && inPlaces([location].flat()));
  add(gender !== undefined && gender !== 'any' && trait('gender', 'is', [gender].flat()));
  add(interests && { any: [trait('interests', 'is', interests), often({ field: 'categories', value: interests })] });
  add(
    history?.min_purchases !== undefined && {
      kind: 'event',
      event: 'purchase',
      op: 'at_least',
      value: history.min_purchases,
    },
  );
  add(
    history?.total_spent_min !== undefined && {
      ...{ kind: 'event', event: 'purchase', measure: 'sum', of: 'revenue' },
      ...{ op: 'at_least', value: history.total_spent_min },
    },
  );
  add(criteria.engagement_frequency && activeDays(...frequencies[criteria.engagement_frequency]));
  add(content && inContent(content));
  add(criteria.engagement_level && { ...activeDays(0, 30), ...levels[criteria.engagement_level] });
  add(criteria.avg_session_duration !== undefined && signal('minutes_per_visit', criteria.avg_session_duration / 60));
  add(
    criteria.last_active_days !== undefined && {
      ...{ kind: 'event', op: 'at_least', value: 1 },
      window: { last: criteria.last_active_days, unit: 'days' },
    },
  );
  add(
    criteria.interaction_score_min !== undefined && signal('engagement_score_7d', criteria.interaction_score_min * 100),
  );
  const { score } = criteria;
  add(score !== undefined && (Array.isArray(score) ? scored('between', score) : scored('at_least', score)));
  add(
    criteria.confidence !== undefined && {
      kind: 'score',
      of: 'confidence',
      op: 'at_least',
      value: criteria.confidence,
    },
  );
  for (const [name, value] of Object.entries(criteria.traits ?? {})) add(trait(name, 'is', value));
  add(criteria.event_sequence && { kind: 'sequence', steps: criteria.event_sequence.map((event) => ({ event })) });
  return rules;
}

type TraitCondition = Extract<Condition, { kind: 'trait' }>;

function trait(name: string, op: 'is' | 'between', value: TraitCondition['value']): Rule {
  return { kind: 'trait', trait: name, op, value };
}

function scored(op: 'between' | 'at_least', value: number | number[]): Rule {
  return { kind: 'score', op, value };
}

function signal(name: string, least: number): Rule {
  return { kind: 'signal', signal: name, op: 'at_least', value: least };
}

/** Both codes of the one country that has two in use. */
function inPlaces(places: readonly string[]): Rule {
  const value = [...new Set(places.flatMap((place) => (/^(UK|GB)$/i.test(place) ? [place, 'GB', 'UK'] : [place])))];
  return {
    any: [
      { kind: 'profile', field: 'country', op: 'is', value },
      ...['country', 'city', 'location'].map((name) => trait(name, 'is', value)),
    ],
  };
}

function often({ field, value, events }: { field: string; value: string[]; events?: string[] }): Rule {
  return {
    ...{ kind: 'event', op: 'at_least', value: 2, window: { last: 90, unit: 'days' } },
    ...(events ? { event: events } : { where: [{ field, op: 'is', value }] }),
  } as Rule;
}

function inContent(kinds: string[]): Rule {
  const videos = kinds.some((kind) => /^videos?$/i.test(kind));
  return {
    any: [
      trait('content_preferences', 'is', kinds),
      often({ field: 'properties.content_type', value: kinds }),
      ...(videos ? [often({ field: '', value: [], events: ['video_play', 'video_complete'] })] : []),
    ],
  };
}

const frequencies: Record<string, [least: number, days: number]> = { daily: [5, 7], weekly: [3, 28], monthly: [2, 90] };
const levels: Record<string, Predicate> = {
  high: { op: 'at_least', value: 8 },
  medium: { op: 'between', value: [3, 7] },
  low: { op: 'at_most', value: 2 },
};

function activeDays(least: number, days: number) {
  return {
    ...{ kind: 'event' as const, measure: 'days' as const, op: 'at_least' as const, value: least },
    window: { last: days, unit: 'days' as const },
  };
}
