// Waits with some cut short, against the remission times of Freireich et al. (1963), on which survival analysis is taught.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitHazards, kaplanMeier, readHazards, type Waits } from '../../../src/learn/index.ts';
import { createRandom } from '../../../src/math/index.ts';

/** Weeks in remission; a minus says that it lasted at least so long. */
const TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35];
const PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];

const waitsOf = (weeks: readonly number[]): Waits => ({
  days: Float32Array.from(weeks, Math.abs),
  happened: Uint8Array.from(weeks, (week) => (week > 0 ? 1 : 0)),
});
const both = waitsOf([...TREATED, ...PLACEBO]);
const isPlacebo = Float64Array.from({ length: 42 }, (_, i) => (i < 21 ? 0 : 1));
const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

test('the share spared is that of Kaplan and Meier on the remission times', () => {
  // Kleinbaum & Klein, Survival Analysis, table 2.2.
  const { days, spared } = kaplanMeier(waitsOf(TREATED));
  assert.deepEqual(days, [6, 7, 10, 13, 16, 22, 23]);
  const published = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482];
  spared.forEach((share, i) => {
    near(share, published[i], 5e-5);
  });
});

test('one stretch is the exponential model: rates are events by weeks watched', () => {
  const hazards = fitHazards(isPlacebo, both, { edges: [35], drifts: false, priorEvents: 0 });
  near(hazards.cumulative(0, 1), 9 / 359, 1e-9);
  near(hazards.cumulative(1, 1), 21 / 182, 1e-9);
});

test('a stretch for each week with an event is Cox’s regression with Breslow’s ties', () => {
  // R: coxph(Surv(weeks, relapse) ~ placebo, ties = "breslow") has 1.5092.
  const edges = [...new Set(both.days.filter((_, i) => both.happened[i] === 1))].sort((a, b) => a - b);
  // Cox's regression knows who is at risk on those weeks only: whoever is lost in between counts up to the week before.
  const days = both.days.map((day, i) => (both.happened[i] === 1 ? day : Math.max(...edges.filter((e) => e <= day))));
  const { slope } = fitHazards(isPlacebo, { ...both, days }, { edges, drifts: false, priorEvents: 0 }).toJSON();
  near(slope, 1.5092, 5e-5);
});

test('waits drawn from a known law are found again, with a score that says less the later it gets', () => {
  const random = createRandom('hazards');
  const people = 20_000;
  const z = Float64Array.from({ length: people }, () => random.normal());
  // Ten days at 0.02 · e^z a day, 0.02 · e^(0.2 z) after them, watched for 60 days at most.
  const until = z.map((score) => {
    const early = -Math.log(1 - random.uniform()) / (0.02 * Math.exp(score));
    return early < 10 ? early : 10 - Math.log(1 - random.uniform()) / (0.02 * Math.exp(0.2 * score));
  });
  const watched = z.map(() => 5 + 55 * random.uniform());
  const days = Float32Array.from(until, (day, i) => Math.min(day, watched[i]));
  const happened = Uint8Array.from(until, (day, i) => (day <= watched[i] ? 1 : 0));
  const early = fitHazards(z, { days, happened }, { edges: [10, 60] });
  for (const score of [-1, 0, 1]) {
    near(early.cumulative(score, 10) / (0.2 * Math.exp(score)), 1, 0.05);
    const late = early.cumulative(score, 50) - early.cumulative(score, 10);
    near(late / (0.8 * Math.exp(0.2 * score)), 1, 0.05);
    near(early.cumulative(score, early.dayOf(score, Math.LN2)), Math.LN2, 1e-9);
  }
  assert.deepEqual(readHazards(JSON.parse(JSON.stringify(early))).toJSON(), early.toJSON());
  assert.throws(() => readHazards({ ...early.toJSON(), edges: [2, 1] }), { code: 'model_file_invalid' });
});

test('nothing that happened is nothing to learn from, and days without an event have a rate still', () => {
  const none = { days: Float32Array.of(3, 4), happened: Uint8Array.of(0, 0) };
  assert.throws(() => fitHazards(Float64Array.of(0, 1), none, { edges: [5] }), { code: 'too_little_data' });
  const few = { days: Float32Array.of(3, 4, 30, 30), happened: Uint8Array.of(1, 1, 0, 0) };
  const hazards = fitHazards(Float64Array.of(1, 1, 0, 0), few, { edges: [1, 7, 14, 30] });
  assert.ok(hazards.cumulative(0, 14) > hazards.cumulative(0, 7));
  assert.ok(Number.isFinite(hazards.dayOf(-3, Math.LN2)));
});
