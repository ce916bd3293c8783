import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom, sortFloats } from '../../src/math/index.ts';

test('numbers are sorted as the language sorts them: signs, zeros, infinities, the unknown, a stretch of a larger array', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 0, maxLength: 3000, size: 'max' }), fc.nat(3), (drawn, offset) => {
      const place = Float32Array.from([...Array(offset).fill(9), ...drawn]);
      const sorted = sortFloats(place.subarray(offset));
      assert.deepEqual(sorted, Float32Array.from(drawn).sort());
      assert.deepEqual([...place.subarray(0, offset)], Array(offset).fill(9));
    }),
    { numRuns: 60, seed: 7 },
  );
  const random = createRandom('many');
  const many = Float32Array.from({ length: 50_000 }, () => Math.round(random.int(50) - 25));
  many[77] = Number.NaN;
  assert.deepEqual(sortFloats(many.slice()), many.slice().sort());
});
