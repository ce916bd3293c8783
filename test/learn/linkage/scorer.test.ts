// Most pairs are given up early by a bound on what they can weigh. No pair may be lost by that, nor weigh anything else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { link } from '../../../src/learn/index.ts';
import { drawRegister } from '../../../src/simulate/index.ts';
import { tableOf } from './registerTable.ts';

test('the pairs that are linked are those whose explanation reaches the threshold, with the same weight [WH-4]', async () => {
  const settings = { seed: 5, records: 400, duplicateShare: 0.5, mostDuplicates: 3, mostSlips: 4 };
  const rows = [...drawRegister(settings)];
  const { links, explain, threshold } = await link([tableOf(rows)], { leave: ['rec_id'] });
  const weightOf = new Map(links.map(({ left, right, weight }) => [`${left} ${right}`, weight]));
  let linked = 0;
  for (let r = 0; r < rows.length; r++) {
    for (let s = r + 1; s < rows.length; s++) {
      const { weight, probability } = explain(r, s);
      const own = weightOf.get(`${r} ${s}`);
      if (own !== undefined) linked++;
      if (own === undefined) assert.ok(probability < threshold + 1e-9, `${r} and ${s} were lost at ${probability}`);
      else assert.ok(Math.abs(own - weight) < 1e-4, `${r} and ${s} weigh ${own}, explained as ${weight}`);
    }
  }
  assert.ok(linked > 100 && linked === links.length);
});
