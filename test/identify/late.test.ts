import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { perhapsFirst } from '../../src/identify/late.ts';
import type { Facts } from '../../src/store/index.ts';

const row = fc.record({ anchor: fc.constantFrom('a:1', 'a:2', 'a:3', 'a:4'), second: fc.integer({ min: 0, max: 30 }) });
const at = (second: number) => `2026-01-01 00:00:${String(second).padStart(2, '0')}.000`;

test('whoever is renamed by a late event is looked up, and nobody who was seen earlier [CBP-2]', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 12 }), (blocks) => {
      const facts = {} as Facts;
      const first = new Map<string, number>();
      let newest = -1;
      for (const [i, block] of blocks.filter((one) => one.length > 0).entries()) {
        const before = new Map(first);
        const wanted = perhapsFirst(
          facts,
          'w',
          block.map(({ anchor, second }) => ({ anchor, at: at(second) })),
        );
        const newestBefore = newest;
        for (const { anchor, second } of block) {
          first.set(anchor, Math.min(first.get(anchor) ?? 99, second));
          newest = Math.max(newest, second);
        }
        for (const [anchor, second] of first) {
          const moved = second < (before.get(anchor) ?? 99);
          const isLate = i === 0 || second < newestBefore;
          if (moved && isLate) assert.equal(wanted.get(anchor), at(second));
          if (!moved) assert.equal(wanted.has(anchor), false, `${anchor} was seen at ${second} before`);
        }
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('somebody who has not been seen for long is looked up again', () => {
  const facts = {} as Facts;
  perhapsFirst(facts, 'w', [{ anchor: 'a:old', at: at(1) }]);
  for (let from = 0; from < 150_000; from += 10_000) {
    const block = Array.from({ length: 10_000 }, (_, i) => ({ anchor: `a:${from + i}`, at: at(20) }));
    assert.equal(perhapsFirst(facts, 'w', block).size, 0);
  }
  assert.deepEqual([...perhapsFirst(facts, 'w', [{ anchor: 'a:old', at: at(5) }])], [['a:old', at(5)]]);
  assert.equal(perhapsFirst(facts, 'w', [{ anchor: 'a:149999', at: at(20) }]).size, 0);
});
