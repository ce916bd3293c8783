// What precedes a step up, over HTTP, on made-up people whose truth is planted: putting something in the cart lifts, a
// newsletter does nothing, and a wish list is only what busy people do, who rise more often anyway.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKey, createWorkspace } from '../../src/govern/index.ts';
import { resolveAll } from '../../src/identify/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { openServer } from '../../src/server/index.ts';
import { addDays, DAY_MS, toClickHouseTime } from '../../src/time.ts';
import { END, makeEvent } from '../predict/shop.ts';
import { textOfPdf } from '../support/pdf.ts';
import { openTestStore } from '../support/store.ts';

const store = await openTestStore({
  after: (end) =>
    after(async () => {
      await server.close();
      await end();
    }),
});
await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now: END });
const { key } = await createKey(store, { workspace: 'shop', kind: 'secret', label: 'test', now: END });
await store.state.query(
  `INSERT INTO models (id, workspace, version, name, question, model_type, conversion_event, timeframe_days, status,
     settings, signals, trained_on, created_at, updated_at)
   VALUES ('m', 'shop', 1, 'Planted', 'purchase_intent', 'GENERIC', 'purchase', 7, 'ACTIVE',
     '{"conversionEvent": "purchase"}', '[]', $1, $1, $1)`,
  [END],
);

const PEOPLE = 1500;
const moments = [6, 5, 4, 3, 2, 1, 0].map((days) => addDays(END, -days));
const moved: { rose: boolean; did: Set<string> }[] = [];
const { events, scores } = plantPeople();
await store.facts.insert('events', events);
await resolveAll(store, { workspace: 'shop', now: END });
const profileRows = await store.facts.rows<{ profile: string; user: string }>(
  "SELECT profile, user_ids[1] AS user FROM profiles FINAL WHERE workspace = 'shop'",
);
const profileOf = new Map(profileRows.map(({ profile, user }) => [user, profile]));
await store.facts.insert(
  'scores',
  scores.map(({ user, at, score }) => ({
    ...{
      workspace: 'shop',
      model_id: 'm',
      model_version: 1,
      as_of: toClickHouseTime(at),
      profile: profileOf.get(user),
    },
    ...{
      score,
      probability: score / 100,
      segment: score >= 70 ? 'HIGH' : score >= 40 ? 'MEDIUM' : 'LOW',
      confidence: 0.8,
    },
    ...{ category: 'shoes', signals: ['cart_adds_7d'], contributions: [1], signal_values: [2] },
    scored_at: toClickHouseTime(END),
  })),
);
const server = await openServer({ store, logLevel: 'silent', now: () => END });

function plantPeople() {
  const made: { events: object[]; scores: { user: string; at: Date; score: number }[] } = { events: [], scores: [] };
  for (let person = 0; person < PEOPLE; person++) {
    const random = createRandom(`movement ${person}`);
    const user = `u${person}`;
    const busy = random.uniform() < 0.4;
    const put = (event: string, at: number) => made.events.push(makeEvent('shop', user, event, new Date(at)));
    for (let i = 0; i < (busy ? 40 : 4); i++) put('product_view', moments[0].getTime() - (0.5 + i * 0.3) * DAY_MS);
    let score = 30 + random.int(10);
    for (const [k, at] of moments.entries()) {
      made.scores.push({ user, at, score });
      const next = moments[k + 1];
      if (next === undefined) break;
      const did = new Set<string>();
      if (random.uniform() < 0.8) {
        did.add('page_view');
        if (random.uniform() < 0.3) did.add('add_to_cart');
        if (random.uniform() < 0.3) did.add('newsletter_view');
        if (random.uniform() < (busy ? 0.6 : 0.1)) did.add('wishlist_add');
      }
      for (const [i, event] of [...did].entries()) put(event, at.getTime() + 0.2 * DAY_MS + i * 60_000);
      const low = score < 40;
      const lifts = did.has('add_to_cart') ? 0.25 : 0;
      const rose = low && random.uniform() < (busy ? 0.12 : 0.02) + lifts;
      if (low) moved.push({ rose, did });
      if (rose) score = 45 + random.int(20);
      else if (!low) score = random.uniform() < 0.05 ? 75 : 30 + random.int(10);
    }
  }
  return made;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
type Json = any;

async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Json; headers: Headers }> {
  const response = await fetch(`${server.address}/api/v1/intent${path}`, {
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers };
}

test('what lifts is told from what does nothing and from what only busy people do [INT-5]', async () => {
  const { status, body } = await ask('/drivers/movement');
  assert.equal(status, 200, JSON.stringify(body));
  const [low] = body.steps;
  assert.equal(low.from, 'LOW');
  assert.equal(low.rose, moved.filter(({ rose }) => rose).length);
  assert.equal(low.others, moved.filter(({ rose }) => !rose).length);
  assert.equal(body.scorings, moments.length);
  const of = (action: string) => low.actions.find((one: Json) => one.action === action);

  const cart = of('add_to_cart');
  assert.equal(cart.verdict, 'more');
  assert.ok(cart.falseDiscoveryRate < 0.001);
  // Chance 0.12 or 0.02 against 0.37 or 0.27: odds ratios of 4 and 18.
  assert.ok(cart.interval[0] > 2.5 && cart.interval[1] < 20, JSON.stringify(cart));
  assert.ok(cart.roseShare > cart.othersShare + 0.2);
  assert.match(cart.sentence, /^Of those who rose from Low to Medium or High, \d+ % did "add to cart"/);

  assert.equal(of('newsletter_view').verdict, 'unclear');
  const wish = of('wishlist_add');
  const crude = (rose: boolean) => {
    const own = moved.filter((one) => one.rose === rose && one.did.size > 0);
    return own.filter(({ did }) => did.has('wishlist_add')).length / own.length;
  };
  assert.ok(crude(true) > crude(false) + 0.1, 'without matching the wish list would look like a driver');
  assert.equal(wish.verdict, 'unclear', JSON.stringify(wish));
  assert.ok(wish.interval[0] < 1 && wish.interval[1] > 1);
  assert.ok(Math.abs(wish.roseShare - wish.othersShare) < (crude(true) - crude(false)) / 2);
});

test('the flow counts everybody at every scoring once [INT-5]', async () => {
  const { body } = await ask('/drivers/movement');
  const total = body.flow.reduce((sum: number, { people }: Json) => sum + people, 0);
  assert.equal(total, PEOPLE * (moments.length - 1));
  for (const step of body.steps) {
    const own = body.flow.filter(({ from }: Json) => from === step.from);
    assert.equal(
      own.reduce((sum: number, { people }: Json) => sum + people, 0),
      step.rose + step.others,
    );
  }
  assert.match(body.statement, /only an experiment tells/);
});

test('journeys tell a way without telling whose [INT-5][INT-9]', async () => {
  const { body } = await ask('/drivers/journeys');
  assert.deepEqual(
    body.journeys.map(({ level }: Json) => level),
    [...Array(3).fill('HIGH'), ...Array(3).fill('MEDIUM'), ...Array(3).fill('LOW')],
  );
  for (const journey of body.journeys) {
    assert.ok(journey.events.length > 0 && journey.scores.length === moments.length);
    assert.equal(journey.scores.at(-1).score, journey.score);
    assert.match(journey.sentence, /^Person [A-I] (will probably buy|may buy|is unlikely to buy) within 7 days/);
    const times = journey.events.map(({ daysBefore }: Json) => daysBefore);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
  }
  assert.ok(body.journeys.every(({ level, rose }: Json) => rose === (level !== 'LOW')));
  const text = JSON.stringify(body);
  for (const [user, profile] of profileOf) {
    assert.ok(!text.includes(`"${user}"`) && !text.includes(profile), 'no identifier is in it');
  }
});

test('the report comes as HTML, PDF, CSV and JSON with the same findings [INT-5]', async () => {
  const fetchReport = async (format: string) => {
    const response = await fetch(`${server.address}/api/v1/intent/drivers/report?format=${format}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(response.status, 200);
    return { type: response.headers.get('content-type') ?? '', bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const json = await fetchReport('json');
  const report = JSON.parse(json.bytes.toString());
  const { sentence } = report.movement.steps[0].actions.find(({ action }: Json) => action === 'add_to_cart');
  const ratio = report.movement.steps[0].actions[0].oddsRatio.toFixed(2);

  const html = await fetchReport('html');
  assert.match(html.type, /text\/html/);
  const page = html.bytes.toString();
  assert.ok(page.includes('Person I, Low') && page.includes(ratio) && page.includes('</html>'));
  assert.doesNotMatch(page, /(src|href)=/, 'it needs nothing else');

  const csv = (await fetchReport('csv')).bytes.toString().trimEnd().split('\r\n');
  const actions = report.movement.steps.flatMap((step: Json) => step.actions);
  assert.equal(csv.length, 1 + report.drivers.length + actions.length);
  assert.ok(
    csv.some((line) => line.startsWith('up from LOW,add_to_cart,') && line.includes(sentence.replaceAll('"', '""'))),
  );

  const pdf = await fetchReport('pdf');
  assert.equal(pdf.type, 'application/pdf');
  const text = textOfPdf(pdf.bytes);
  for (const words of ['What moves the scores: Planted', 'Person I, Low', ratio, 'did "add to cart"']) {
    assert.ok(text.includes(words), words);
  }
});

test('a later scoring makes it anew; the same one answers as before [INT-17]', async () => {
  const before = await ask('/drivers/movement');
  const again = await ask('/drivers/movement', { 'if-none-match': before.headers.get('etag')! });
  assert.equal(again.status, 304);
  const later = new Date(END.getTime() + DAY_MS);
  await store.facts.insert('scores', [
    {
      ...{
        workspace: 'shop',
        model_id: 'm',
        model_version: 1,
        as_of: toClickHouseTime(later),
        profile: profileOf.get('u1'),
      },
      ...{ score: 10, probability: 0.1, segment: 'LOW', confidence: 0.8, category: '', signals: [], contributions: [] },
      ...{ signal_values: [], scored_at: toClickHouseTime(later) },
    },
  ]);
  assert.equal((await ask('/drivers/movement')).body.scorings, moments.length + 1);
});

test('one scoring shows no movement, and says so [INT-18]', async () => {
  await store.facts.remove('scores', "workspace = 'shop' AND as_of < '2025-06-01 12:00:00.000'");
  const { body } = await ask('/drivers/movement');
  assert.deepEqual([body.steps, body.flow], [[], []]);
  assert.match(body.statement, /no second one yet/);
});
