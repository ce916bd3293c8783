// The truth is true: it foretells what happens within its sampling error, agrees with the messages to the last order,
// and bounds what any model can reach. All on fixed seeds, so a failure is a fault and no bad luck.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { logistic, rocAuc } from '../../src/learn/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { openCalendar } from '../../src/simulate/calendar.ts';
import { stockShelves } from '../../src/simulate/catalogue.ts';
import { openShop, type SegmentMessage, type Truth } from '../../src/simulate/index.ts';
import {
  anomalyProbability,
  bulkOrderShare,
  buyProbability,
  forceOn,
  intents,
  isMailed,
  openedFactor,
  purchaseProbability,
  transitions,
} from '../../src/simulate/intent.ts';
import { type Shopper, settle } from '../../src/simulate/population.ts';
import { readSettings, startOf } from '../../src/simulate/settings.ts';
import { addDays } from '../../src/time.ts';
import { type Journal, keepJournal, rowsOn } from './rough.ts';

const end = new Date('2025-07-01T00:00:00Z');
const shop = openShop({ end });
const start = addDays(end, -180);
let journal: Journal;
before(() => {
  journal = keepJournal(shop);
});

const anchorOf = (message: SegmentMessage) => (message.userId ? `u:${message.userId}` : `a:${message.anonymousId}`);
const asked = new Map<string, Truth[]>();
/** Known people as of the day; each question is answered once, because an answer takes a replay. */
function people(day: number, timeframeDays: number): Truth[] {
  const question = `${day} ${timeframeDays}`;
  if (!asked.has(question)) {
    const truth = [...shop.truthAt(addDays(start, day), timeframeDays)];
    asked.set(
      question,
      truth.filter((person) => person.known && !person.bot),
    );
  }
  return asked.get(question)!;
}
const share = (persons: Truth[], is: (person: Truth) => boolean) => persons.filter(is).length / persons.length;

test('the truth is calibrated: rates by decile lie within their error, for 7, 14 and 30 days', () => {
  for (const timeframeDays of [7, 14, 30]) {
    const all = [60, 90, 120, 150]
      .flatMap((day) => people(day, timeframeDays))
      .sort((a, b) => a.probability - b.probability);
    assert.ok(Math.abs(deviation(all)) < 3.5, `all, ${timeframeDays} days: z = ${deviation(all)}`);
    for (let decile = 0; decile < 10; decile++) {
      const part = all.slice(Math.floor((decile * all.length) / 10), Math.floor(((decile + 1) * all.length) / 10));
      assert.ok(Math.abs(deviation(part)) < 4, `decile ${decile}, ${timeframeDays} days: z = ${deviation(part)}`);
    }
  }
});

test('the recursion equals the sum over all paths', () => {
  const settings = readSettings({ shoppers: 150, anomalyShare: 0.5, noise: 0.8, end }, end);
  const random = createRandom(4);
  const shoppers = settle(settings, stockShelves(settings, random), 99, random);
  const calendar = openCalendar(settings, startOf(settings));
  let mailed = 0;
  for (const shopper of shoppers) {
    for (const firstDay of [20, 21, 22, 23, 24, 25, 26, 100]) {
      for (let day = firstDay; day < firstDay + 3; day++) {
        if (isMailed(calendar(day), shopper, settings, 'as-drawn')) mailed++;
      }
      for (let state = 0; state < intents.length; state++) {
        const summed = 1 - survival(shopper, state, firstDay, 3);
        const recursed = purchaseProbability(shopper, state, firstDay, 3, calendar, settings);
        assert.ok(Math.abs(summed - recursed) < 1e-12, `${summed} ${recursed}`);
      }
    }
  }
  assert.ok(mailed > 50);

  function survival(shopper: Shopper, state: number, day: number, days: number): number {
    if (days === 0) return 1;
    const today = calendar(day);
    const force = forceOn(today, shopper, settings, 'as-drawn');
    const openRate = isMailed(today, shopper, settings, 'as-drawn') ? shopper.openRate : 0;
    let sum = 0;
    for (const [weight, factor] of [
      [1 - openRate, 1],
      [openRate, openedFactor(shopper, settings)],
    ]) {
      const row = new Float64Array(intents.length);
      transitions(shopper, state, force.drive * factor, row);
      const keeps = (1 - buyProbability(shopper, state, force.buying * factor, settings)) * weight;
      for (let next = 0; next < row.length; next++)
        sum += keeps * row[next] * survival(shopper, next, day + 1, days - 1);
    }
    return sum * (1 - anomalyProbability(settings) * bulkOrderShare);
  }
});

test('transitions are probabilities', () => {
  const settings = readSettings({ shoppers: 200, end }, end);
  const random = createRandom(5);
  const row = new Float64Array(intents.length);
  for (const shopper of settle(settings, stockShelves(settings, random), 1, random)) {
    for (let state = 0; state < intents.length; state++) {
      transitions(shopper, state, 6, row);
      assert.ok(row.every((probability) => probability >= 0 && probability <= 1));
      assert.ok(Math.abs(row.reduce((sum, probability) => sum + probability, 0) - 1) < 1e-12);
    }
  }
});

test('who bought, who is known and under which names: truth and messages agree to the last person', () => {
  const asOf = addDays(start, 120);
  const until = addDays(start, 134).toISOString();
  const truth = [...shop.truthAt(asOf, 14)];
  const owners = new Map<string, number>();
  for (const { shopper, anchors } of truth) {
    for (const anchor of anchors) {
      assert.ok(!owners.has(anchor), `${anchor} has two owners`);
      owners.set(anchor, shopper);
    }
  }
  const everyone = new Map<string, number>();
  for (const { shopper, anchors } of shop.truthAt(end, 1)) for (const a of anchors) everyone.set(a, shopper);
  const heard = new Set<number>();
  const bought = new Set<number>();
  for (const message of shop.events()) {
    if (message.timestamp >= until) break;
    const owner = everyone.get(anchorOf(message))!;
    assert.notEqual(owner, undefined, anchorOf(message));
    if (message.timestamp < asOf.toISOString()) {
      assert.equal(owners.get(anchorOf(message)), owner);
      heard.add(owner);
    } else if (message.event === 'Order Completed') bought.add(owner);
  }
  for (const { shopper, known, bought: saysBought } of truth) {
    assert.equal(known, heard.has(shopper), `shopper ${shopper} known`);
    assert.equal(saysBought, bought.has(shopper), `shopper ${shopper} bought`);
  }
  assert.ok(bought.size > 300);
});

test('what lies beyond the history is not known, only its probability', () => {
  const persons = [...shop.truthAt(addDays(end, -7), 14)].filter((person) => !person.bot);
  assert.ok(persons.every((person) => person.bought === null));
  assert.ok(persons.every((person) => person.probability > 0 && person.probability < 1));
});

test('the best possible AUC is useful and below 0.95, rates are those of a shop, and some people are nearly sure', () => {
  for (const [timeframeDays, low, high] of [
    [7, 0.88, 0.95],
    [14, 0.86, 0.93],
    [30, 0.83, 0.92],
  ]) {
    for (const day of [120, 150]) {
      const persons = people(day, timeframeDays);
      const auc = rocAuc(
        persons.map(({ bought }) => (bought ? 1 : 0)),
        persons.map(({ probability }) => probability),
      );
      assert.ok(auc > low && auc < high, `${timeframeDays} days: ${auc}`);
    }
  }
  const persons = people(150, 14);
  const rate = share(persons, ({ bought }) => bought === true);
  assert.ok(rate > 0.04 && rate < 0.08, `${rate}`);
  const sure = share(persons, ({ probability }) => probability >= 0.7);
  assert.ok(sure > 0.01 && sure < 0.05, `${sure}`);
});

test('a rough model comes within 0.06 of the best possible AUC, and not above it', () => {
  const past = rowsOn(shop, journal, [80, 94, 108, 122, 136], 14);
  const now = rowsOn(shop, journal, [150], 14);
  const best = rocAuc(now.y, now.truth);
  const rough = rocAuc(now.y, logistic.fit(past.x, past.y).predict(now.x));
  assert.ok(rough < best && rough > best - 0.06, `${rough} of ${best}`);
});

/** How many standard deviations the number of buyers lies from its expectation (Poisson binomial). */
function deviation(persons: readonly Truth[]): number {
  let expected = 0;
  let variance = 0;
  let bought = 0;
  for (const { probability, bought: did } of persons) {
    expected += probability;
    variance += probability * (1 - probability);
    if (did) bought++;
  }
  return (bought - expected) / Math.sqrt(variance);
}
