// One by one or all at once, in any order: the same clusters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Label, type LinkageModel, link, linkAll, openLiveLinkage } from '../../../src/learn/index.ts';
import { drawRegister, registerColumns } from '../../../src/simulate/index.ts';
import { tableOf } from './registerTable.ts';

const settings = { seed: 11, records: 1500, duplicateShare: 0.5, mostDuplicates: 3, mostSlips: 4 };
const rows = [...drawRegister(settings)];
const learned = await link([tableOf(rows)], { leave: ['rec_id'], rules: 'always' });
const frozen = learned.freeze();
const forMore = await link([tableOf(rows)], { leave: ['rec_id'], rules: 'always', expected: 30_000 });
const frozenForMore = forMore.freeze();

test('records that come one by one make the clusters of one run over all, in any order [WH-4]', async () => {
  const reached = { several: false };
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(rows, { minLength: 100, maxLength: 400 }),
      fc.boolean(),
      fc.constantFrom(frozen, frozenForMore),
      async (some, spoken, model) => {
        const labels = spoken ? labelsOf(some) : [];
        const ids = some.map(([id]) => id);
        const whole = await linkAll(model, tableOf(some), ids, labels);
        const live = openLiveLinkage(model, { labels, capacity: 16 });
        for (const row of some) live.add(row[0], recordOf(row));
        const oneByOne = new Map(ids.map((id) => [id, live.clusterOf(id)]));
        assert.deepEqual(oneByOne, whole);
        if (new Set(whole.values()).size < ids.length) reached.several = true;
      },
    ),
    { numRuns: 15, seed: 5 },
  );
  assert.ok(reached.several, 'some clusters hold several records');
});

test('a person’s word stands against the weights, whichever record comes first [WH-4]', () => {
  const linked = learned.links.find(({ probability }) => probability > 0.999) as { left: number; right: number };
  const [a, b] = [rows[linked.left][0], rows[linked.right][0]];
  const pair = [rows[linked.left], rows[linked.right]];
  for (const order of [pair, [...pair].reverse()]) {
    const refused = openLiveLinkage(frozen, { labels: [{ left: a, right: b, same: false }] });
    for (const row of order) refused.add(row[0], recordOf(row));
    assert.notEqual(refused.clusterOf(a), refused.clusterOf(b));
    const free = openLiveLinkage(frozen);
    for (const row of order) free.add(row[0], recordOf(row));
    assert.equal(free.clusterOf(a), free.clusterOf(b));
  }
});

test('a model that is learned for more records bars keys earlier, and gives rules that cost them less [WH-4]', () => {
  assert.equal(frozenForMore.model.largestGroup, frozen.model.largestGroup / 20);
  const pairs = ({ rules }: LinkageModel) =>
    rules === 'all pairs' ? Number.NaN : rules.reduce((sum, rule) => sum + rule.pairs, 0);
  assert.ok(pairs(forMore.model) < pairs(learned.model));
});

test('most people of a register are found again, and few are taken for others [WH-4]', () => {
  assert.notEqual(learned.model.rules, 'all pairs');
  for (const model of [frozen, frozenForMore]) {
    const live = openLiveLinkage(model);
    for (const row of rows) live.add(row[0], recordOf(row));
    const numberOf = (id: string) => id.split('-')[1];
    let [right, said, all] = [0, 0, 0];
    const clusters = rows.map(([id]) => live.clusterOf(id));
    for (let i = 0; i < rows.length; i++) {
      for (let j = i + 1; j < rows.length; j++) {
        const same = numberOf(rows[i][0]) === numberOf(rows[j][0]);
        const joined = clusters[i] === clusters[j];
        if (same) all++;
        if (joined) said++;
        if (same && joined) right++;
      }
    }
    assert.ok((2 * right) / (said + all) > 0.95, `F1 ${(2 * right) / (said + all)}`);
  }
});

/** Every fifth record is said to be, or not to be, the one before it. */
function labelsOf(some: readonly string[][]): Label[] {
  return some.flatMap((row, i) =>
    i % 5 === 0 && i > 0 ? [{ left: row[0], right: some[i - 1][0], same: i % 2 === 0 }] : [],
  );
}

function recordOf(row: readonly string[]): Record<string, string> {
  return Object.fromEntries(registerColumns.map((name, c) => [name, row[c]]));
}
