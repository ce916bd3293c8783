// The part of the stand-in server that answers for segments by rule: listed, made, changed, archived, read.

import { checkRule, hearRuleNaming, sayRuleNaming } from '../../src/decide/index.ts';
import { InklingError } from '../../src/errors.ts';
import type { Rule } from '../../ui/src/rule.ts';
import type { RuleSegment, RuleSegmentRequest } from '../../ui/src/segmentsApi.ts';
import { type Answer, ok, problem } from './fixture.ts';
import type { Shop } from './madeUp.ts';
import { discoveryOf } from './madeUpDiscovery.ts';
import {
  analyticsOf,
  changesOf,
  contentOf,
  contentsOf,
  forecastOf,
  hookOf,
  membersOf,
  overlapOf,
  personSegmentsOf,
  previewOf,
  recommendedOf,
  ruleSegmentsOf,
  sizesOf,
  worthOf,
} from './madeUpSegments.ts';

export type SegmentsState = { shop: Shop; ruleSegments: RuleSegment[] };
type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  isEmpty: boolean;
};

/** undefined = it is asked of others. */
export function answerSegments(state: SegmentsState, asked: Asked): Answer | undefined {
  const { method, path, query, body, isEmpty } = asked;
  const segments = isEmpty ? [] : state.ruleSegments;
  const person = path.match(/^\/people\/([^/]+)\/segments$/)?.[1];
  if (person) return ok(personSegmentsOf(state.shop, segments, person));
  if (!/^\/segments(\/|$)/.test(path)) return undefined;
  if (path === '/segments') return method === 'POST' ? make(state, body) : list(segments, query);
  if (path === '/segments/discoveries') return ok({ discoveries: isEmpty ? [] : [discoveryOf(state.shop.asOf)] });
  if (path === '/segments/sentence') return inWords(segments, body);
  if (path === '/segments/preview') return ok(previewOf(state.shop, body['criteria'] as Rule));
  if (path === '/segments/sizes') {
    return ok({ segments: segments.map((one) => ({ id: one.id, sizes: sizesOf(state.shop, one) })) });
  }
  if (path === '/segments/hooks') return ok({ hooks: isEmpty ? [] : [hookOf(state.shop)] });
  if (path === '/segments/overlap') return ok(overlapOf(state.shop, segments, query.get('ids')!.split(',')));
  if (path === '/segments/personalized') {
    const personalized = contentsOf(state.shop, query.get('segment_id') ?? '');
    return ok({ personalized, total: personalized.length, next_cursor: null });
  }
  if (path.startsWith('/segments/personalized/')) return ok(contentOf(state.shop, path.split('/')[3]));
  const [, , id, rest] = path.split('/');
  const segment = segments.find((one) => one.id === id);
  if (segment === undefined) {
    return problem(404, 'not_found', 'Nothing is here', `There is no segment "${id}".`, 'Go back to the list.');
  }
  if (rest !== undefined) return ok(reading(state, segment, rest, asked));
  if (method === 'PUT') return change(segments, segment, body);
  if (method === 'DELETE') segment.status = 'archived';
  return ok(segment);
}

function list(segments: RuleSegment[], query: URLSearchParams): Answer {
  const [status, strategy] = [query.get('status'), query.get('strategy')];
  const found = segments.filter(
    (one) =>
      (status ? one.status === status : one.status !== 'archived') && (strategy === null || one.strategy === strategy),
  );
  return ok({ segments: found, total: found.length, next_cursor: null });
}

function make(state: SegmentsState, body: Record<string, unknown>): Answer {
  const request = body as RuleSegmentRequest;
  if (state.ruleSegments.some((one) => one.segment_name === request.segment_name)) {
    return problem(
      409,
      'conflict',
      'The name is taken',
      `There is a segment "${request.segment_name}".`,
      'Take another.',
    );
  }
  const [pattern] = ruleSegmentsOf(state.shop);
  const id = `seg-${state.ruleSegments.length + 1}`;
  const segment: RuleSegment = { ...pattern, id, description: '', member_count: null, counted_at: null };
  change(state.ruleSegments, segment, body);
  state.ruleSegments.unshift(segment);
  return { status: 201, body: segment };
}

function change(segments: RuleSegment[], segment: RuleSegment, { criteria, ...rest }: Record<string, unknown>): Answer {
  Object.assign(segment, rest);
  if (criteria !== undefined) {
    const rule = criteria as Rule;
    Object.assign(segment, { criteria, rule, sentence: sayRuleNaming(rule, namesOf(segments)) });
  }
  return ok(segment);
}

const namesOf = (segments: RuleSegment[]) => segments.map(({ id, segment_name: name }) => ({ id, name }));

/** The language is the server's own. */
function inWords(segments: RuleSegment[], { criteria, sentence }: Record<string, unknown>): Answer {
  const names = namesOf(segments);
  try {
    const rule = sentence === undefined ? checkRule(criteria, 'criteria') : hearRuleNaming(String(sentence), names);
    return ok({ rule, sentence: sayRuleNaming(rule, names) });
  } catch (error) {
    if (!(error instanceof InklingError)) throw error;
    const { message, field, value, hint = '' } = error;
    const answer = problem(400, 'invalid_input', 'Invalid input', message, hint);
    return { ...answer, body: { ...(answer.body as object), field, value } };
  }
}

function reading(state: SegmentsState, segment: RuleSegment, what: string, { method, query, body }: Asked): unknown {
  const { shop, ruleSegments } = state;
  switch (what) {
    case 'members': {
      if (method !== 'POST') return membersOf(shop, segment.id, query.get('cursor'));
      const [{ user_id: person }] = body['members'] as { user_id: string }[];
      const isKnown = shop.people.some(({ identifiers }) => identifiers.userIds.includes(person));
      return { listed: isKnown ? 1 : 0, profile_ids: [], unknown: isKnown ? [] : [person] };
    }
    case 'changes':
      return { changes: query.get('before') ? [] : changesOf(shop, segment) };
    case 'sizes':
      return { sizes: sizesOf(shop, segment) };
    case 'dependents':
      return { segments: ruleSegments.filter((one) => JSON.stringify(one.rule).includes(`"${segment.id}"`)) };
    case 'duplicates':
      return {
        segments:
          segment.id === 'seg-german'
            ? [{ id: 'seg-looked', name: 'Looked, did not buy', is_same_rule: false, jaccard: 0.93 }]
            : [],
      };
    case 'value':
      return worthOf(segment);
    case 'recommended-content':
      return recommendedOf(shop, segment);
    case 'forecast':
      return forecastOf(shop, segment, Number(query.get('days')));
    case 'analytics':
      return analyticsOf(shop, segment);
    default:
      throw new Error(`The fixture has no ${what} of a segment.`);
  }
}
