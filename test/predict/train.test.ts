import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveAll } from '../../src/identify/index.ts';
import {
  createSegment,
  deleteModel,
  findActiveModel,
  findScore,
  findSegment,
  getModel,
  LEVELS,
  levelOf,
  listModels,
  listScores,
  listSegments,
  loadPredictor,
  openIntentNow,
  personDrivers,
  scoreEveryone,
  segmentDrivers,
  streamScores,
  trainModel,
} from '../../src/predict/index.ts';
import { addDays, toClickHouseTime } from '../../src/time.ts';
import { openTestStore } from '../support/store.ts';
import { END, makeEvent, makeShop, plant } from './shop.ts';

const store = await openTestStore();
const now = END;
const shop = makeShop({ workspace: 'shop', people: 900, days: 100, end: END, readyRate: 0.04 });
await plant(store, 'shop', shop);
await resolveAll(store, { workspace: 'shop', now });
const model = await trainModel(store, { workspace: 'shop', timeframeDays: 7, now });
const scoring = await scoreEveryone(store, { workspace: 'shop', asOf: END, now });

const isShare = (value: number | null) => value !== null && value >= 0 && value <= 1;

test('the evaluation report is complete and consistent [WH-8]', () => {
  const report = model.performance!;
  const { people, conversions } = report.holdout;
  assert.equal(report.holdout.protocol, 'later days');
  assert.equal(report.holdout.asOf.length, 2);
  assert.ok(people > 500 && conversions > 50);
  for (const figure of [report.auc, report.prAuc, report.brier, report.calibrationError, report.baselineAuc]) {
    assert.ok(isShare(figure));
  }
  assert.ok(report.aucInterval![0] < report.auc! && report.auc! < report.aucInterval![1]);
  assert.ok(report.auc! > report.baselineAuc! && report.auc! > 0.65, `${report.auc} against ${report.baselineAuc}`);
  assert.ok(report.logisticAuc! > 0.6);
  assert.ok(report.roc.length <= 200 && report.pr.length <= 200);
  assert.deepEqual([report.roc[0].fpr, report.roc[0].tpr], [0, 0]);
  assert.deepEqual([report.roc.at(-1)!.fpr, report.roc.at(-1)!.tpr], [1, 1]);
  for (const point of report.calibration) assert.ok(point.low <= point.observed && point.observed <= point.high);
  assert.equal(report.lift.length, 10);
  assert.equal(sum(report.lift.map((row) => row.people)), people);
  assert.ok(Math.abs(report.lift.at(-1)!.cumulativeGain - 1) < 1e-9);
  assert.deepEqual(
    report.thresholds.map((row) => row.threshold),
    Array.from({ length: 19 }, (_, i) => 5 * (i + 1)),
  );
  assert.deepEqual(
    report.segments.map((row) => row.name),
    LEVELS,
  );
  assert.equal(sum(report.segments.map((row) => row.size)), people);
  assert.equal(sum(report.scores.map((row) => row.conversions)), conversions);
  assert.match(report.statement, /^(Of \d+ (people|person) called High, \d+ bought|Nobody in the test reached High)/);
});

test('the lineage says what was learned from what, and the twin behind the figures', () => {
  const { lineage } = model;
  assert.ok(lineage!.note.includes('twin'));
  const last = (role: string) => lineage!.snapshots.filter((row) => row.role === role).at(-1)!;
  assert.ok(addDays(new Date(last('train').asOf), 7) <= new Date(model.performance!.holdout.asOf[0]));
  assert.ok(new Date(last('deploy').asOf) >= new Date(last('test').asOf));
  assert.ok(lineage!.signals.length > 20);
  assert.match(lineage!.codeVersion, /^\d+\.\d+/);
  assert.ok(model.confidence! > 0.8, 'more than where there is little to learn from (thinData.test.ts)');
});

test('every profile has a score with confidence, signals, date and category [INT-3]', async () => {
  const profiles = new Set(shop.map((event) => event.user_id)).size;
  assert.equal(scoring.people, profiles);
  const scores = [];
  for await (const page of streamScores(store, model, {})) scores.push(...page);
  assert.equal(new Set(scores.map((score) => score.userId)).size, profiles);
  for (const score of scores) {
    assert.ok(Number.isInteger(score.score) && score.score >= 0 && score.score <= 100);
    assert.equal(score.score, Math.round(100 * score.probability));
    assert.equal(score.segment, levelOf(score.score));
    assert.ok(isShare(score.confidence));
    assert.ok(score.signals.length > 0 && score.signals.length <= 6);
    const day = score.predictedConversionDate;
    assert.ok(day === null ? score.probability < 0.02 : new Date(day) >= END);
  }
  assert.ok(scores.some((score) => score.predictedConversionDate !== null));
  assert.ok(scores.some((score) => score.category === 'shoes'));
  const unknownValues = scores.flatMap((score) => score.signals).filter(({ value }) => value === null);
  for (const { sentence } of unknownValues) assert.ok(sentence.length > 0 && !sentence.includes('NaN'));
});

test('scoring a moment again replaces its scores', async () => {
  const again = await scoreEveryone(store, { workspace: 'shop', asOf: END, now: new Date(END.getTime() + 1000) });
  assert.equal(again.people, scoring.people);
  const { total } = await listScores(store, model, { limit: 1 });
  assert.equal(total, scoring.people);
});

test('pages of scores hold everybody once, best first', async () => {
  const seen: { profileId: string; score: number }[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listScores(store, model, { limit: 97, cursor });
    seen.push(...page.scores);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  assert.equal(new Set(seen.map(({ profileId }) => profileId)).size, scoring.people);
  assert.equal(seen.length, scoring.people);
  seen.slice(1).forEach((score, i) => {
    assert.ok(score.score <= seen[i].score);
  });
  await assert.rejects(listScores(store, model, { cursor: 'bm9uc2Vuc2U' }), { code: 'invalid_input', field: 'cursor' });
});

test('each category has three ready segments that add up, and ranges of one’s own are saved [INT-1]', async () => {
  const segments = await listSegments(store, 'shop');
  for (const category of [null, 'shoes', 'bags', 'hats']) {
    const ready = segments.filter((segment) => segment.level !== null && segment.productCategory === category);
    assert.deepEqual(ready.map(({ level }) => level).sort(), [...LEVELS].sort());
    assert.ok(ready.every(({ size }) => size !== null));
  }
  const all = segments.filter(({ level, productCategory }) => level !== null && productCategory === null);
  assert.equal(sum(all.map(({ size }) => size!)), scoring.people);
  assert.deepEqual(Object.fromEntries(all.map(({ level, size }) => [level, size])), scoring.segments);

  const warm = await createSegment(store, { workspace: 'shop', name: 'Warm', minScore: 15, maxScore: 55, now });
  assert.equal(warm.level, null);
  const { model: behind, filter } = await findSegment(store, 'shop', warm.id);
  const members = await listScores(store, behind, { ...filter, limit: 1000 });
  assert.equal(members.total, warm.size);
  assert.ok(members.scores.every(({ score }) => score >= 15 && score <= 55));
  const sure = await createSegment(store, { workspace: 'shop', name: 'Sure', minScore: 15, minConfidence: 0.8, now });
  const found = await findSegment(store, 'shop', sure.id);
  assert.equal((await listScores(store, found.model, { ...found.filter, limit: 1 })).total, sure.size);
  const shoes = segments.find(({ level, productCategory }) => level === 'LOW' && productCategory === 'shoes')!;
  const low = await findSegment(store, 'shop', shoes.id);
  assert.equal((await listScores(store, low.model, { ...low.filter, limit: 1 })).total, shoes.size);
  await assert.rejects(createSegment(store, { workspace: 'shop', name: 'Warm', now }), { code: 'conflict' });
  await assert.rejects(createSegment(store, { workspace: 'shop', name: 'x', minScore: 9, maxScore: 3, now }), {
    code: 'invalid_input',
  });
});

test('drivers are told of a model, of a segment and of one person [INT-5]', async () => {
  assert.ok(Math.abs(sum(model.drivers.map(({ importance }) => importance)) - 1) < 1e-6);
  const { scores } = await listScores(store, model, { limit: 1 });
  const best = await personDrivers(store, model, scores[0].userId!);
  const low = await segmentDrivers(store, model, { segment: 'LOW' });
  for (const drivers of [model.drivers, low, best]) {
    assert.ok(drivers.length > 3);
    drivers.slice(1).forEach(({ importance }, i) => {
      assert.ok(importance <= drivers[i].importance);
    });
    assert.ok(drivers.every(({ sentence }) => sentence.length > 5));
  }
  const total = (drivers: { meanContribution: number }[]) => sum(drivers.map((driver) => driver.meanContribution));
  assert.ok(total(best) > total(low), 'more speaks for the best person than for the Low ones');
  const stored = (await findScore(store, model, scores[0].profileId)).signals[0];
  assert.equal(best[0].signal, stored.signal);
  assert.ok(Math.abs(best[0].meanContribution - stored.contribution) < 1e-4);
});

test('a person now and the same person in the scores agree, and the reasons are words [WH-9]', async () => {
  const intent = openIntentNow(store);
  const { scores } = await listScores(store, model, { limit: 3 });
  for (const score of scores) {
    const live = await intent.predict({ workspace: 'shop', person: score.userId!, now: END });
    assert.ok(Math.abs(live.probability - score.probability) < 1e-4);
    assert.equal(live.intentLevel, score.segment);
    assert.equal(live.category, score.category);
    assert.equal(live.purchaseProbability7d, live.probability);
    assert.deepEqual(
      live.reasons.map(({ signal }) => signal),
      score.signals.map(({ signal }) => signal),
    );
    assert.ok(live.sentence.startsWith(`${score.userId} `) && live.sentence.includes(`(score ${live.score})`));
    assert.ok(live.basedOn.events > 0);
  }
  await assert.rejects(intent.predict({ workspace: 'shop', person: 'nobody', now: END }), { code: 'not_found' });
});

test('an event of this second is in the prediction of the next [WH-9]', async () => {
  const intent = openIntentNow(store);
  const at = addDays(END, 1);
  const before = await intent.predict({ workspace: 'shop', person: 'u5', now: at });
  const fresh = Array.from({ length: 5 }, (_, i) =>
    makeEvent('shop', 'u5', i === 0 ? 'page_view' : 'add_to_cart', new Date(at.getTime() - 60_000 * (6 - i)), 'shoes'),
  );
  await store.facts.insert('events', fresh);
  const rows = await store.facts.rows<{ workspace: string }>(
    `SELECT * FROM events WHERE workspace = 'shop' AND user_id = 'u5' AND at > {since:DateTime64(3, 'UTC')}`,
    { since: toClickHouseTime(END) },
  );
  intent.shipped(rows as unknown as Parameters<typeof intent.shipped>[0]);
  const after = await intent.predict({ workspace: 'shop', person: 'u5', now: at });
  assert.equal(after.basedOn.events, before.basedOn.events + 5);
  assert.ok(after.probability > before.probability, `${before.probability} → ${after.probability}`);
  await store.facts.remove('events', `workspace = 'shop' AND at > {since:DateTime64(3, 'UTC')}`, {
    since: toClickHouseTime(END),
  });
});

test('a newer generic model takes over, the older keeps its figures, and the last active one stays', async () => {
  const second = await trainModel(store, { workspace: 'shop', timeframeDays: 7, now: new Date(END.getTime() + 5000) });
  assert.equal(second.version, model.version + 1);
  const older = await getModel(store, 'shop', model.id);
  assert.equal(older.status, 'DEPRECATED');
  assert.deepEqual(older.performance, model.performance);
  assert.equal((await findActiveModel(store, 'shop'))?.id, second.id);
  // The same data and seed: the same choices and figures.
  assert.deepEqual(second.lineage!.choice, model.lineage!.choice);
  assert.equal(second.performance!.auc, model.performance!.auc);
  await assert.rejects(deleteModel(store, 'shop', second.id), { code: 'conflict' });
  await deleteModel(store, 'shop', model.id);
  assert.equal((await listScores(store, model, { limit: 1 })).total, 0);
  assert.equal((await listModels(store, 'shop')).length, 1);
  await assert.rejects(loadPredictor(store, model), { code: 'model_file_invalid' });
});

test('a model of one’s own: timeframe, category and signals are as asked [INT-4]', async () => {
  const custom = await trainModel(store, {
    workspace: 'shop',
    name: 'Shoes soon',
    timeframeDays: 10,
    productCategory: 'shoes',
    signals: { exclude: ['cart_adds_7d', 'events_7d'] },
    now: new Date(END.getTime() + 9000),
  });
  assert.equal(custom.modelType, 'CUSTOM');
  assert.equal(custom.productCategory, 'shoes');
  assert.ok(!custom.lineage!.signals.some((signal) => signal === 'cart_adds_7d' || signal === 'events_7d'));
  assert.ok(custom.performance!.holdout.conversions < custom.performance!.holdout.people / 5);
  const asked = { workspace: 'shop', now: new Date(END.getTime() + 12_000) };
  await assert.rejects(trainModel(store, { ...asked, timeframeDays: 0 }), {
    code: 'invalid_input',
    field: 'timeframeDays',
  });
  const before = (await listModels(store, 'shop')).length;
  await assert.rejects(trainModel(store, { ...asked, signals: { include: ['no_such'] } }), /no_such/);
  assert.equal((await listModels(store, 'shop')).length, before);
  const tooLate = [addDays(END, -3)];
  await assert.rejects(trainModel(store, { ...asked, testMoments: tooLate }), { code: 'invalid_input' });
  const [failed] = await listModels(store, 'shop');
  assert.equal((await listModels(store, 'shop')).length, before + 1);
  assert.equal(failed.status, 'FAILED');
  assert.match(failed.warnings[0], /have not passed yet/);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
