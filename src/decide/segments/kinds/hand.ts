// Put in or left out by hand: the lists that people or other systems keep beside a rule, with a confidence each.

import { type Static, Type } from 'typebox';
import { identityMapSql } from '../../../identify/index.ts';
import { quote } from '../../../store/index.ts';
import { nameInWords } from '../words/words.ts';
import type { Kind } from './kind.ts';

export const HandSchema = Type.Object(
  {
    kind: Type.Literal('hand'),
    segment: Type.String({ minLength: 1, maxLength: 200, description: 'The id of the segment whose list it is.' }),
    verdict: Type.Enum(['include', 'exclude']),
    confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'At least; absent = any.' })),
  },
  { additionalProperties: false, description: 'Put in or left out of a segment by hand.' },
);
export type Hand = Static<typeof HandSchema>;

export const hand: Kind<Hand> = {
  kind: 'hand',
  sentence: 'Put in or left out of a segment by hand, with at least some confidence.',
  schema: HandSchema,
  compile({ segment, verdict, confidence }) {
    const least = confidence === undefined ? undefined : Math.fround(confidence);
    return {
      needs: { byHand: segment },
      lists: [],
      reading: () => ({
        from: 'rows',
        sql: handSql,
        truth: `arrayExists(x -> x.1 = ${quote(segment)} AND x.2 = '${verdict}'${least === undefined ? '' : ` AND toFloat64(x.3) >= ${least}`}, listed)`,
      }),
      evaluate: (person) => {
        const known = person.byHand(segment);
        return known?.verdict === verdict && (least === undefined || known.confidence >= least);
      },
      next: () => Infinity,
    };
  },
  say: ({ segment, verdict, confidence }) =>
    `${verdict === 'include' ? 'put in' : 'left out of'} the segment ${nameInWords(segment)} by hand${confidence === undefined ? '' : ` with confidence of at least ${confidence}`}`,
  hear: (words) => {
    words.takeOne(['are', 'is', 'were']);
    const into = words.take('put in');
    if (!into && !words.take('left out of')) return undefined;
    words.take('the');
    words.need('segment');
    const segment = words.needName('the name of a segment');
    words.need('by hand');
    const confidence = words.take('with confidence of at least') ? words.needNumber() : undefined;
    return {
      kind: 'hand',
      segment,
      verdict: into ? 'include' : 'exclude',
      ...(confidence !== undefined && { confidence }),
    };
  },
};

/** Every list at once. Whoever became one person since counts once a list, by what was said last. */
const handSql = `SELECT profile, groupArray((segment_id, verdict, confidence)) AS listed FROM (
    SELECT if(m.profile = 0, h.node, m.profile) AS profile, h.segment_id AS segment_id,
      argMax(h.verdict, (h.version, h.node)) AS verdict, argMax(h.confidence, (h.version, h.node)) AS confidence
    FROM (SELECT toString(segment_id) AS segment_id, node, toString(verdict) AS verdict, confidence, version FROM segment_hand FINAL
      WHERE workspace = {workspace:String}) AS h
    LEFT JOIN (${identityMapSql()}) AS m ON h.node = m.node GROUP BY profile, segment_id)
  GROUP BY profile`;
