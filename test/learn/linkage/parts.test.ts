import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cluster,
  kinds,
  link,
  nicknameOf,
  plainAddress,
  plainText,
  soundOf,
  type TextTable,
} from '../../../src/learn/index.ts';

test('texts of any script come to one ASCII spelling [WH-4]', () => {
  assert.equal(plainText('Jürgen  MÜLLER-Lüdenscheidt'), 'jurgen muller ludenscheidt');
  assert.equal(plainText('Straße Øre Łódź'), 'strasse ore lodz');
  assert.equal(plainText('Анна Чехова'), plainText('Anna Chekhova'));
  assert.equal(plainText('Γιώργος'), 'giorgos');
  assert.equal(plainText('AT&amp;T O’Neill'), 'at and t oneill');
  assert.match(plainText('王小明'), /^[a-z0-9]+$/);
  assert.equal(plainText(' — '), '');
});

test('streets are spelt out, nicknames and sounds meet [WH-4]', () => {
  assert.equal(plainAddress('12 St. Mary St'), '12 saint mary street');
  assert.equal(plainAddress('Hauptstr. 5'), 'hauptstrasse 5');
  assert.equal(plainAddress('N Main Ave'), 'north main avenue');
  assert.equal(nicknameOf('bob'), nicknameOf('robert'));
  assert.equal(soundOf('robert'), soundOf('rupert'));
  assert.equal(soundOf('ashcraft'), 'a261');
});

test('every kind of column describes itself [WH-4]', () => {
  assert.equal(new Set(kinds.map(({ name }) => name)).size, kinds.length);
  for (const { name, sentence, facets } of kinds) {
    assert.match(sentence, /^[A-Z].*\.$/, name);
    assert.ok(facets.length > 0, name);
    for (const facet of facets) assert.equal(facet.normalise(''), '', `${name} makes nothing of nothing`);
  }
});

test('a weak link that alone holds two groups together is taken out, in any order of the links', () => {
  const sure = [
    { left: 0, right: 1, probability: 0.999 },
    { left: 2, right: 3, probability: 0.999 },
    { left: 4, right: 5, probability: 0.9 },
  ];
  const bridge = { left: 1, right: 2, probability: 0.7 };
  for (const edges of [[...sure, bridge], [bridge, ...sure].reverse()]) {
    const { clusterOf, clusters, cut, largest } = cluster(6, edges);
    assert.deepEqual([...clusterOf], [0, 0, 2, 2, 4, 4]);
    assert.deepEqual([clusters, largest], [3, 2]);
    assert.deepEqual(cut, [bridge]);
  }
  const ring = cluster(4, [...sure.slice(0, 2), bridge, { left: 3, right: 0, probability: 0.7 }]);
  assert.equal(ring.clusters, 1, 'two ways across are no bridge');
});

test('days are compared by their digits, names in each other’s places are found, one partner each', async () => {
  const people = Array.from({ length: 60 }, (_, i) => ({
    first_name: `${'abcdefghij'[i % 10]}nna${'lmnopqrst'[i % 9]}e`,
    last_name: `${'bcdfghjklm'[(i * 7) % 10]}er${'abcdefghij'[Math.floor(i / 6)]}ov`,
    birth_date: `19${50 + (i % 50)}-${String(1 + (i % 12)).padStart(2, '0')}-${String(13 + (i % 15)).padStart(2, '0')}`,
    city: ['Leeds', 'York', 'Hull', 'Bath', 'Ely'][i % 5],
  }));
  const swapped = people.map((one, i) =>
    i % 6 === 0 ? { ...one, first_name: one.last_name, last_name: one.first_name } : one,
  );
  const { links, explain, model } = await link([tableOf(people), tableOf(swapped)], { leave: [] });
  assert.deepEqual(
    model.columns.map(({ kind }) => kind),
    ['given_name', 'surname', 'date', 'city'],
  );
  assert.equal(links.length, 60);
  assert.ok(links.every(({ left, right }) => right === 60 + left));
  const said = explain(0, 60)
    .steps.filter(({ field }) => field.endsWith('name'))
    .map(({ says }) => says);
  assert.deepEqual(said, ['stands in another field', 'stands in another field']);
});

function tableOf(rows: readonly Record<string, string>[]): TextTable {
  const columns = Object.keys(rows[0]).map((name) => {
    const texts = [...new Set(rows.map((row) => row[name]))];
    return { name, texts, codes: Int32Array.from(rows, (row) => texts.indexOf(row[name])) };
  });
  return { rows: rows.length, columns };
}
