import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { isCrawler } from '../../src/collect/index.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import { openServer } from '../../src/server/index.ts';
import { openTestStore } from '../support/store.ts';

const folder = new URL('../../../shared/data/user_agents_and_logs/', import.meta.url);
const skip = existsSync(folder) ? false : 'shared/data/user_agents_and_logs is not here';
const read = (name: string) => gunzipSync(readFileSync(new URL(name, folder))).toString('utf8');

/**
 * Browsers inside apps, which the list counts among crawlers: by the number of an Android build that millions of phones
 * have, and by the mark of Facebook's own browser. People sit at both.
 */
const peopleOfTheList = new Set(['AP3A\\.240617\\.008', 'MetaIAB Facebook']);

test('every example of the list of crawlers is recognised, but two that are people', { skip }, () => {
  const list = JSON.parse(read('crawler-user-agents.json.gz')) as { pattern: string; instances: string[] }[];
  const examples = list.flatMap(({ pattern, instances }) => (peopleOfTheList.has(pattern) ? [] : instances));
  assert.ok(examples.length > 2100);
  assert.deepEqual(
    examples.filter((example) => !isCrawler(example)),
    [],
  );
});

/** Among the devices by a mistake of the list: two spiders and two blogs that carry the name of a maker of phones. */
const programsAmongDevices =
  /^(?:Http Connector Spider|Huaweisymantecspider|WordPress\/[\d.]+; http:\/\/(?:www\.)?samsung)/;

test('no browser or app among 16,000 devices is taken for a crawler', { skip }, () => {
  const devices = [...read('uap_test_device.yaml.gz').matchAll(/user_agent_string: *(.+)\n\s*family: *(.+)/g)]
    .map(([, text, family]) => ({ text: unquoted(text), family: unquoted(family) }))
    .filter(({ text, family }) => family !== 'Spider' && !programsAmongDevices.test(text));
  assert.ok(devices.length > 15_900, String(devices.length));
  assert.deepEqual(
    devices.filter(({ text }) => isCrawler(text)).map(({ text }) => text),
    [],
  );
});

function unquoted(text: string): string {
  if (text.startsWith("'")) return text.trim().slice(1, -1).replaceAll("''", "'");
  return text.startsWith('"') ? (JSON.parse(text.trim()) as string) : text.trim();
}

test("marks find programs that no list has, and let people's browsers be", () => {
  const programs = [
    'Mozilla/5.0 (compatible; Quxomatic/3.1)',
    'Quxomatic/3.1 (+https://quxomatic.example/about)',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 QuxLinkChecker/2',
    'quxbot',
    'python-requests/2.32.3',
  ];
  assert.deepEqual(
    programs.filter((agent) => !isCrawler(agent)),
    [],
  );
  const people = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 4.2.2; CUBOT C11 Build/JDQ39) AppleWebKit/537.36 Chrome/31.0.1650.57 Mobile Safari/537.36',
    'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)',
    '',
  ];
  assert.deepEqual(
    people.filter((agent) => isCrawler(agent)),
    [],
  );
});

test('a crawler is flagged and kept, over HTTP [CBP-2]', async () => {
  const store = await openTestStore({ after: (end) => after(end) });
  const now = new Date();
  const { writeKey } = await createWorkspace(store, { id: 'shop', name: 'Shop', timeZone: 'UTC', now });
  const server = await openServer({ store, logLevel: 'silent' });
  const agents = {
    crawler: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    person: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
  };
  for (const [userId, agent] of Object.entries(agents)) {
    const headers = { 'x-write-key': writeKey, 'user-agent': agent };
    const body = JSON.stringify({ userId, event: 'Product Viewed' });
    assert.equal((await fetch(`${server.address}/v1/track`, { method: 'POST', headers, body })).status, 200);
  }
  await server.close();
  const rows = await store.facts.rows<{ user_id: string; bot: number }>(
    'SELECT user_id, bot FROM events ORDER BY user_id',
  );
  assert.deepEqual(
    rows.map((row) => [row.user_id, row.bot]),
    [
      ['crawler', 1],
      ['person', 0],
    ],
  );
});
