// How well programs are told from people: on the simulated shop, whose truth is known, and as a matter of plausibility on
// a real web server's log, where the agent's own word is the only truth (and may be left out of what is judged).
// Run: node bench/bots.ts [--shoppers 3000] [--share 0.05]

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { isCrawler, loadMessages, type SegmentMessage } from '../src/collect/index.ts';
import { ensureWorkspace } from '../src/govern/index.ts';
import { BOT_SCORE, nodeOf, resolveAll } from '../src/identify/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { openStore, type Store } from '../src/store/index.ts';
import { addDays } from '../src/time.ts';

const { values } = parseArgs({
  options: { shoppers: { type: 'string', default: '3000' }, share: { type: 'string', default: '0.05' } },
});
const now = new Date('2025-07-02T00:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-'));
const store = await openStore({ dataDir: folder });
try {
  await judgeShop(store);
  await judgeLog(store);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function judgeShop(store: Store): Promise<void> {
  const shop = openShop({
    shoppers: Number(values.shoppers),
    botShare: Number(values.share),
    days: 90,
    seed: 3,
    end: new Date('2025-07-01T00:00:00Z'),
  });
  const workspace = await fill(store, 'shop', shop.events());
  const bots = await flagged(store, workspace);
  const agents = await store.facts.rows<{ node: string }>(
    'SELECT node FROM events WHERE workspace = {workspace:String} GROUP BY node HAVING min(bot) = 1',
    { workspace },
  );
  const crawlers = new Set(agents.map(({ node }) => BigInt(node)));
  const profileOf = await profiles(store, workspace);
  const truth = [...shop.truthAt(addDays(shop.settings.end, 0), 7)].filter(({ anchors }) => anchors.length > 0);
  const isFlagged = (anchors: readonly string[]) => anchors.some((anchor) => bots.has(profileOf(nodeOf(anchor))));
  const count = (which: (person: (typeof truth)[number]) => boolean) => truth.filter(which).length;
  const hidden = (person: (typeof truth)[number]) =>
    person.bot && !person.anchors.some((anchor) => crawlers.has(nodeOf(anchor)));
  const caught = count((person) => person.bot && isFlagged(person.anchors));
  const wrongly = count((person) => !person.bot && isFlagged(person.anchors));
  const rows: [string, string][] = [
    ['people', String(count(({ bot }) => !bot))],
    ['programs', String(count(({ bot }) => bot))],
    ['precision', percent(caught, caught + wrongly)],
    [
      'recall',
      percent(
        caught,
        count(({ bot }) => bot),
      ),
    ],
    ['people taken for programs', String(wrongly)],
    [
      'recall among those whose agent is a browser’s',
      percent(
        count((person) => hidden(person) && isFlagged(person.anchors)),
        count(hidden),
      ),
    ],
    [
      'people with an order taken for programs',
      String(count((p) => !p.bot && p.bought === true && isFlagged(p.anchors))),
    ],
  ];
  console.log(`| simulated shop | |\n| --- | ---: |\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);
}

/** A visitor of the log is an address with an agent; what asks for images and scripts only is no page view. */
async function judgeLog(store: Store): Promise<void> {
  const file = new URL('../../shared/data/user_agents_and_logs/apache_access.log.gz', import.meta.url);
  if (!existsSync(file)) return;
  const visitors = new Map<string, { agent: string; views: number }>();
  const messages: SegmentMessage[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    const found = /^(\S+) \S+ \S+ \[([^\]]+)\] "GET (\S+) [^"]*" 200 \S+ "[^"]*" "([^"]*)"/.exec(line);
    if (!found || /\.(png|jpe?g|gif|css|js|ico|svg|woff2?)(\?|$)/i.test(found[3])) continue;
    const [, address, moment, path, agent] = found;
    const id = `${address} ${agent}`;
    const at = new Date(moment.replace(/^(\d+)\/(\w+)\/(\d+):/, '$1 $2 $3 '));
    visitors.set(id, { agent, views: (visitors.get(id)?.views ?? 0) + 1 });
    // The agent is kept from the judge: only behaviour speaks.
    const page = { path: path.split('?')[0], url: `http://log.example${path}` };
    messages.push({ type: 'page', anonymousId: id, timestamp: at.toISOString(), properties: page, context: { page } });
  }
  const workspace = await fill(store, 'log', messages);
  const bots = await flagged(store, workspace);
  const all = [...visitors].map(([id, visitor]) => ({
    ...visitor,
    says: isCrawler(visitor.agent),
    seems: bots.has(nodeOf(`a:${id}`)),
  }));
  const views = (which: (v: (typeof all)[number]) => boolean) =>
    all.filter(which).reduce((sum, visitor) => sum + visitor.views, 0);
  console.log(`| web server log, by behaviour alone | visitors | page views |\n| --- | ---: | ---: |`);
  for (const [name, which] of [
    ['all', () => true],
    ['say they are programs', (v) => v.says],
    ['of them flagged', (v) => v.says && v.seems],
    ['say they are browsers and flagged', (v) => !v.says && v.seems],
  ] as [string, (v: (typeof all)[number]) => boolean][]) {
    console.log(`| ${name} | ${all.filter(which).length} | ${views(which)} |`);
  }
  for (const visitor of all.filter((v) => !v.says && v.seems))
    console.log(`flagged: ${visitor.views} × ${visitor.agent}`);
}

async function fill(store: Store, id: string, messages: Iterable<unknown>): Promise<string> {
  await ensureWorkspace(store, id, now);
  await loadMessages(store, { workspace: id, source: 'bench', messages: messages as Iterable<SegmentMessage>, now });
  await resolveAll(store, { workspace: id, now });
  return id;
}

async function flagged(store: Store, workspace: string): Promise<Set<bigint>> {
  const rows = await store.facts.rows<{ profile: string }>(
    'SELECT profile FROM profiles FINAL WHERE workspace = {workspace:String} AND bot = 1',
    { workspace },
  );
  const reasons = await store.facts.rows<{ reason: string; visits: string }>(
    `SELECT arrayJoin(bot_reasons) AS reason, count() AS visits FROM sessions FINAL
     WHERE workspace = {workspace:String} AND bot_score >= ${BOT_SCORE} GROUP BY reason ORDER BY visits DESC`,
    { workspace },
  );
  console.log(`visits by reason: ${reasons.map(({ reason, visits }) => `${reason} ${visits}`).join(', ')}\n`);
  return new Set(rows.map(({ profile }) => BigInt(profile)));
}

async function profiles(store: Store, workspace: string): Promise<(node: bigint) => bigint> {
  const rows = await store.facts.rows<{ node: string; profile: string }>(
    `SELECT node, argMax(profile, (since, version)) AS profile FROM identity_map
     WHERE workspace = {workspace:String} GROUP BY node`,
    { workspace },
  );
  const map = new Map(rows.map(({ node, profile }) => [BigInt(node), BigInt(profile)]));
  return (node) => map.get(node) ?? node;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} %`;
}
