// A workspace's own conversion, learned from 90 days of a simulated shop, against the model of purchases that every
// workspace gets, on later people that neither has seen; driven through the command line only.
import assert from 'node:assert/strict';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { openShop, type Shop } from '../../src/simulate/index.ts';
import { inklingJson, temporaryFolder } from './inkling.ts';

type Comparison = {
  contenders: { figures: { rocAuc: number; prAuc: number } }[];
  duels: { metric: string; pValue: number | null }[];
};

test('a custom model of 90 days beats the generic one by far more than 10 % [INT-4] [INT-15]', async (t) => {
  const folder = temporaryFolder(t);
  const data = join(folder, 'data');
  const shop = openShop({ shoppers: 2500, days: 90, seed: 11, end: new Date('2026-06-01T00:00:00Z') });
  const file = join(folder, 'shop.ndjson');
  await pipeline(Readable.from(linesOf(shop)), createWriteStream(file));
  await inklingJson('import', file, '--format', 'segment', '--data', data);

  const matrix = async (event: string) => {
    const out = join(folder, `${event}.csv`);
    await inklingJson('lab', 'matrix', '--data', data, '--timeframe', '14', '--event', event, '--out', out);
    return parts(folder, event, readFileSync(out, 'utf8'));
  };
  const purchases = await matrix('purchase');
  const clicks = await matrix('email_clicked');
  const fit = async (train: string, name: string) => {
    const model = join(folder, name);
    await inklingJson('lab', 'fit', '--train', train, '--label', 'label', '--folds', '2', '--model', model);
    return model;
  };
  const models = [await fit(purchases.train, 'generic.json'), await fit(clicks.train, 'custom.json')];
  const compared = await inklingJson<Comparison>(
    ...['lab', 'compare', '--models', models.join(','), '--test', clicks.test, '--label', 'label'],
  );
  const [generic, custom] = compared.contenders.map(({ figures }) => figures);
  assert.ok(custom.rocAuc > 1.1 * generic.rocAuc, `AUC ${custom.rocAuc} against ${generic.rocAuc}`);
  assert.ok(custom.prAuc > 1.1 * generic.prAuc, `PR AUC ${custom.prAuc} against ${generic.prAuc}`);
  const duel = compared.duels.find(({ metric }) => metric === 'rocAuc');
  assert.ok(duel?.pValue != null && duel.pValue < 0.01, `p is ${duel?.pValue}`);
});

function* linesOf(shop: Shop): Iterable<string> {
  for (const message of shop.events()) yield `${JSON.stringify(message)}\n`;
}

/** The rows to learn from and the later ones to judge on, without the columns that only say which is which. */
function parts(folder: string, event: string, csv: string): { train: string; test: string } {
  const [header, ...rows] = csv.trimEnd().split('\n');
  const [, , split, ...names] = header.split(',');
  assert.equal(split, 'split');
  const write = (part: string) => {
    const path = join(folder, `${event}-${part}.csv`);
    const kept = rows.map((row) => row.split(',')).filter((cells) => cells[2] === part);
    writeFileSync(
      path,
      `${[names, ...kept.map((cells) => cells.slice(3))].map((cells) => cells.join(',')).join('\n')}\n`,
    );
    return path;
  };
  return { train: write('train'), test: write('test') };
}
