import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blend, blendModels, boosting, copyRow, fromJSON, logistic, type Matrix } from '../../src/learn/index.ts';
import { drawRows } from './rows.ts';

const { x, y } = drawRows(500, 'blend');
const trees = boosting.fit(x, y, { trees: 30 });
const line = logistic.fit(x, y);

test('a blend is the weighted mean of its members in log-odds, contribution by contribution [INT-5]', () => {
  const model = blendModels([
    { model: trees, share: 3 },
    { model: line, share: 1 },
  ]);
  for (let r = 0; r < 30; r++) {
    const row = copyRow(x, r);
    assert.ok(Math.abs(model.rawScore(row) - (0.75 * trees.rawScore(row) + 0.25 * line.rawScore(row))) < 1e-12);
    const [a, b] = [trees.contributions(row), line.contributions(row)];
    model.contributions(row).forEach((one, c) => {
      assert.ok(Math.abs(one - (0.75 * a[c] + 0.25 * b[c])) < 1e-12);
    });
  }
});

test('members may list the columns in another order', () => {
  const turned: Matrix = { rows: x.rows, names: [...x.names].reverse(), columns: [...x.columns].reverse() };
  const model = blendModels([
    { model: trees, share: 1 },
    { model: logistic.fit(turned, y), share: 1 },
  ]);
  const straight = blendModels([
    { model: trees, share: 1 },
    { model: line, share: 1 },
  ]);
  const loaded = fromJSON(JSON.parse(JSON.stringify(model)));
  for (let r = 0; r < 30; r++) {
    const row = copyRow(x, r);
    assert.ok(Math.abs(model.rawScore(row) - straight.rawScore(row)) < 1e-12);
    assert.deepEqual(loaded.contributions(row), model.contributions(row));
    model.contributions(row).forEach((one, c) => {
      assert.ok(Math.abs(one - straight.contributions(row)[c]) < 1e-12);
    });
  }
});

test('a blend that gives all to one member is that member', () => {
  const settings = { trees: 30 };
  assert.deepEqual(blend.fit(x, y, { boostingShare: 1, boosting: settings }).predict(x), trees.predict(x));
  assert.deepEqual(blend.fit(x, y, { boostingShare: 0 }).predict(x), line.predict(x));
});

test('a blend of nothing, of shares that are none, or of different columns is refused', () => {
  const refused = { code: 'invalid_input' };
  assert.throws(() => blendModels([]), refused);
  assert.throws(() => blendModels([{ model: line, share: 0 }]), { ...refused, message: /shares of a blend are 0/ });
  assert.throws(() => blendModels([{ model: line, share: Number.NaN }]), refused);
  const narrow = logistic.fit({ rows: x.rows, names: ['visits'], columns: [x.columns[0]] }, y);
  const members = [line, narrow].map((model) => ({ model, share: 1 }));
  assert.throws(() => blendModels(members), { ...refused, message: /different columns/ });
  const file = { kind: 'blend', members: members.map(({ model, share }) => ({ share, model: model.toJSON() })) };
  assert.throws(() => fromJSON(file), { code: 'model_file_invalid', message: /different columns/ });
});

test('settings of a member are checked under its name', () => {
  assert.throws(() => blend.fit(x, y, { boosting: { trees: 0 } }), {
    code: 'invalid_input',
    message: /boosting\.trees/,
  });
});
