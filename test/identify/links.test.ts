import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Change, type Evidence, type Kind, openLinks } from '../../src/identify/links.ts';

const LIMIT = 2;
const kindOf = (node: bigint) => ['u', 'a', 'e', 'p'][Number(node / 100n)] as Kind;

/** Users 0–7, anonymous ids 100–105, addresses 200–203, one thing at a time. */
const evidence = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constant('login' as const), fc.integer({ min: 0, max: 7 }), fc.integer({ min: 100, max: 105 })),
      fc.tuple(fc.constant('email' as const), fc.integer({ min: 0, max: 7 }), fc.integer({ min: 200, max: 203 })),
      fc.tuple(fc.constant('email' as const), fc.integer({ min: 100, max: 105 }), fc.integer({ min: 200, max: 203 })),
      fc.tuple(fc.constant('alias' as const), fc.integer({ min: 0, max: 7 }), fc.integer({ min: 100, max: 105 })),
    ),
    { maxLength: 40 },
  )
  .map((list) => {
    const seen = new Set<string>();
    return list
      .filter((entry) => !seen.has(String(entry)) && seen.add(String(entry)))
      .map(([method, a, b], i): Evidence => {
        const [x, y] = [BigInt(a), BigInt(b)];
        return { at: i + 1, a: x, b: y, kindA: kindOf(x), kindB: kindOf(y), method, revoked: false };
      });
  });

/** The rules as one would say them, computed from scratch. */
function profilesByTheBook(all: readonly Evidence[]): Map<bigint, bigint> {
  const born = new Map<bigint, number>();
  for (const row of all) for (const node of [row.a, row.b]) if (!born.has(node)) born.set(node, row.at);
  const owner = new Map<bigint, bigint>();
  for (const row of all) if (row.method === 'login' && !owner.has(row.b)) owner.set(row.b, row.a);
  const carriers = (address: bigint) =>
    new Set(all.filter((row) => row.method === 'email' && row.b === address && row.kindA === 'u').map((row) => row.a))
      .size;
  const links = all.filter((row) => {
    if (row.method === 'login') return owner.get(row.b) === row.a;
    return row.method === 'alias' || carriers(row.b) <= LIMIT;
  });
  const profile = new Map<bigint, bigint>();
  const byAge = [...born.keys()].sort(
    (a, b) => born.get(a)! - born.get(b)! || 'uaep'.indexOf(kindOf(a)) - 'uaep'.indexOf(kindOf(b)) || (a < b ? -1 : 1),
  );
  for (const oldest of byAge) {
    const reach = (node: bigint) => {
      if (profile.has(node)) return;
      profile.set(node, oldest);
      for (const { a, b } of links) if (a === node || b === node) reach(a === node ? b : a);
    };
    reach(oldest);
  }
  return profile;
}

test('links in order of time are what the rules say of all evidence up to then [WH-3]', () => {
  fc.assert(
    fc.property(evidence, (all) => {
      const changes: Change[] = [];
      const links = openLinks((change) => changes.push(change), LIMIT);
      for (const [i, row] of all.entries()) {
        links.add(row);
        const expected = profilesByTheBook(all.slice(0, i + 1));
        for (const [node, profile] of expected)
          assert.equal(links.profileOf(node), profile, `node ${node} after ${i + 1}`);
      }
      links.finish();
      // Replaying what was handed over gives the same profiles.
      const map = new Map(changes.map((change) => [change.node, change.profile]));
      for (const [node, profile] of profilesByTheBook(all)) assert.equal(map.get(node) ?? node, profile);
    }),
    { numRuns: 300 },
  );
});

test('a revoked link parts the two, and parts nothing that still hangs together', () => {
  const links = openLinks(() => {});
  const link = (at: number, a: bigint, b: bigint, revoked = false) =>
    links.add({ at, a, b, kindA: kindOf(a), kindB: kindOf(b), method: 'email', revoked });
  link(1, 1n, 200n);
  link(2, 2n, 200n);
  link(3, 1n, 201n);
  link(4, 2n, 201n);
  assert.equal(links.profileOf(2n), links.profileOf(1n));
  link(5, 2n, 200n, true);
  assert.equal(links.profileOf(2n), links.profileOf(1n), 'the other address still holds them together');
  link(6, 2n, 201n, true);
  assert.equal(links.profileOf(2n), 2n);
  assert.equal(links.profileOf(200n), 1n);
});

test('many identifiers find their numbers and keep their profiles', () => {
  let changes = 0;
  const links = openLinks(() => changes++);
  for (let i = 0; i < 20_000; i++) {
    const a = BigInt.asUintN(64, BigInt(i) * 0x9e3779b97f4a7c15n);
    links.add({ at: i, a, b: a ^ 1n, kindA: 'u', kindB: 'a', method: 'login', revoked: false });
  }
  links.finish();
  assert.equal(changes, 20_000);
  assert.equal(links.profileOf(0x9e3779b97f4a7c15n ^ 1n), 0x9e3779b97f4a7c15n);
  assert.equal(links.profileOf(12345n), 12345n, 'what was never linked is its own profile');
});
