// Made-up answers of the API for the dashboard's own tests: 1,200 people of an outdoor shop, all drawn from one seed,
// all counts derived from the same people so that the pages agree with each other. Held to the contract by its types.

import type {
  Level,
  Overview,
  Person,
  PersonRow,
  Reason,
  Segment,
  SegmentToday,
  Session,
  SessionsRightNow,
  TimelineEvent,
  Workspace,
} from '../../ui/src/api.ts';
import { measuredLevels } from './madeUpQuality.ts';

const dayMs = 86_400_000;
export const timeframeDays = 30;
export const modelId = 'm-purchase-30';
export const writeKey = 'wk_fixture_0123456789';
export const secretKey = 'sk_fixture_0123456789';

export const categories = ['boots', 'jackets', 'tents', 'backpacks', 'sleeping_bags', 'stoves', 'climbing', 'socks'];

/** Uniform in [0, 1), the same for the same seed. */
export function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function levelOf(score: number): Level {
  return score >= 70 ? 'HIGH' : score >= 40 ? 'MEDIUM' : 'LOW';
}

export type Shop = { now: Date; asOf: string; people: PersonRow[] };

export function makeShop(now: Date, hoursSinceScoring = 5): Shop {
  const draw = drawer(7);
  const asOf = new Date(now.getTime() - hoursSinceScoring * 3_600_000).toISOString();
  const people = Array.from({ length: 1200 }, (_, index) => makePerson(index, draw, now));
  return { now, asOf, people };
}

function makePerson(index: number, draw: () => number, now: Date): PersonRow {
  const score = Math.min(98, Math.floor(100 * draw() ** (draw() < 0.12 ? 0.8 : 4.5)));
  const known = draw() < 0.6;
  const userId = `customer-${1000 + index}`;
  const id = (0xa1b2c300000000n + BigInt(index) * 7919n).toString(16).padStart(16, '0');
  const category = draw() < 0.9 ? categories[Math.floor(draw() ** 1.6 * categories.length)] : null;
  const purchases = Math.floor((score / 30) * draw() * 2.2);
  return {
    id,
    displayName: known ? userId : `Visitor ${id.slice(-8)}`,
    identifiers: {
      userIds: known ? [userId] : [],
      anonymousIds: [`${id.slice(-8)}-visit`],
      emailHashes: known && draw() < 0.7 ? [`${id}${id}${id}${id}`] : [],
      phoneHashes: [],
    },
    score,
    segment: levelOf(score),
    confidence: Math.round((0.4 + 0.56 * draw() ** 0.6) * 100) / 100,
    category,
    topReason:
      score >= 40
        ? `Put ${(category ?? 'something').replace('_', ' ')} in the cart 2 days ago`
        : 'Last seen 21 days ago',
    firstSeenAt: new Date(now.getTime() - (20 + 300 * draw()) * dayMs).toISOString(),
    lastSeenAt: new Date(now.getTime() - (0.01 + (100 - score) * 0.5 * draw()) * dayMs).toISOString(),
    events: 3 + Math.floor(160 * draw()),
    purchases,
    revenue: Math.round(purchases * (25 + 90 * draw()) * 100) / 100,
    scoreHistory: walkTo(score, 14, draw),
  };
}

function walkTo(score: number, steps: number, draw: () => number): number[] {
  const walk = [score];
  while (walk.length < steps) walk.unshift(Math.max(0, Math.min(100, Math.round(walk[0] + (draw() - 0.55) * 14))));
  return walk;
}

export function workspaceOf(shop: Shop, hasEvents: boolean, hasModel: boolean): Workspace {
  return {
    id: 'w-1',
    name: 'Fjord Outdoor',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    writeKey,
    createdAt: new Date(shop.now.getTime() - 320 * dayMs).toISOString(),
    hasEvents,
    model: hasModel ? { id: modelId } : null,
  };
}

export function overviewOf(shop: Shop): Overview {
  const draw = drawer(11);
  const { people, now, asOf } = shop;
  const days = Array.from({ length: 90 }, (_, index) => dateBefore(now, 89 - index));
  const weekly = (index: number) => 1 + 0.25 * Math.sin((index / 7) * 2 * Math.PI) + 0.2 * draw() + index / 300;
  const sum = (of: (person: PersonRow) => number) => people.reduce((total, person) => total + of(person), 0);
  const movers = people.filter((person) => (person.score ?? 0) >= 70).slice(0, 6);
  return {
    asOf: new Date(now.getTime() - 40_000).toISOString(),
    totals: {
      people: people.length,
      events: sum(({ events }) => events),
      sessions: Math.round(sum(({ events }) => events) / 6.4),
      purchases: sum(({ purchases }) => purchases),
      revenue: sum(({ revenue }) => revenue),
      bots: { people: 41, events: 1893, sessions: 402 },
    },
    currency: 'EUR',
    otherCurrencies: [{ currency: 'USD', purchases: 3, revenue: 1204 }],
    eventsPerDay: days.map((date, index) => {
      const events = Math.round(980 * weekly(index));
      const purchases = Math.round(events / 55);
      return { date, events, people: Math.round(events / 7), purchases, revenue: Math.round(purchases * 61.3) };
    }),
    intent: {
      modelId,
      timeframeDays,
      asOf,
      people: people.length,
      distribution: Array.from({ length: 20 }, (_, bin) => ({
        from: bin * 5,
        to: bin * 5 + 5,
        people: people.filter(({ score }) => Math.min(19, Math.floor((score ?? 0) / 5)) === bin).length,
      })),
      segments: segmentsToday(people),
      history: historyTo(segmentsToday(people), days.slice(30), draw),
      categories: categories.map((category) => {
        const size = (level: Level) =>
          people.filter((person) => person.category === category && person.segment === level).length;
        return { category, high: size('HIGH'), medium: size('MEDIUM'), low: size('LOW') };
      }),
    },
    moved: { up: 38, down: 24, since: new Date(Date.parse(asOf) - dayMs).toISOString() },
    movers: movers.map(({ id, displayName, score, topReason }, index) => ({
      id,
      displayName,
      from: Math.max(4, (score ?? 0) - 48 + 5 * index),
      to: score ?? 0,
      reason: topReason ?? '',
    })),
  };
}

/** Sizes that wander from about three quarters of today's to today's. */
function historyTo(today: SegmentToday[], days: string[], draw: () => number) {
  const sizeOn = (level: Level, index: number) => {
    const size = today.find(({ name }) => name === level)?.size ?? 0;
    const left = (days.length - 1 - index) / days.length;
    return Math.round(
      size *
        (1 - 0.25 * left + 0.05 * Math.sin(index / 4 + level.length) * Math.min(1, left * 5) + 0.03 * left * draw()),
    );
  };
  return days.map((date, index) => ({
    date,
    high: sizeOn('HIGH', index),
    medium: sizeOn('MEDIUM', index),
    low: sizeOn('LOW', index),
  }));
}

export function segmentsToday(people: PersonRow[]): SegmentToday[] {
  return measuredLevels().map(({ name, actualConversionRate, interval, size: holdoutSize }) => {
    const size = people.filter(({ segment }) => segment === name).length;
    return {
      name,
      size,
      share: size / people.length,
      expectedConversions: size * actualConversionRate * 1.02,
      actualConversionRate,
      actualInterval: interval,
      holdoutSize,
    };
  });
}

export function personOf(shop: Shop, row: PersonRow): Person {
  const { scoreHistory, ...rest } = row;
  const score = row.score ?? 0;
  const user = row.identifiers.userIds[0];
  const anonymous = row.identifiers.anonymousIds[0];
  return {
    ...rest,
    traits: user ? { plan: 'member', address: { city: 'Bergen' } } : {},
    platforms: ['web', 'ios'],
    country: 'NO',
    deviceType: 'mobile',
    bot: false,
    otherCurrencies: [],
    intent: {
      modelId,
      timeframeDays,
      asOf: shop.asOf,
      score,
      probability: score / 105,
      segment: levelOf(score),
      confidence: row.confidence ?? 0.5,
      confidenceReason: `Of 212 people with similar scores 64 % to 77 % converted; ${Math.round(100 * (row.confidence ?? 0))} % of what the model looks at is known of this person.`,
      change: { since: dateBefore(shop.now, 7), points: 24, rapid: 'RISING' },
      predictedConversionDate: score >= 40 ? dateBefore(shop.now, -9) : null,
      category: row.category,
      sentence: sentenceOf(row, score),
      reasons: reasons(row),
    },
    scoreHistory: scoreHistory.map((past, index) => ({
      asOf: new Date(Date.parse(shop.asOf) - (scoreHistory.length - 1 - index) * dayMs).toISOString(),
      score: past,
      segment: levelOf(past),
    })),
    identity: {
      nodes: [
        ...(user ? [{ identifier: user, type: 'user id', whole: `u:${user}`, firstSeenAt: row.firstSeenAt }] : []),
        { identifier: anonymous, type: 'anonymous id', whole: `a:${anonymous}`, firstSeenAt: row.firstSeenAt },
        {
          identifier: `${anonymous}-phone`,
          type: 'anonymous id',
          whole: `a:${anonymous}-phone`,
          firstSeenAt: row.lastSeenAt,
        },
      ],
      evidence: user
        ? [
            {
              at: row.firstSeenAt,
              from: anonymous,
              to: user,
              a: `a:${anonymous}`,
              b: `u:${user}`,
              detail: '',
              method: 'login',
              confidence: 1,
              messageId: 'msg-1',
              revoked: false,
            },
            {
              at: row.lastSeenAt,
              from: `${anonymous}-phone`,
              to: user,
              a: `a:${anonymous}-phone`,
              b: `u:${user}`,
              detail: JSON.stringify({
                prior: -11.4,
                weight: 9.8,
                weights: [
                  { comparison: 'birth_date', words: 'Day of birth: day and month swapped', weight: 12.1 },
                  { comparison: 'surname', words: 'Family name: the same, and it is rare', weight: 9.1 },
                ],
              }),
              method: 'probabilistic',
              confidence: 0.99,
              messageId: '',
              revoked: false,
            },
          ]
        : [
            {
              at: row.lastSeenAt,
              from: `${anonymous}-phone`,
              to: anonymous,
              a: `a:${anonymous}-phone`,
              b: `a:${anonymous}`,
              detail: '',
              method: 'alias',
              confidence: 1,
              messageId: 'msg-3',
              revoked: false,
            },
          ],
    },
  };
}

function sentenceOf(row: PersonRow, score: number): string {
  const claim = { HIGH: 'will probably buy', MEDIUM: 'may buy', LOW: 'is unlikely to buy' }[levelOf(score)];
  const why =
    score >= 40 ? 'put 3 products in the cart in the last 7 days, was here 1 day ago' : 'was here 21 days ago';
  return `${row.displayName} ${claim} within ${timeframeDays} days (score ${score}): ${why}.`;
}

function reasons(row: PersonRow): Reason[] {
  const high = (row.score ?? 0) >= 40;
  const list: [string, string, number | null, number][] = [
    ['cart_adds_7d', 'put 3 products in the cart in the last 7 days', 3, high ? 1.42 : 0.2],
    ['days_since_last_event', high ? 'was here 1 day ago' : 'was here 21 days ago', high ? 1 : 21, high ? 0.88 : -1.7],
    ['product_views_30d', `viewed ${row.events} products in the last 30 days`, row.events, high ? 0.61 : -0.3],
    ['purchases_all', `bought ${row.purchases} times so far`, row.purchases, 0.34],
    ['searches_7d', 'searched 2 times in the last 7 days', 2, high ? 0.19 : -0.1],
    ['email_clicks_30d', 'clicked no e-mails in the last 30 days', 0, -0.27],
    ['coupon_rate', 'used a coupon in 60% of the orders', 0.6, -0.41],
  ];
  return list
    .map(([signal, sentence, value, contribution]) => ({
      signal,
      sentence,
      value,
      contribution,
      direction: contribution >= 0 ? ('raises' as const) : ('lowers' as const),
    }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

const kinds: [event: string, name: string, summary: string][] = [
  ['page_view', 'Page Viewed', 'Viewed a page: /collections/boots'],
  ['product_view', 'Product Viewed', 'Viewed a product: boots, by Fjord'],
  ['search', 'Products Searched', 'Searched: waterproof boots'],
  ['add_to_cart', 'Product Added', 'Put a product in the cart: boots, by Fjord'],
  ['email_open', 'Email Opened', 'Opened an e-mail'],
  ['checkout_start', 'Checkout Started', 'Began to check out: 2 products'],
  ['purchase', 'Order Completed', 'Bought: 2 products for 171.90'],
];

export function timelineOf(shop: Shop, row: PersonRow): TimelineEvent[] {
  const draw = drawer(Number.parseInt(row.id.slice(-6), 16));
  let at = Date.parse(row.lastSeenAt);
  return Array.from({ length: 120 }, (_, index) => {
    at -= draw() < 0.12 ? draw() * 4 * dayMs : draw() * 4 * 60_000;
    const [event, name, summary] = kinds[Math.floor(draw() ** 2 * kinds.length)];
    const bought = event === 'purchase';
    return {
      messageId: `${row.id}-${index}`,
      at: new Date(Math.min(at, shop.now.getTime())).toISOString(),
      event,
      name,
      summary,
      platform: draw() < 0.7 ? 'web' : 'ios',
      revenue: bought ? 171.9 : null,
      currency: bought ? 'EUR' : '',
      products: bought ? [{ id: 'p-12', category: 'boots', price: 149, quantity: 1 }] : [],
      properties: { path: '/collections/boots', position: index },
    };
  });
}

/** Visits around the events, by the 30-minute rule. */
export function sessionsOf(row: PersonRow, events: readonly TimelineEvent[]): Session[] {
  const sessions: Session[] = [];
  for (const event of events) {
    const open = sessions.at(-1);
    if (open && Date.parse(open.startAt) - Date.parse(event.at) <= 30 * 60_000) {
      open.startAt = event.at;
      open.eventCount++;
      open.durationSeconds = Math.round((Date.parse(open.endAt) - Date.parse(event.at)) / 1000);
      if (event.event !== 'purchase') continue;
      Object.assign(open, { converted: true, conversionType: 'purchase', conversionValue: 171.9 });
    } else sessions.push(sessionOf(row.id, event));
  }
  return sessions;
}

function sessionOf(profile: string, { at, event }: TimelineEvent): Session {
  const bought = event === 'purchase';
  return {
    ...{ id: `${profile}-${Date.parse(at).toString(16)}`, profile, startAt: at, endAt: at, durationSeconds: 0 },
    ...{ pageCount: 3, eventCount: 1, converted: bought, conversionType: bought ? 'purchase' : '' },
    ...{ conversionValue: bought ? 171.9 : 0, entryPage: '/', exitPage: '/collections/boots', platform: 'web' },
    ...{
      deviceType: 'mobile',
      trafficSource: 'google',
      medium: 'cpc',
      campaign: 'spring',
      botScore: 0,
      botReasons: [],
    },
  };
}

export function rightNowOf(shop: Shop): SessionsRightNow {
  const sessions = shop.people.slice(0, 8).map(({ id }, index) => {
    const at = new Date(shop.now.getTime() - index * 20_000).toISOString();
    return { ...sessionOf(id, { ...timelineOf(shop, shop.people[index])[0], at }), durationSeconds: 95 + index };
  });
  return {
    ...{ asOf: shop.now.toISOString(), active: 31, bots: 2, converted: 3, sessions },
    byPage: [
      { name: '/collections/boots', sessions: 19 },
      { name: '/', sessions: 12 },
    ],
    bySource: [
      { name: '', sessions: 17 },
      { name: 'google', sessions: 14 },
    ],
    byDevice: [
      { name: 'mobile', sessions: 22 },
      { name: 'desktop', sessions: 9 },
    ],
    byPlatform: [{ name: 'web', sessions: 31 }],
  };
}

export function segmentsOf(shop: Shop): Segment[] {
  const ready = segmentsToday(shop.people).map((segment, index) => ({
    id: `ready:${segment.name}`,
    name: ['High intent', 'Medium intent', 'Low intent'][index],
    modelId,
    level: segment.name,
    productCategory: null,
    minScore: [70, 40, 0][index],
    maxScore: [100, 69, 39][index],
    minConfidence: null,
    size: segment.size,
    share: segment.share,
    expectedConversions: segment.expectedConversions,
    actualConversionRate: segment.actualConversionRate,
    actualInterval: segment.actualInterval,
    asOf: shop.asOf,
    createdAt: shop.asOf,
  }));
  const inCategories = categories.flatMap((category) =>
    ready.map((segment): Segment => {
      const size = shop.people.filter((one) => one.category === category && one.segment === segment.level).length;
      return {
        ...segment,
        id: `${segment.id}:${Buffer.from(category).toString('base64url')}`,
        name: `${segment.name}: ${category}`,
        productCategory: category,
        size,
        share: size / shop.people.length,
        expectedConversions: size * (segment.actualConversionRate ?? 0),
      };
    }),
  );
  return [...ready, ...inCategories];
}

export function dateBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * dayMs).toISOString().slice(0, 10);
}
