// What a model said of somebody when everybody was last scored: score, probability, confidence, level, and how the score
// has changed since so many days before. A range of scores is one condition of this kind.

import { type Static, Type } from 'typebox';
import { InklingError } from '../../../errors.ts';
import { LEVELS } from '../../../predict/index.ts';
import { quote } from '../../../store/index.ts';
import { DAY_MS, toClickHouseTime } from '../../../time.ts';
import { checkPredicate, comparisonOf, numberSql, predicateFields, textSql, type ValueOp } from '../predicate.ts';
import { hearPredicate, sayPredicate } from '../words/phrases.ts';
import { nameInWords, type Words } from '../words/words.ts';
import type { Kind, PersonNow } from './kind.ts';

const parts = ['score', 'probability', 'confidence', 'level', 'change'] as const;

export const ScoreSchema = Type.Object(
  {
    kind: Type.Literal('score'),
    of: Type.Optional(
      Type.Enum([...parts], { default: 'score', description: 'change: the score less the one `days` before.' }),
    ),
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 365, description: 'For change: since the scoring so many days before.' }),
    ),
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Absent = the active model.' })),
    ...predicateFields,
  },
  { additionalProperties: false, description: 'What a model said at the latest scoring.' },
);
export type ScoreCondition = Static<typeof ScoreSchema>;

const numbers: readonly ValueOp[] = [
  'is',
  'is_not',
  'more_than',
  'at_least',
  'less_than',
  'at_most',
  'between',
  'exists',
  'exists_not',
];

export const score: Kind<ScoreCondition> = {
  kind: 'score',
  sentence: 'Score, probability, confidence or level of a model at the latest scoring, or how the score has changed.',
  schema: ScoreSchema,
  check(condition, at) {
    const { of = 'score', days, value } = condition;
    checkPredicate(condition, at, of === 'level' ? ['is', 'is_not', 'exists', 'exists_not'] : numbers);
    const refuse = (field: string, message: string, hint: string) =>
      new InklingError('invalid_input', message, { field: `${at}.${field}`, value: condition[field as 'days'], hint });
    if ((of === 'change') !== (days !== undefined)) {
      throw refuse(
        'days',
        'A change needs `days`, and nothing else has them.',
        'Give `days` with `of: "change"` alone.',
      );
    }
    const values = value === undefined ? [] : [value].flat();
    if (of === 'level' && !values.every((one) => (LEVELS as readonly unknown[]).includes(one))) {
      throw refuse('value', 'That is no level.', `Use ${LEVELS.join(', ')}.`);
    }
    if (of !== 'level' && !values.every((one) => typeof one === 'number'))
      throw refuse('value', `"${of}" is a number.`, 'Give a number.');
    const { of: _, ...plain } = condition;
    return of === 'score' ? plain : condition;
  },
  compile(condition, how) {
    const { of = 'score', days = 0 } = condition;
    const comparison = comparisonOf(inFloat32(condition), how.zone);
    const model = how.model(condition.model);
    const scorings = model?.scorings ?? [];
    const latestAt = (at: number) => scorings.findLast((moment) => moment <= at);
    const earlierOf = (latest: number | undefined) =>
      latest === undefined ? undefined : scorings.findLast((moment) => moment <= latest - days * DAY_MS);
    const valueFor = (person: PersonNow, at: number): unknown => {
      const latest = latestAt(at);
      const now = latest === undefined ? undefined : person.score(model!.id, latest);
      if (now === undefined) return undefined;
      if (of !== 'change') return now[of];
      const earlier = earlierOf(latest);
      const before = earlier === undefined ? undefined : person.score(model!.id, earlier);
      return before && now.score - before.score;
    };
    const wanted = [...new Set([scorings.at(-1), of === 'change' ? earlierOf(scorings.at(-1)) : undefined])].filter(
      (one) => one !== undefined,
    );
    return {
      needs: model ? { scores: { model: model.id, scorings: wanted } } : {},
      lists: [],
      reading: (at) => {
        const latest = latestAt(at);
        const earlier = of === 'change' ? earlierOf(latest) : latest;
        if (model === undefined || latest === undefined || earlier === undefined) {
          // Nobody has a score: the answer is the one for somebody of whom nothing is known.
          return { from: 'id', truth: comparison.test(undefined, at) ? '1' : '0' };
        }
        return { from: 'rows', sql: scoresSql(model.id, latest, earlier), truth: comparison.sql(sqlOf(of), at) };
      },
      evaluate: (person, at) => comparison.test(valueFor(person, at), at),
      next: (_, at) => scorings.find((moment) => moment > at) ?? Infinity,
    };
  },
  say: (condition) => {
    const { of = 'score', days, model } = condition;
    const name = of === 'change' ? `change of score over ${days} days` : of;
    return `${name}${model === undefined ? '' : ` under model ${nameInWords(model)}`} ${sayPredicate(condition)}`;
  },
  hear: (words) => words.attempt(() => hearScore(words)) ?? hearLikely(words),
};

function hearScore(words: Words): ScoreCondition | undefined {
  words.takeOne(['have a', 'has a', 'whose']);
  const change = words.take('change of score over');
  const days = change ? words.needNumber() : undefined;
  if (change && !words.take('days')) words.need('day');
  const of = change ? ('change' as const) : words.takeOne(['score', 'probability', 'confidence', 'level']);
  if (of === undefined) return undefined;
  const model = words.take('under model') ? words.needName('a model') : undefined;
  const predicate = hearPredicate(words) ?? words.fail('a comparison such as "is at least 70"');
  return {
    kind: 'score',
    ...(of !== 'score' && { of }),
    ...(days !== undefined && { days }),
    ...(model !== undefined && { model }),
    ...predicate,
  };
}

/** "are likely to buy", "have high intent" */
function hearLikely(words: Words): ScoreCondition | undefined {
  if (words.take('are likely to buy') || words.take('is likely to buy'))
    return { kind: 'score', of: 'level', op: 'is', value: 'HIGH' };
  words.takeOne(['have', 'has']);
  const level = words.takeOne(['high', 'medium', 'low']);
  if (level === undefined || !words.take('intent')) return undefined;
  return { kind: 'score', of: 'level', op: 'is', value: level.toUpperCase() };
}

/** Probability and confidence are 32-bit in the facts, so 0.7 there is the 0.7 nearest to it in 32 bits. */
function inFloat32(condition: ScoreCondition): ScoreCondition {
  if (condition.of !== 'probability' && condition.of !== 'confidence') return condition;
  const narrow = (value: unknown) => (typeof value === 'number' ? Math.fround(value) : value);
  const { value } = condition;
  return { ...condition, value: (Array.isArray(value) ? value.map(narrow) : narrow(value)) as ScoreCondition['value'] };
}

function sqlOf(of: (typeof parts)[number]) {
  if (of === 'level') return { ...textSql('level_now'), exists: 'is_scored' };
  if (of !== 'change') return { ...numberSql(`if(is_scored, toFloat64(${of}_now), nan)`), exists: 'is_scored' };
  const number = 'if(is_scored AND was_scored, toFloat64(score_now) - toFloat64(score_before), nan)';
  return { ...numberSql(number), exists: `NOT isNaN(${number})` };
}

function scoresSql(model: string, latest: number, earlier: number): string {
  const [now, before] = [latest, earlier].map((at) => `toDateTime64('${toClickHouseTime(at)}', 3, 'UTC')`);
  const isNow = `as_of = ${now}`;
  return `SELECT profile, maxIf(toInt32(score), ${isNow}) AS score_now, maxIf(probability, ${isNow}) AS probability_now,
      maxIf(confidence, ${isNow}) AS confidence_now, maxIf(toString(segment), ${isNow}) AS level_now, max(${isNow}) AS is_scored,
      maxIf(toInt32(score), as_of = ${before}) AS score_before, max(as_of = ${before}) AS was_scored
    FROM scores FINAL WHERE workspace = {workspace:String} AND model_id = ${quote(model)} AND as_of IN (${now}, ${before})
    GROUP BY profile`;
}
