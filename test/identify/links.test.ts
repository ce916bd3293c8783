import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Method } from '../../src/identify/evidence.ts';
import { type Change, type Evidence, openLinks } from '../../src/identify/links.ts';
import { type LinkRules, linkRules, withChange } from '../../src/identify/rules.ts';

// Few of everything, so that every rule comes into play: users 0–7, anonymous ids 100–105, addresses 200–203, devices 400–402.
const rules = linkRules(
  withChange({
    types: {
      user: { perProfile: 3 },
      email: { carriedByUsers: 2, carriedByOthers: 2, perProfile: 2 },
      anonymous: { carriedByOthers: 2, perProfile: 4 },
    },
  }),
  ['crm'],
);
const typeAt = (node: bigint) => [0, 1, 2, 3, 4, rules.names.indexOf('crm')][Number(node / 100n)];
const typeName = (node: bigint) => rules.names[typeAt(node)];

const user = fc.integer({ min: 0, max: 7 });
const anonymous = fc.integer({ min: 100, max: 105 });
const address = fc.integer({ min: 200, max: 203 });
const device = fc.integer({ min: 400, max: 402 });
const pairs: Record<Exclude<Method, 'phone' | 'external'>, fc.Arbitrary<[number, number]>> = {
  login: fc.tuple(user, anonymous),
  email: fc.tuple(fc.oneof(user, anonymous), address),
  device: fc.tuple(fc.oneof(user, anonymous), device),
  alias: fc.tuple(user, anonymous),
  probabilistic: fc.tuple(user, user),
  person: fc.tuple(user, fc.oneof(user, anonymous)),
  apart: fc.tuple(user, fc.oneof(user, anonymous)),
};

/** One thing at a time; a pair that comes again ends what it began, or begins it anew. */
const evidence = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constant<Method>('login'), pairs.login) },
      { weight: 4, arbitrary: fc.tuple(fc.constant<Method>('email'), pairs.email) },
      ...(['device', 'alias', 'probabilistic', 'person', 'apart'] as const).map((method) => ({
        weight: 1,
        arbitrary: fc.tuple(fc.constant<Method>(method), pairs[method]),
      })),
    ),
    { maxLength: 45, size: 'max' },
  )
  .map((list) => {
    const holds = new Map<string, boolean>();
    return list.flatMap(([method, [a, b]], i): Evidence[] => {
      if (a === b) return [];
      const key = `${method} ${a} ${b}`;
      const revoked = holds.get(key) === true;
      holds.set(key, !revoked);
      const [x, y] = [BigInt(a), BigInt(b)];
      return [{ at: i + 1, a: x, b: y, typeA: typeAt(x), typeB: typeAt(y), method, revoked }];
    });
  });

/** The rules as one would say them, computed from scratch: all that holds now, in order of time. */
function profilesByTheBook(all: readonly Evidence[], { types }: LinkRules): Map<bigint, bigint> {
  const born = new Map<bigint, number>();
  for (const row of all) for (const node of [row.a, row.b]) if (!born.has(node)) born.set(node, row.at);
  // What ended and holds again stands where it stood first.
  const [holding, first] = [new Map<string, Evidence>(), new Map<string, Evidence>()];
  for (const row of all) {
    const key = `${row.method} ${row.a} ${row.b}`;
    if (!first.has(key)) first.set(key, row);
    if (row.revoked) holding.delete(key);
    else holding.set(key, first.get(key)!);
  }
  const links = [...holding.values()].filter((row) => row.method !== 'apart').sort((x, y) => x.at - y.at);
  const apart = [...holding.values()].filter((row) => row.method === 'apart');
  const people = new Map<bigint, Set<bigint>>([...born.keys()].map((node) => [node, new Set([node])]));
  const carried = (row: Evidence) => {
    const [strong, weak] = types[row.typeA].priority < types[row.typeB].priority ? [row.a, row.b] : [row.b, row.a];
    return { strong, weak };
  };
  const isCarrying = (row: Evidence) => ['login', 'email', 'device'].includes(row.method);
  for (const row of links) {
    if (isCarrying(row)) {
      const { strong, weak } = carried(row);
      const rule = types[typeAt(weak)];
      const most = (typeName(strong) === 'user' ? rule.carriedByUsers : rule.carriedByOthers) ?? Infinity;
      const carriers = links
        .filter((other) => isCarrying(other) && carried(other).weak === weak)
        .map((other) => carried(other).strong)
        .filter((other) => typeName(other) === typeName(strong));
      const distinct = [...new Set(carriers)];
      if (distinct.length > most && (rule.whenShared === 'nobody' || !distinct.slice(0, most).includes(strong)))
        continue;
    }
    const [x, y] = [people.get(row.a)!, people.get(row.b)!];
    if (x === y) continue;
    if (apart.some(({ a, b }) => (x.has(a) && y.has(b)) || (x.has(b) && y.has(a)))) continue;
    const both = [...x, ...y];
    const count = (of: Iterable<bigint>, type: number) => [...of].filter((node) => typeAt(node) === type).length;
    const full = types.some(
      ({ perProfile }, type) =>
        perProfile !== null && count(x, type) > 0 && count(y, type) > 0 && count(both, type) > perProfile,
    );
    if (full && row.method !== 'person') continue;
    const one = new Set(both);
    for (const node of both) people.set(node, one);
  }
  const older = (a: bigint, b: bigint) => born.get(a)! - born.get(b)! || typeAt(a) - typeAt(b) || (a < b ? -1 : 1);
  return new Map([...people].map(([node, all]) => [node, [...all].sort(older)[0]]));
}

test('links in order of time are what the rules say of all evidence up to then, undone evidence and refusals too [WH-3]', () => {
  let limited = 0;
  fc.assert(
    fc.property(evidence, (all) => {
      const changes: Change[] = [];
      const links = openLinks((change) => changes.push(change), { rules });
      for (const [i, row] of all.entries()) {
        links.add(row);
        const expected = profilesByTheBook(all.slice(0, i + 1), rules);
        for (const [node, profile] of expected)
          assert.equal(links.profileOf(node), profile, `node ${node} after ${i + 1}`);
      }
      links.finish();
      limited += [...links.stopped()].filter(({ reason }) => reason === 'limit').length;
      // Replaying what was handed over gives the same profiles.
      const map = new Map(changes.map((change) => [change.node, change.profile]));
      for (const [node, profile] of profilesByTheBook(all, rules)) assert.equal(map.get(node) ?? node, profile);
    }),
    { numRuns: 400 },
  );
  assert.ok(limited > 20, `limits came into play ${limited} times`);
});

const open = (change = {}) => openLinks(() => {}, { rules: linkRules(withChange(change), ['crm']) });
const evidenceOf = (at: number, a: bigint, b: bigint, method: Method, revoked = false): Evidence => ({
  at,
  a,
  b,
  typeA: typeAt(a),
  typeB: typeAt(b),
  method,
  revoked,
});

test('a revoked link parts the two, and parts nothing that still hangs together', () => {
  const links = open();
  const link = (at: number, a: bigint, b: bigint, revoked = false) => links.add(evidenceOf(at, a, b, 'email', revoked));
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

test('a kiosk, a call-centre number and a company address weld no town together', () => {
  const links = open();
  for (let i = 0; i < 300; i++) {
    const person = BigInt(10_000 + i);
    const of = (a: bigint, b: bigint, type: number, method: Method) =>
      links.add({ at: i + 1, a, b, typeA: 0, typeB: type, method, revoked: false });
    of(person, 1_000_000n, 1, 'login');
    of(person, 2_000_000n, 2, 'email');
    of(person, 3_000_000n, 3, 'phone');
    of(person, 4_000_000n, 4, 'device');
  }
  const sizes = new Map<bigint, number>();
  for (const { profile } of links.all()) sizes.set(profile, (sizes.get(profile) ?? 0) + 1);
  assert.ok(Math.max(...sizes.values()) <= 3, 'the first keeps the kiosk and the device');
  const reasons = Map.groupBy(links.stopped(), ({ type, reason }) => `${type} ${reason}`);
  assert.deepEqual(Object.fromEntries([...reasons].map(([reason, rows]) => [reason, rows.length])), {
    'anonymous shared': 299,
    'email shared': 300,
    'phone shared': 300,
    'device shared': 299,
  });
});

test('an agent who types in everybody’s address becomes no customer of them all', () => {
  const links = open();
  const agent = 1n;
  for (let i = 0; i < 60; i++) {
    links.add({
      at: 2 * i,
      a: BigInt(100_000 + i),
      b: BigInt(200_000 + i),
      typeA: 0,
      typeB: 2,
      method: 'email',
      revoked: false,
    });
    links.add({ at: 2 * i + 1, a: agent, b: BigInt(200_000 + i), typeA: 0, typeB: 2, method: 'email', revoked: false });
  }
  const mine = [...links.all()].filter(({ profile }) => profile === links.profileOf(agent));
  assert.equal(mine.filter(({ node }) => node < 200_000n).length, 5, 'a person has five user ids at most');
  assert.equal([...links.stopped()].filter(({ reason, type }) => reason === 'limit' && type === 'user').length, 56);
});

test('a window counts only what was seen first within it', () => {
  const day = 86_400_000;
  const links = open({ types: { email: { perProfile: 2, windowDays: 10 } } });
  for (const [i, at] of [0, 1, 2, 20].entries()) links.add(evidenceOf(at * day, 1n, 200n + BigInt(i), 'email'));
  assert.deepEqual(
    [...links.stopped()].map(({ b, reason, type }) => ({ b, reason, type })),
    [{ b: 202n, reason: 'limit', type: 'email' }],
  );
  assert.equal(links.profileOf(203n), links.profileOf(1n));
});

test('blocked values link nobody', () => {
  const links = openLinks(() => {}, { rules, blocked: new Set([200n]) });
  links.add(evidenceOf(1, 1n, 200n, 'email'));
  links.add(evidenceOf(2, 2n, 200n, 'email'));
  assert.notEqual(links.profileOf(1n), links.profileOf(2n));
  assert.deepEqual(new Set([...links.stopped()].map(({ reason }) => reason)), new Set(['blocked']));
});

test('many identifiers find their numbers and keep their profiles', () => {
  let changes = 0;
  const links = openLinks(() => changes++, { rules });
  for (let i = 0; i < 20_000; i++) {
    const a = BigInt.asUintN(64, BigInt(i) * 0x9e3779b97f4a7c15n);
    links.add({ at: i, a, b: a ^ 1n, typeA: 0, typeB: 1, method: 'login', revoked: false });
  }
  links.finish();
  assert.equal(changes, 20_000);
  assert.equal(links.profileOf(0x9e3779b97f4a7c15n ^ 1n), 0x9e3779b97f4a7c15n);
  assert.equal(links.profileOf(12345n), 12345n, 'what was never linked is its own profile');
});
