import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Inkling, type Loss } from '../../sdk/node/inkling.js';
import { testContract } from './contract.ts';
import { driveProcess } from './process.ts';
import { openScripted } from './scripted.ts';

const driver = fileURLToPath(new URL('driver.mjs', import.meta.url));
testContract('node', driveProcess(process.execPath, [driver]), false);

test('what cannot be written as JSON is reported, and the host goes on [MKT-18.2]', async () => {
  const scripted = await openScripted([]);
  const losses: Loss[] = [];
  const inkling = new Inkling({ key: 'k', address: scripted.address, onError: (loss) => losses.push(loss) });
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;
  inkling.track({ userId: 'u', event: 'Circle', properties: circle });
  inkling.track({ userId: 'u', event: 'Big', properties: { big: 1n } });
  // @ts-expect-error Not allowed, and harmless all the same.
  inkling.track(undefined);
  inkling.track({ userId: 'u', event: 'Good', properties: { nan: Number.NaN, date: new Date(0) } });
  assert.equal(await inkling.flush(), true);
  await inkling.close();
  inkling.track({ userId: 'u', event: 'Late' });
  await scripted.close();
  assert.deepEqual(
    losses.map(({ reason }) => reason),
    ['unreadable', 'unreadable', 'unreadable', 'closed'],
  );
  const [good, ...more] = scripted.delivered();
  assert.deepEqual([good['properties'], more], [{ nan: null, date: '1970-01-01T00:00:00.000Z' }, []]);
});

test('an object that changes after the call is sent as it was [MKT-18.2]', async () => {
  const scripted = await openScripted([]);
  const inkling = new Inkling({ key: 'k', address: `${scripted.address}/` });
  const properties = { total: 1 };
  inkling.track({ userId: 'u', event: 'Paid', properties });
  properties.total = 2;
  await inkling.close();
  await scripted.close();
  assert.deepEqual(
    scripted.delivered().map((message) => message['properties']),
    [{ total: 1 }],
  );
});

test('without a call to flush, messages go out by themselves [MKT-18.2]', async () => {
  const scripted = await openScripted([]);
  const inkling = new Inkling({ key: 'k', address: scripted.address, flushIntervalMs: 10 });
  inkling.track({ userId: 'u', event: 'Alone' });
  while (scripted.delivered().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await inkling.close();
  await scripted.close();
  assert.equal(scripted.requests.length, 1);
});

test('back-off is drawn from the whole range and grows to its cap [MKT-18.2]', async () => {
  const { backoff } = (await import(new URL('../../sdk/node/post.js', import.meta.url).href)) as {
    backoff(attempt: number, settings: object): number;
  };
  const settings = { retryBaseMs: 100, retryCapMs: 1000 };
  for (const [attempt, most] of [100, 200, 400, 800, 1000, 1000].entries()) {
    const drawn = Array.from({ length: 2000 }, () => backoff(attempt, settings));
    assert.ok(Math.max(...drawn) <= most && Math.max(...drawn) > 0.95 * most);
    assert.ok(Math.min(...drawn) < 0.05 * most);
  }
});
