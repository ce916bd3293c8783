// Names that can be offered where one is asked for: what has arrived, what models read, what there is.

import { useFeatures, useModels, usePrivacy, useProposal } from '../../queries.ts';
import { useRuleSegments } from '../../segmentsQueries.ts';

export type Suggestion = { value: string; label?: string };
export type Suggestions = {
  events: string[];
  /** Of events: columns, then what stands in properties. */
  fields: Suggestion[];
  traits: Suggestion[];
  signals: Suggestion[];
  models: Suggestion[];
  segments: Suggestion[];
  categories: Suggestion[];
};

const seenDays = 30;
const columns = [
  ...['revenue', 'currency', 'coupon', 'order_id', 'product_ids', 'categories', 'brands', 'search_query'],
  ...['page_path', 'page_title', 'referrer', 'traffic_source', 'medium', 'campaign', 'term', 'content'],
  ...[
    'platform',
    'source',
    'device_type',
    'browser',
    'os',
    'language',
    'country',
    'city',
    'scroll_depth',
    'seconds_on_page',
  ],
];

export function useSuggestions(): Suggestions {
  const seen = useProposal(seenDays, true).data?.seen ?? [];
  const signals = useFeatures().data?.signals ?? [];
  const models = useModels().data?.models ?? [];
  const segments = useRuleSegments().data?.segments ?? [];
  const categories = usePrivacy().data?.categories ?? [];
  const paths = (types: string[]) =>
    [
      ...new Set(
        seen.filter(({ type }) => types.includes(type)).flatMap(({ properties }) => properties.map(({ path }) => path)),
      ),
    ].sort();
  return {
    events: [
      ...new Set([
        'purchase',
        ...seen.filter(({ type, name }) => type === 'track' && name !== '').map(({ name }) => name),
      ]),
    ],
    fields: [...columns, ...paths(['track', 'page', 'screen']).map((path) => `properties.${path}`)].map((value) => ({
      value,
    })),
    traits: paths(['identify', 'group']).map((value) => ({ value })),
    signals: signals.map(({ name, sentence }) => ({ value: name, label: sentence })),
    models: models.map(({ id, name }) => ({ value: id, label: name })),
    segments: segments.map(({ id, segment_name }) => ({ value: id, label: segment_name })),
    categories: categories.map(({ name }) => ({ value: name })),
  };
}
