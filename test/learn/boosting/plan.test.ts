// The memory of a fit is taken before its columns have been looked at: it must hold whatever they turn out to be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layOut, NODE_BYTES } from '../../../src/learn/boosting/layout.ts';
import { planMemory, SUMMARY } from '../../../src/learn/boosting/plan.ts';

const extent = fc.record({
  rows: fc.integer({ min: 1, max: 3_000_000 }),
  columnCount: fc.integer({ min: 1, max: 400 }),
  threads: fc.integer({ min: 1, max: 32 }),
  maxLeaves: fc.integer({ min: 1, max: 5000 }),
  maxBins: fc.integer({ min: 2, max: 255 }),
  weighted: fc.boolean(),
});
const column = fc.record({ bins: fc.double({ min: 0, max: 1 }), share: fc.constantFrom(0, 0.3, 0.79, 0.8, 0.95, 1) });

test('the planned memory holds the layout of any columns, dense or sparse [WH-8]', () => {
  fc.assert(
    fc.property(extent, fc.array(column, { minLength: 1, maxLength: 8 }), (asked, kinds) => {
      const plan = planMemory(asked);
      const summaries = new Int32Array(asked.columnCount * SUMMARY.words);
      for (let c = 0; c < asked.columnCount; c++) {
        const { bins, share } = kinds[c % kinds.length];
        const at = c * SUMMARY.words;
        summaries[at + SUMMARY.bins] = Math.max(1, Math.round(bins * asked.maxBins));
        summaries[at + SUMMARY.hasMissing] = c % 2;
        summaries[at + SUMMARY.commonestRows] = Math.ceil(share * asked.rows);
      }
      const layout = layOut(plan, summaries);
      // Nothing lies behind the nodes of the grown tree.
      assert.ok(layout.tree + NODE_BYTES * 2 * asked.maxLeaves <= plan.bytes);
      const places = [layout.parts, layout.found, layout.gathered, layout.slots, layout.sums, layout.allowed];
      assert.ok(places.every((at) => at >= plan.rest && at <= layout.tree));
    }),
    { seed: 3, numRuns: 500 },
  );
});
