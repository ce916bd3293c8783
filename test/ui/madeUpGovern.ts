// A made-up tracking plan, consent and its log, in the shapes of ui/src/api.ts.

import type {
  LoggedChoice,
  PersonConsent,
  PlanProposal,
  PlansOverview,
  Privacy,
  StoredPlan,
  Withheld,
} from '../../ui/src/api.ts';

const dayMs = 86_400_000;
const orderSchema = {
  type: 'object',
  properties: { order_id: { type: 'string' }, total: { type: 'number', minimum: 0 } },
  required: ['order_id'],
};

export function plansOf(now: Date, isEmpty: boolean): PlansOverview {
  const at = (days: number) => new Date(now.getTime() - days * dayMs).toISOString();
  const days = Array.from({ length: 14 }, (_, i) => ({
    day: at(13 - i).slice(0, 10),
    events: isEmpty ? 0 : 3000 + i * 20,
    noted: isEmpty ? 0 : (i * 7) % 11,
    omitted: isEmpty ? 0 : (i * 3) % 5,
    blocked: isEmpty ? 0 : i % 3,
  }));
  if (isEmpty) return { versions: [], events: [], days, violations: [] };
  const { plan: _draft, ...draft } = planOf(2, now);
  const { plan: _active, ...active } = planOf(1, now);
  return {
    versions: [draft, active],
    events: [
      { type: 'track', name: 'Order Completed', events: 1204, violations: 31, lastAt: at(0) },
      { type: 'page', name: '', events: 39_120, violations: 0, lastAt: at(0) },
      { type: 'track', name: 'Coupon Found', events: 12, violations: 12, lastAt: at(1) },
    ],
    days,
    violations: [
      finding('Order Completed', 'properties.total', 'type', 'must be number', '"much"', 'block', 19, at(0)),
      finding(
        'Order Completed',
        'properties.colour',
        'unplanned property',
        'is not in the plan',
        '"red"',
        'omit',
        12,
        at(1),
      ),
      finding('Coupon Found', '', 'unplanned event', 'is not in the plan', '', 'allow', 12, at(1)),
    ],
  };
}

function finding(
  event: string,
  property: string,
  problem: string,
  detail: string,
  sample: string,
  action: 'allow' | 'omit' | 'block',
  events: number,
  lastAt: string,
): PlansOverview['violations'][number] {
  const sources = ['inkling-browser', 'shopify'];
  return { type: 'track', event, property, problem, detail, sample, action, events, sources, lastAt, planVersion: 1 };
}

export function planOf(version: number, now: Date): StoredPlan {
  const at = new Date(now.getTime() - (3 - version) * dayMs).toISOString();
  const isDraft = version === 2;
  const events: StoredPlan['plan']['events'] = [
    { type: 'track', name: 'Order Completed', schema: orderSchema, policy: { violations: 'block' } },
    ...(isDraft ? [{ type: 'page' as const, name: '', schema: { type: 'object' } }] : []),
  ];
  return {
    version,
    status: isDraft ? 'DRAFT' : 'ACTIVE',
    revision: isDraft ? 3 : 1,
    note: isDraft ? '' : 'The first plan',
    events: events.length,
    updatedAt: at,
    updatedBy: 'key_4f2a90c1b7de',
    activatedAt: isDraft ? null : at,
    activatedBy: isDraft ? null : 'key_4f2a90c1b7de',
    plan: { policy: { unplannedEvents: 'allow', unplannedProperties: 'omit', violations: 'allow' }, events },
  };
}

export function proposalOf(): PlanProposal {
  const seen: PlanProposal['seen'] = [
    {
      type: 'track',
      name: 'Coupon Found',
      events: 12,
      schema: { type: 'object', properties: { code: { type: 'string' }, worth: { type: 'number', minimum: 0 } } },
      properties: [
        { path: 'code', share: 1, values: 3, examples: ['SPRING', 'WINTER'], least: null, most: null, looksLike: null },
        { path: 'worth', share: 0.5, values: 9, examples: [], least: 1, most: 40, looksLike: null },
        { path: 'contact', share: 0.25, values: 3, examples: [], least: null, most: null, looksLike: 'phone' },
      ],
    },
  ];
  const events = seen.map(({ type, name, schema }) => ({ type, name, schema }));
  return { days: 14, plan: { policy: {}, events }, seen };
}

export const privacy: Privacy = {
  revision: 4,
  categories: [
    { name: 'analytics', aliases: ['C0002'], byDefault: 'allowed', withoutConsent: 'count' },
    { name: 'advertising', aliases: ['marketing'], byDefault: 'denied', withoutConsent: 'anonymous' },
  ],
  events: [{ event: 'Ad *', category: 'advertising' }],
  globalPrivacyControl: ['advertising'],
  doNotTrack: [],
  properties: [{ path: 'properties.customer.*.card', action: 'mask' }],
};

export function consentLogOf(now: Date): LoggedChoice[] {
  const common = { recordedAt: now.toISOString(), decidedAt: now.toISOString(), notice: '2026-03' };
  const subjects = ['0f6d1c53a1b2c3d4e5f60718293a4b5c6d7e8f900f6d1c53a1b2c3d4e5f60718'];
  return [
    {
      ...common,
      id: '2',
      subjects,
      choices: { analytics: true, advertising: false },
      origin: 'answer',
      recordedBy: 'key_1',
    },
    { ...common, id: '1', subjects, choices: { advertising: false }, origin: 'gpc', recordedBy: 'key_1', notice: '' },
  ];
}

export function personConsentOf(now: Date): PersonConsent {
  return {
    categories: [
      { category: 'analytics', allowed: true, because: 'choice' },
      { category: 'advertising', allowed: false, because: 'message' },
    ],
    history: consentLogOf(now),
  };
}

export function withheldOf(isEmpty: boolean): Withheld {
  if (isEmpty) return { days: 14, withheld: [] };
  return {
    days: 14,
    withheld: [
      { category: 'advertising', reason: 'default', kept: 'anonymous', events: 812 },
      { category: 'analytics', reason: 'choice', kept: 'count', events: 41 },
    ],
  };
}
