// A history that events come to one by one says what one that was read at once says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEvents, openHistory } from '../../src/features/history.ts';
import { signals } from '../../src/features/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { addDays } from '../../src/time.ts';
import { asHistory, randomHistories } from './people.ts';

const asOf = new Date('2024-11-01T00:00:00Z');

test('events that come one by one, late ones and some twice among them, give the signals of the whole [CBP-9]', () => {
  const random = createRandom(5);
  for (let seed = 1; seed <= 12; seed++) {
    const whole = asHistory(randomHistories({ people: 1, most: 80, asOf, seed }));
    const kept = openEvents();
    const left = [...whole];
    const valuesOf = (history: ReturnType<typeof openHistory>) =>
      signals.map(({ measure }) => Math.fround(measure.evaluate(history)));
    while (left.length > 0) {
      // Mostly in order of time.
      const [event] = left.splice(random.uniform() < 0.8 ? 0 : random.int(left.length), 1);
      assert.equal(kept.put(event), true);
      assert.equal(kept.put(event), false, 'it is there already');
      if (random.uniform() < 0.1) valuesOf(openHistory(kept, asOf));
    }
    assert.equal(kept.all.length, whole.length);
    for (const moment of [asOf, addDays(asOf, -100)]) {
      assert.deepEqual(valuesOf(openHistory(kept, moment)), valuesOf(openHistory(whole, moment)), `seed ${seed}`);
    }
  }
});
