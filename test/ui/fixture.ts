// A small stand-in for the server, for the dashboard's tests: answers the contract of ui/src/api.ts with made-up data
// and serves a built dashboard. `variant` 'empty' is a workspace before its first event (POST /fixture/first-event
// ends that), 'unscored' has events but no model, 'broken' fails every read with a problem document.
// By hand: node test/ui/fixture.ts --port 8021 --dist ui/dist --variant full

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import type {
  Activation,
  Alerts,
  Live,
  ModelRow,
  Overview,
  PersonRow,
  Problem,
  Review,
  Segment,
  Workspace,
} from '../../ui/src/api.ts';
import { answerSegments, type SegmentsState } from './fixtureSegments.ts';
import {
  makeShop,
  modelId,
  overviewOf,
  personOf,
  rightNowOf,
  type Shop,
  secretKey,
  segmentsOf,
  sessionsOf,
  timelineOf,
  workspaceOf,
} from './madeUp.ts';
import { consentLogOf, personConsentOf, planOf, plansOf, privacy, proposalOf, withheldOf } from './madeUpGovern.ts';
import { matchingOf, platforms, reviewPageOf, reviewsOf, rulesOf, stopped, unlinked } from './madeUpIdentity.ts';
import { activationOf, correlationsOf, liftOf } from './madeUpLift.ts';
import { featuresOf, modelOf, modelRow } from './madeUpModel.ts';
import { accuracyOf, cutsOf, driftOf, fallback, funnelOf, journeys, movementOf, standingOf } from './madeUpQuality.ts';
import { ruleSegmentsOf } from './madeUpSegments.ts';
import { sourcesOf } from './madeUpSources.ts';

export type Variant = 'full' | 'empty' | 'unscored' | 'broken';
export type FixtureSettings = {
  dist: string;
  variant?: Variant;
  port?: number;
  now?: Date;
  hoursSinceScoring?: number;
};
export type Fixture = { url: string; key: string; setVariant(variant: Variant): void; close(): Promise<void> };

type State = SegmentsState & {
  variant: Variant;
  segments: Segment[];
  models: ModelRow[];
  reviews: Review[];
  linkAt: number;
  activations: Activation[];
};
export type Answer = { status: number; body: unknown };

export async function startFixture(settings: FixtureSettings): Promise<Fixture> {
  const shop = makeShop(settings.now ?? new Date(), settings.hoursSinceScoring);
  const state: State = {
    shop,
    variant: settings.variant ?? 'full',
    segments: segmentsOf(shop),
    ruleSegments: ruleSegmentsOf(shop),
    models: [modelRow(shop)],
    reviews: reviewsOf(shop),
    linkAt: 0.99,
    activations: [activationOf(shop)],
  };
  const server = createServer((request, response) => {
    respond(state, settings.dist, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(settings.port ?? 0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    key: secretKey,
    setVariant: (variant) => {
      state.variant = variant;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function respond(state: State, dist: string, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://fixture');
  if (url.pathname === '/fixture/first-event') {
    state.variant = 'unscored';
    response.writeHead(204).end();
    return;
  }
  if (!url.pathname.startsWith('/api/')) return serveFile(dist, url.pathname, response);
  if (url.pathname === '/api/v1/live/sessions/stream' && state.variant !== 'broken') {
    // The line stays open, as the server's does.
    const now = state.variant === 'empty' ? { ...rightNowOf(state.shop), active: 0 } : rightNowOf(state.shop);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: sessions\ndata: ${JSON.stringify(now)}\n\n`);
    return;
  }
  const { status, body } = answer(state, request, url, await readBody(request));
  if (typeof body === 'string') {
    response.writeHead(status, { 'content-type': 'text/csv' }).end(body);
    return;
  }
  response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function answer(state: State, request: IncomingMessage, url: URL, body: Record<string, unknown>): Answer {
  if (request.headers.authorization !== `Bearer ${secretKey}`) {
    return problem(
      401,
      'unauthorized',
      'The key is not known',
      'No workspace has this secret key.',
      'Run `npm run -s inkling -- keys`.',
    );
  }
  const path = url.pathname.replace('/api/v1', '');
  const empty = state.variant === 'empty';
  if (path === '/workspace') return ok<Workspace>(workspaceOf(state.shop, !empty, state.variant === 'full'));
  if (state.variant === 'broken') {
    return problem(
      500,
      'engine_failed',
      'A query failed',
      'The facts could not be read: the disk is full.',
      'Free some space and try again. Collected events are safe in the journal.',
    );
  }
  const bySegments = answerSegments(state, {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    body,
    isEmpty: state.variant !== 'full',
  });
  if (bySegments) return bySegments;
  if (request.method === 'POST') return create(state, path, body);
  if (request.method === 'DELETE') return removeOne(state, path);
  if (request.method === 'PUT' && path === '/identity/rules') {
    const { probabilistic } = body['rules'] as { probabilistic: { linkAt: number } };
    state.linkAt = probabilistic.linkAt;
  }
  return read(state, path, url.searchParams);
}

function read(state: State, path: string, query: URLSearchParams): Answer {
  const { shop, variant } = state;
  const scored = variant === 'full';
  if (path === '/overview') return ok(scored ? overviewOf(shop) : unscored(overviewOf(shop), variant));
  if (path === '/alerts') return ok(alertsOf(shop, variant));
  if (path === '/live') return ok(live(shop, variant, Number(query.get('limit') ?? 50)));
  if (path === '/sources') return ok(sourcesOf(shop, variant));
  if (path === '/people') return ok(listPeople(scored ? shop.people : withoutScores(shop.people, variant), query));
  if (path === '/identity/reviews') return ok(reviewPageOf(scored ? state.reviews : []));
  if (path === '/identity/platforms') return ok(platforms);
  if (path === '/identity/matching')
    return ok(scored ? matchingOf(shop) : { model: null, outcome: null, memory: null });
  if (path === '/identity/rules') return ok(rulesOf(state.linkAt));
  if (path === '/features')
    return ok(variant === 'empty' ? { asOf: shop.asOf, people: 0, signals: [] } : featuresOf(shop));
  if (path === '/intent/models') return ok({ models: scored ? state.models : [] });
  if (path === `/intent/models/${modelId}`) return ok(modelOf(shop));
  if (path === '/intent/challenges') return ok(standingOf(shop));
  if (path === '/intent/drivers/movement') return ok(movementOf(shop));
  if (path === '/intent/drivers/journeys') return ok(journeys);
  if (path === '/intent/accuracy') return ok(accuracyOf(shop));
  if (path === '/intent/fallback') return ok(fallback);
  if (path === '/intent/correlations') return ok(correlationsOf(shop, scored));
  if (path === '/intent/drift') return ok({ report: driftOf(shop) });
  if (path === '/intent/thresholds') return ok(cutsOf(shop));
  if (path === '/measure/activations') return ok({ activations: scored ? state.activations : [] });
  const used = state.activations.find(({ id }) => path === `/measure/activations/${id}`);
  if (used) return ok(liftOf(used));
  if (path === '/intent/export') return ok(exportOf(shop, query));
  if (path === '/intent/segments') return ok({ segments: scored ? state.segments : [] });
  const governed = governs(state, path);
  if (governed) return governed;
  const [, room, encoded, rest] = path.match(/^\/(people|intent\/segments)\/([^/]+)(?:\/(\w+))?$/) ?? [];
  const id = encoded && decodeURIComponent(encoded);
  const person = shop.people.find((row) => row.id === id);
  if (room === 'people' && person) {
    if (rest === 'consent') return ok(personConsentOf(shop.now));
    if (rest === 'timeline') {
      const events = timelineOf(shop, person);
      const sessions = sessionsOf(person, events);
      return ok({ ...page(events, 'events', 'nextBefore', query.get('before'), 40), sessions });
    }
    if (rest === 'stopped') return ok(stopped);
    const full = personOf(shop, person);
    return ok(scored ? full : { ...full, intent: null, score: null, segment: null, scoreHistory: [] });
  }
  const segment = state.segments.find((one) => one.id === id);
  if (segment && rest === 'users') {
    const members = shop.people
      .filter(({ score }) => score! >= segment.minScore && score! <= segment.maxScore)
      .filter(({ category }) => segment.productCategory === null || category === segment.productCategory)
      .sort((a, b) => b.score! - a.score!);
    return ok({ ...page(members, 'users', 'nextCursor', query.get('cursor'), 50), total: members.length });
  }
  return problem(
    404,
    'not_found',
    'Nothing is here',
    `No ${room ?? 'answer'} with the id ${id ?? path}.`,
    'Go back to the list.',
  );
}

/** A workspace without a model has had no data for a while. */
function alertsOf(shop: Shop, variant: Variant): Alerts {
  if (variant !== 'unscored') return { alerts: [] };
  const since = new Date(shop.now.getTime() - 26 * 3_600_000).toISOString();
  const hint = 'Look at the sites and servers that send.';
  const message = 'No event has come in for 26 hours.';
  return { alerts: [{ alert: 'no_data', message, hint, since, raisedAt: since, resolvedAt: null }] };
}

/** Plans, consent and its log. */
function governs({ shop, variant }: State, path: string): Answer | undefined {
  const isEmpty = variant === 'empty';
  if (path === '/collect/plans') return ok(plansOf(shop.now, isEmpty));
  if (path === '/collect/plans/proposal') return ok(proposalOf());
  if (/^\/collect\/plans\/[12]$/.test(path)) return ok(planOf(Number(path.at(-1)), shop.now));
  if (path === '/govern/privacy') return ok(privacy);
  if (path === '/govern/withheld') return ok(withheldOf(isEmpty));
  if (path === '/govern/consent/log') return ok({ log: isEmpty ? [] : consentLogOf(shop.now), nextCursor: null });
  return undefined;
}

function create(state: State, path: string, body: Record<string, unknown>): Answer {
  if (path === '/measure/funnel') return ok(funnelOf(state.shop, body['steps'] as { event: string }[]));
  if (path === '/measure/activations') {
    const [control, demographic] = [Number(body['controlShare']), Number(body['demographicShare'])];
    const shares = { intent: 1 - control - demographic, demographic, control };
    const made = {
      ...activationOf(state.shop),
      id: `use-${state.activations.length + 1}`,
      name: String(body['name']),
      shares,
    };
    state.activations.unshift(made);
    return { status: 201, body: made };
  }
  const ended = state.activations.find(({ id }) => path === `/measure/activations/${id}/end`);
  if (ended) {
    ended.endedAt = state.shop.now.toISOString();
    return ok(ended);
  }
  if (path === '/identity/unmerge') return ok({ ...unlinked, decision: body.preview ? null : 'd-1' });
  if (path === '/identity/reviews/answer') {
    state.reviews = state.reviews.filter(({ id }) => !(body.ids as string[]).includes(id));
    return ok({ answered: (body.ids as string[]).length });
  }
  if (path === '/intent/segments') {
    if (Number(body.minScore) > Number(body.maxScore)) {
      return problem(400, 'invalid_input', 'The score range is empty', 'minScore is above maxScore.', 'Swap them.');
    }
    const inside = state.shop.people.filter(
      ({ score }) => score! >= Number(body.minScore) && score! <= Number(body.maxScore),
    );
    const segment: Segment = {
      ...state.segments[0],
      id: `segment-${state.segments.length + 1}`,
      name: String(body.name),
      level: null,
      minConfidence: null,
      minScore: Number(body.minScore),
      maxScore: Number(body.maxScore),
      size: inside.length,
      share: inside.length / state.shop.people.length,
      expectedConversions: inside.reduce((sum, { score }) => sum + score! / 105, 0),
      actualConversionRate: null,
      actualInterval: null,
    };
    state.segments.push(segment);
    return { status: 201, body: segment };
  }
  const model: ModelRow = {
    ...modelRow(state.shop),
    id: `m-${state.models.length + 1}`,
    name: String(body.name),
    modelType: 'CUSTOM',
    status: 'TRAINING',
    auc: null,
    prAuc: null,
    baselineAuc: null,
    trainedOn: null,
    warnings: [],
  };
  state.models.push(model);
  return { status: 202, body: model };
}

function removeOne(state: State, path: string): Answer {
  const id = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  const active = state.models.filter(({ status }) => status === 'ACTIVE');
  if (active.length === 1 && active[0].id === id) {
    return problem(
      409,
      'conflict',
      'This is the only active model',
      'Nothing would score people without it.',
      'Train another one first.',
    );
  }
  state.models = state.models.filter((model) => model.id !== id);
  state.segments = state.segments.filter((segment) => segment.id !== id);
  return { status: 204, body: undefined };
}

function exportOf(shop: Shop, query: URLSearchParams): string {
  const wanted = shop.people.filter(
    ({ score, segment }) =>
      score! >= Number(query.get('minScore') ?? 0) &&
      score! <= Number(query.get('maxScore') ?? 100) &&
      (!query.get('segment') || segment === query.get('segment')),
  );
  return ['profileId,score', ...wanted.map(({ id, score }) => `${id},${score}`)].join('\r\n');
}

function listPeople(people: PersonRow[], query: URLSearchParams) {
  const search = (query.get('search') ?? '').toLowerCase();
  const found = people.filter(
    (person) =>
      (search === '' ||
        Object.values(person.identifiers)
          .flat()
          .some((one) => one.startsWith(search))) &&
      (!query.get('segment') || person.segment === query.get('segment')) &&
      (!query.get('category') || person.category === query.get('category')),
  );
  const byScore = query.get('sort') !== 'lastSeen';
  found.sort((a, b) => (byScore ? (b.score ?? -1) - (a.score ?? -1) : b.lastSeenAt.localeCompare(a.lastSeenAt)));
  return { ...page(found, 'people', 'nextCursor', query.get('cursor'), 50), total: found.length };
}

function page<T>(items: T[], name: string, next: string, cursor: string | null, size: number) {
  const from = Number(cursor ?? 0);
  const more = from + size < items.length;
  return { [name]: items.slice(from, from + size), [next]: more ? String(from + size) : null };
}

function live(shop: Shop, variant: Variant, limit: number): Live {
  if (variant === 'empty') {
    return {
      freshness: { lastEventAt: null, eventsLastMinute: 0, eventsLastDay: 0 },
      events: [],
      rejected: [],
      rejectedLastDay: 0,
      ignoredIds: [],
    };
  }
  const recent = shop.people
    .filter((_, index) => index % 29 === 0)
    .flatMap((person) =>
      timelineOf(shop, person)
        .slice(0, 2)
        .map((event) => ({ person, event })),
    );
  const now = Date.now();
  return {
    freshness: { lastEventAt: new Date(now - 1200).toISOString(), eventsLastMinute: 84, eventsLastDay: 31_204 },
    events: recent.slice(0, limit).map(({ person, event }, index) => ({
      messageId: event.messageId,
      at: new Date(now - 1200 - index * 740).toISOString(),
      event: event.event,
      name: event.name,
      anchor: `a:${person.identifiers.anonymousIds[0]}`,
      profile: person.id,
      source: 'browser',
      platform: event.platform,
      summary: event.summary,
    })),
    rejected: [
      {
        id: 'r-1',
        code: 'invalid_input',
        at: new Date(now - 94_000).toISOString(),
        reason: 'The timestamp is not a date.',
        field: 'batch[3].timestamp',
        value: 'yesterday',
        body: { type: 'track', event: 'Product Viewed', userId: 'u-9', timestamp: 'yesterday' },
      },
      {
        id: 'r-2',
        code: 'plan_violation',
        at: new Date(now - 640_000).toISOString(),
        reason: 'Neither userId nor anonymousId is there.',
        field: 'userId',
        value: null,
        body: { type: 'page', name: 'Home' },
      },
    ],
    rejectedLastDay: 17,
    ignoredIds: [{ field: 'userId', value: 'null', events: 12 }],
  };
}

function unscored(overview: Overview, variant: Variant): Overview {
  const bots = { people: 0, events: 0, sessions: 0 };
  const nothing = { people: 0, events: 0, sessions: 0, purchases: 0, revenue: 0, bots };
  const bare = { ...overview, otherCurrencies: [], intent: null, moved: null, movers: [] };
  return variant === 'empty' ? { ...bare, totals: nothing, eventsPerDay: [] } : bare;
}

function withoutScores(people: PersonRow[], variant: Variant): PersonRow[] {
  if (variant === 'empty') return [];
  return people.map((person) => ({
    ...person,
    score: null,
    segment: null,
    confidence: null,
    topReason: null,
    scoreHistory: [],
  }));
}

export function ok<T>(body: T): Answer {
  return { status: 200, body };
}

export function problem(status: number, code: string, title: string, detail: string, hint: string): Answer {
  const body: Problem = { type: `/docs/errors#${code}`, title, status, detail, code, hint, requestId: 'req-fixture' };
  return { status, body };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

async function serveFile(dist: string, path: string, response: ServerResponse) {
  const known = extname(path) in mediaTypes;
  const file = join(dist, known ? normalize(path) : 'index.html');
  try {
    const content = await readFile(file);
    response.writeHead(200, { 'content-type': mediaTypes[extname(file)] }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fixture listens on no port.');
  return address.port;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, dist: { type: 'string' }, variant: { type: 'string' } },
  });
  const fixture = await startFixture({
    dist: values.dist ?? 'ui/dist',
    port: Number(values.port ?? 8021),
    variant: (values.variant ?? 'full') as Variant,
  });
  console.log(`${fixture.url}/#key=${fixture.key}`);
}
