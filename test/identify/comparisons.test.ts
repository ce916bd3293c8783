// Every comparison says the same in memory and in SQL: over made-up values that are alike in all the ways that matter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, comparisons, openEncoder } from '../../src/learn/index.ts';
import { createRandom, type Random } from '../../src/math/index.ts';
import { openTestStore } from '../support/store.ts';

const { facts } = await openTestStore();

const PAIRS = 800;
const seeds: Record<string, readonly string[]> = {
  date: ['19081209', '19990219', '19600210', '19501205', '20010101'],
  amount: ['199', '199.99', '20', '21.5', '0.5', '1000'],
  count: ['1994', '1995', '1996', '2003', '7'],
  device: [
    'mobile|ios|safari|390x844|de|Europe/Berlin',
    'desktop|windows|chrome|1920x1080|en|',
    'tablet|ios|safari|810x1080|de|Europe/Berlin',
  ],
};
const words = [
  'elizabeth',
  'liz',
  'bob',
  'robert',
  'martha',
  'marhta',
  'smith',
  'tullaroop street',
  'sony dscw150',
  'dscw150r',
  '4011',
  '4811',
  'a',
  'queensland',
  'light street',
  'x1950 camera silver',
];

for (const comparison of comparisons) {
  test(`${comparison.name} gives the same level in memory and in SQL [WH-4]`, async () => {
    const pairs = pairsFor(comparison, createRandom(comparison.name));
    const values = pairs.flat();
    const weightOf = (word: string) => 1 + word.length / 4;
    const level = comparison.open(values, { weightOf });
    const own = pairs.map((_, p) => (values[2 * p] === values[2 * p + 1] ? 0 : level(2 * p, 2 * p + 1)));
    const sql = comparison.sql('a', 'b', (word) => `(1 + length(${word}) / 4)`);
    const rows = await facts.rows<{ level: number }>(
      `SELECT toUInt32(${sql}) AS level FROM (SELECT arrayJoin(arrayZip({a:Array(String)}, {b:Array(String)}, range(${PAIRS}))) AS t, t.1 AS a, t.2 AS b) ORDER BY t.3`,
      { a: pairs.map(([a]) => a), b: pairs.map(([, b]) => b) },
    );
    const differing = rows.flatMap(({ level: theirs }, p) =>
      theirs === own[p] ? [] : [{ pair: pairs[p], own: own[p], sql: theirs }],
    );
    assert.deepEqual(differing, []);
    assert.ok(new Set(own).size >= Math.min(3, comparison.levels.length), 'the pairs reach several levels');
    assert.ok(own.every((one) => one >= 0 && one < comparison.levels.length));
  });
}

function pairsFor({ name }: Comparison, random: Random): [string, string][] {
  if (name === 'encoded') return encodedPairs(random);
  const values = seeds[name] ?? words;
  return Array.from({ length: PAIRS }, () => {
    const a = values[random.int(values.length)];
    const other = random.uniform() < 0.3 ? values[random.int(values.length)] : a;
    return [
      a,
      name === 'amount' || name === 'count'
        ? other
        : name === 'date'
          ? mistyped(other, random, 2)
          : mistyped(other, random, 4),
    ];
  });
}

function encodedPairs(random: Random): [string, string][] {
  const { encode } = openEncoder('a secret');
  const value = () => words[random.int(words.length)].replace(/\d/g, 'd');
  return Array.from({ length: PAIRS }, () => {
    const a = value();
    const b = random.uniform() < 0.3 ? value() : mistyped(a, random, 3);
    return [encode('given_name', a), encode('given_name', b)];
  });
}

/** Up to so many letters replaced, left out or swapped; digits stay digits. */
function mistyped(value: string, random: Random, most: number): string {
  let text = value;
  for (let slip = random.int(most + 1); slip > 0 && text.length > 1; slip--) {
    const at = random.int(text.length - 1);
    const sign = /\d/.test(text[at])
      ? String(random.int(10))
      : text[at] === ' ' || text[at] === '|'
        ? text[at]
        : 'abcdefgh'[random.int(8)];
    const isFixed = value.length === 8 && /^\d+$/.test(value);
    const fate = random.int(isFixed ? 2 : 3);
    if (fate === 0) text = text.slice(0, at) + sign + text.slice(at + 1);
    else if (fate === 1) text = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
    else text = text.slice(0, at) + text.slice(at + 1);
  }
  return text.trim().replace(/ +/g, ' ') || value;
}
