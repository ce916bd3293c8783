import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { resolveAll } from '../../src/identify/index.ts';
import { createRandom } from '../../src/math/index.ts';
import { loadPredictor, scoreEveryone, trainModel } from '../../src/predict/index.ts';
import { fitSeason, seasonalMove, type Week } from '../../src/predict/season.ts';
import { trades } from '../../src/predict/trades.ts';
import { addDays } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { makeShop, plant } from './shop.ts';

const trade = 'department-store';
const LEAD_DAYS = 14;
const asInTheTrade = { trade, amplitude: 1, error: 0, weeks: 0 };
const july = { from: addDays(new Date('2024-07-15'), -LEAD_DAYS), days: 1 };

/** Weeks that follow so much of the trade's calendar, grow by half in a year, and scatter by a tenth. */
function weeksOf(amplitude: number, first: string, count: number): Week[] {
  const random = createRandom(`${amplitude} ${first}`);
  return Array.from({ length: count }, (_, w) => {
    const from = addDays(new Date(first), 7 * w);
    const season = amplitude * seasonalMove(asInTheTrade, july, { from, days: 7 });
    return { from, conversions: Math.round(300 * Math.exp(season + (0.4 * w) / 52 + 0.1 * random.normal())) };
  });
}

test('the calendar of the trade is found in the weeks as far as it holds there', () => {
  for (const truth of [0, 0.5, 1.3]) {
    const { amplitude, error, weeks } = fitSeason(trade, weeksOf(truth, '2024-01-01', 60));
    assert.equal(weeks, 60);
    assert.ok(error < 0.15, `error ${error}`);
    assert.ok(Math.abs(amplitude - truth) < 3 * error, `${amplitude} ± ${error} for ${truth}`);
  }
});

test('with less than a year behind, the calendar holds as is usual, whatever the weeks look like', () => {
  const usual = { trade, amplitude: 0.75, error: 0.5 };
  assert.deepEqual(fitSeason(trade, []), { ...usual, weeks: 0 });
  assert.deepEqual(fitSeason(trade, weeksOf(2, '2024-03-01', 51)), { ...usual, weeks: 51 });
});

test('a week that the shop was closed does not hide the season', () => {
  const weeks = weeksOf(1, '2024-01-01', 56);
  const closed = weeks.map((week, w) => (w === 51 ? { ...week, conversions: 4 } : week));
  assert.ok(Math.abs(fitSeason(trade, closed).amplitude - fitSeason(trade, weeks).amplitude) < 0.1);
});

test('the move of a season is the ratio of the calendar, and none without a trade', () => {
  const november = { from: addDays(new Date('2024-11-15'), -LEAD_DAYS), days: 1 };
  assert.ok(Math.abs(seasonalMove(asInTheTrade, july, november) - Math.log(1.143 / 0.942)) < 1e-9);
  assert.ok(
    Math.abs(seasonalMove({ ...asInTheTrade, amplitude: 0.5 }, july, november) - Math.log(1.143 / 0.942) / 2) < 1e-9,
  );
  const december = { from: new Date('2024-12-01'), days: 31 };
  assert.ok(seasonalMove(asInTheTrade, december, { from: new Date('2025-01-01'), days: 31 }) < -0.3);
  assert.equal(seasonalMove(fitSeason('none', weeksOf(1, '2024-01-01', 56)), july, november), 0);
});

const retail = fileURLToPath(new URL('../../../shared/data/classic_series/aus_retail.csv.gz', import.meta.url));

test('the calendars are those of the published turnover', { skip: !existsSync(retail) }, () => {
  const turnover = new Map<string, Map<number, number>>();
  for (const line of gunzipSync(readFileSync(retail)).toString().split('\n').slice(1)) {
    const cells = line.split(/,(?=")|(?<="),/).map((cell) => cell.replaceAll('"', ''));
    if (cells.length < 5) continue;
    const [, industry, , month, amount] = cells;
    const series = turnover.get(industry) ?? new Map<number, number>();
    const at = 12 * Number(month.slice(0, 4)) + Number(month.slice(5, 7)) - 1;
    series.set(at, (series.get(at) ?? 0) + Number(amount));
    turnover.set(industry, series);
  }
  const withCalendar = trades.filter(({ industry }) => industry !== '');
  assert.ok(withCalendar.length >= 5);
  for (const { name, industry, months } of withCalendar) {
    const series = turnover.get(industry);
    assert.ok(series, `${name}: no series ${industry}`);
    const perDay = (at: number) =>
      series.get(at)! / new Date(Date.UTC(Math.floor(at / 12), (at % 12) + 1, 0)).getUTCDate();
    const means = Array.from({ length: 12 }, (_, month) => {
      let sum = 0;
      for (let year = 1998; year <= 2010; year++) {
        const at = 12 * year + month;
        let around = 0;
        for (let k = -6; k <= 6; k++) around += (Math.abs(k) === 6 ? 0.5 : 1) * perDay(at + k);
        sum += perDay(at) / (around / 12);
      }
      return sum / 13;
    });
    const mean = means.reduce((sum, value) => sum + value, 0) / 12;
    for (const [month, value] of means.entries()) {
      assert.ok(Math.abs(value / mean - months[month]) < 0.0006, `${name}, month ${month + 1}: ${value / mean}`);
    }
  }
});

test('a model that knows its trade expects the season it has never seen [INT-3]', async () => {
  const store = await openTestStore();
  const end = new Date('2025-12-20T00:00:00.000Z');
  const events = makeShop({ workspace: 'shop', people: 300, days: 80, end, readyRate: 0.03 });
  await plant(store, 'shop', events);
  await resolveAll(store, { workspace: 'shop', now: end });
  const testMoments = [new Date('2025-11-24')];
  // Few signals: nothing here depends on what the model makes of people.
  const signals = { include: ['hours_since_activity', 'days_since_purchase', 'purchases_30d', 'product_views_7d'] };
  const common = { workspace: 'shop', timeframeDays: 14, testMoments, signals, now: end };
  const without = await trainModel(store, common);
  const knowing = await trainModel(store, { ...common, trade });
  assert.deepEqual(without.lineage?.season, { trade: 'none', amplitude: 0, error: 0, weeks: 0 });
  assert.ok(knowing.lineage!.season!.amplitude === 0.75 && knowing.lineage!.season!.weeks >= 8);
  assert.equal(knowing.performance!.auc, without.performance!.auc, 'a level moves nobody past another');
  const [more, fewer] = [knowing, without].map(({ performance }) =>
    performance!.calibration.reduce((sum, { predicted, people }) => sum + predicted * people, 0),
  );
  assert.ok(more > 1.05 * fewer, `${more} and ${fewer} buyers expected before Christmas`);

  const score = (modelId: string) => scoreEveryone(store, { workspace: 'shop', modelId, asOf: end, now: end });
  const moved = (await score(knowing.id)).levelShift - (await score(without.id)).levelShift;
  const { season } = await loadPredictor(store, knowing);
  const ahead = seasonalMove(season!, { from: addDays(end, -14), days: 14 }, { from: end, days: 14 });
  assert.ok(ahead < -0.05, `it is past Christmas: ${ahead}`);
  assert.ok(Math.abs(moved - ahead) < 1e-9, `${moved} and ${ahead}`);
});
