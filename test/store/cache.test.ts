// One contract for the cache, in memory and in Redis (REDIS_URL, or the one on this machine; skipped where there is none).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cache, openMemoryCache, openRedisCache } from '../../src/store/index.ts';

const redisUrl = process.env['REDIS_URL'] || 'redis://127.0.0.1:6379';
const caches: [name: string, open: () => Promise<Cache>, skip: string | false][] = [
  ['memory', async () => openMemoryCache(), false],
  ['Redis', () => openRedisCache(redisUrl), (await answers(redisUrl)) ? false : `no Redis at ${redisUrl}`],
];

for (const [name, open, skip] of caches) {
  test(`an answer holds until a mark is raised or its time is over: ${name} [WH-10]`, { skip }, async () => {
    const cache = await open();
    after(() => cache.close());
    // Of this run alone, for Redis is shared.
    const own = (text: string) => `${randomBytes(6).toString('hex')} ${text}`;
    const [key, other, brief] = ['key', 'other', 'brief'].map(own);
    const [anna, ben] = ['anna', 'ben'].map(own);
    const keep = async (at: string, marks: string[], ttlMs = 60_000) =>
      cache.set(at, `about ${at}`, { stand: await cache.stand(marks), ttlMs });

    assert.equal(await cache.get(key), undefined);
    await keep(key, [anna, ben]);
    await keep(other, [ben]);
    await keep(brief, [], 30);
    assert.equal(await cache.get(key), `about ${key}`);
    assert.equal(await cache.get(brief), `about ${brief}`);
    await cache.raise([anna]);
    assert.equal(await cache.get(key), undefined);
    assert.equal(await cache.get(other), `about ${other}`);
    await delay(60);
    assert.equal(await cache.get(brief), undefined);

    // Raised between the question how it stands and the answer: what is kept then is never handed out.
    const stand = await cache.stand([anna]);
    await cache.raise([anna]);
    await cache.set(key, 'too old', { stand, ttlMs: 60_000 });
    assert.equal(await cache.get(key), undefined);
    await keep(key, [anna]);
    assert.equal(await cache.get(key), `about ${key}`);
  });
}

test('without a Redis that answers nothing is kept and nothing fails [WH-10]', async () => {
  const cache = await openRedisCache('redis://127.0.0.1:1');
  const stand = await cache.stand(['anna']);
  await cache.set('key', 'text', { stand, ttlMs: 1000 });
  await cache.raise(['anna']);
  assert.equal(await cache.get('key'), undefined);
  await cache.close();
});

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
