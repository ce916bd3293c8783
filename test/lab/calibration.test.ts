import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inkling, inklingJson, temporaryFolder } from '../cli/inkling.ts';
import { visits, writeLines } from './files.ts';

type Saved = { model: { kind: string; calibration?: { kind: string } } };

test('lab fit --set calibration=… puts that curve over the probabilities, learned on rows the model had not seen [WH-8]', async (t) => {
  const folder = temporaryFolder(t);
  const [train, later] = [writeLines(folder, 'a.csv', visits(600, 1)), writeLines(folder, 'b.csv', visits(300, 2))];
  const fit = async (...set: string[]) => {
    const files = [join(folder, 'p.csv'), join(folder, 'm.json')];
    const summary = await inklingJson<{ rocAuc: number; settings: Record<string, unknown> }>(
      ...['lab', 'fit', '--train', train, '--test', later, '--label', 'bought', '--drop', 'spent'],
      ...['--predictions', files[0], '--model', files[1], '--set', ...set],
    );
    const lines = readFileSync(files[0], 'utf8').trim().split('\n').slice(1);
    const { model } = JSON.parse(readFileSync(files[1], 'utf8')) as Saved;
    return { summary, model, p: lines.map((line) => Number(line.split(',')[2])) };
  };
  const settings = ['trees=40', 'maxLeaves=8'];
  const plain = await fit(...settings);
  assert.deepEqual((await fit(...settings, 'calibration=none')).p, plain.p);
  for (const name of ['platt', 'beta', 'isotonic']) {
    const { model, p, summary } = await fit(...settings, `calibration=${name}`);
    assert.deepEqual([model.kind, model.calibration?.kind], ['calibrated', name]);
    assert.equal(summary.settings['calibration'], name);
    assert.notDeepEqual(p, plain.p);
    const byPlain = [...p.keys()].sort((a, b) => plain.p[a] - plain.p[b]).map((r) => p[r]);
    assert.ok(
      byPlain.every((value, i) => i === 0 || value >= byPlain[i - 1] - 1e-12),
      `${name} must keep the order`,
    );
  }
  const chosen = await fit(...settings, 'calibration=auto');
  assert.equal(chosen.model.kind, 'calibrated');
  const searched = await inklingJson(
    ...['lab', 'fit', '--train', train, '--test', later, '--label', 'bought', '--drop', 'spent'],
    ...['--learner', 'auto', '--model', join(folder, 'auto.json'), '--set', 'trials=2', 'calibration=platt'],
  );
  assert.ok(searched);
  const auto = JSON.parse(readFileSync(join(folder, 'auto.json'), 'utf8')) as Saved;
  assert.equal(auto.model.calibration?.kind, 'platt');
});

test('a calibration that is unknown or has no probability to work on is refused', async (t) => {
  const train = writeLines(temporaryFolder(t), 'a.csv', visits(100, 1));
  const unknown = await inkling('lab', 'fit', '--train', train, '--label', 'bought', '--set', 'calibration=sigmoid');
  assert.match(unknown.err, /no calibration "sigmoid"[\s\S]*none, platt, beta, isotonic, auto/);
  const amount = await inkling('lab', 'fit', '--train', train, '--label', 'spent', '--set', 'calibration=platt');
  assert.match(amount.err, /holds amounts/);
});
