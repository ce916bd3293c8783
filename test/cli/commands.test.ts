import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inkling, inklingJson, temporaryFolder } from './inkling.ts';

const commands = [
  'demo',
  'start',
  'import',
  'resolve',
  'train',
  'score',
  'report',
  'backfill',
  'drivers',
  'accuracy',
  'challenge',
  'warehouse',
  'workspace',
  'keys',
  'plan',
  'lab',
  'doctor',
];

test('every command explains itself', async () => {
  const { out } = await inkling('--help');
  for (const command of commands) assert.match(out, new RegExp(`^  ${command}\\b`, 'm'));
  // What each says of itself is drawn into docs/reference/cli.md, which is held against the code.
  const help = await inkling('lab', '--help');
  assert.equal(help.code, 0);
  assert.match(help.out, /Usage: inkling lab/);
  assert.match((await inkling('--version')).out, /^\d+\.\d+\.\d+\n$/);
  const mistaken = await inkling('trian');
  assert.equal(mistaken.code, 1);
  assert.match(mistaken.err, /Did you mean train\?/);
});

test('from a file to a score, command by command [WH-2] [INT-18]', async (t) => {
  const folder = temporaryFolder(t);
  const data = ['--data', join(folder, 'data')];
  const file = join(folder, 'orders.csv');
  writeFileSync(file, orders());

  const imported = await inklingJson<{ rows: number; events: number; rejected: number; reasons: object }>(
    'import',
    file,
    ...data,
  );
  assert.equal(imported.rejected, 1);
  assert.equal(imported.events, imported.rows - 1);
  const again = await inklingJson<{ added: number }>('import', file, ...data);
  assert.equal(again.added, 0, 'the same file again adds nothing');

  const proposed = await inkling('plan', 'propose', '--days', '1', ...data);
  const plan = join(folder, 'plan.json');
  writeFileSync(plan, proposed.out);
  const names = (JSON.parse(proposed.out) as { events: { name: string }[] }).events.map(({ name }) => name);
  assert.ok(names.length > 0);
  const tried = await inklingJson<{ examined: number; blocked: number }>('plan', 'try', plan, ...data);
  assert.deepEqual([tried.examined, tried.blocked], [imported.events, 0]);
  const saved = await inklingJson<{ version: number; events: number }>('plan', 'save', plan, ...data);
  assert.deepEqual([saved.version, saved.events], [1, names.length]);

  const resolved = await inklingJson<{ people: number }>('resolve', ...data);
  assert.equal(resolved.people, 60);
  const model = await inklingJson<{ id: string; status: string; warnings: string[] }>(
    'train',
    '--timeframe',
    '14',
    ...data,
  );
  assert.equal(model.status, 'ACTIVE');
  assert.ok(model.warnings.length > 0, 'little data is told');
  const scored = await inklingJson<{ people: number }>('score', ...data);
  assert.equal(scored.people, 60);

  const { drivers, movement } = await inklingJson<{ drivers: object[]; movement: { scorings: number } }>(
    'drivers',
    ...data,
  );
  assert.ok(drivers.length > 0);
  assert.equal(movement.scorings, 1);
  const report = join(folder, 'drivers.pdf');
  await inklingJson('drivers', '--report', report, ...data);
  assert.match(readFileSync(report, 'latin1'), /^%PDF-1\.4/);
  assert.match((await inkling('drivers', '--report', 'drivers.doc', ...data)).err, /\.html, \.pdf, \.csv, \.json/);

  const out = join(folder, 'matrix.csv');
  await inklingJson('lab', 'matrix', '--timeframe', '14', '--out', out, ...data);
  const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n');
  assert.match(header, /^as_of,profile,split,label,/);
  assert.ok(lines.some((line) => line.split(',')[2] === 'train'));
  assert.ok(lines.every((line) => line.split(',').length === header.split(',').length));

  const filled = await inklingJson<{ moments: string[] }>('backfill', '--days', '14', ...data);
  assert.equal(filled.moments.length, 3);
  const { statement } = await inklingJson<{ statement: string }>('warehouse', ...data);
  assert.match(statement, /all 11 checks hold/);

  const { checks } = await inklingJson<{ checks: { name: string; state: string }[] }>('doctor', ...data);
  assert.ok(checks.some((check) => check.name === 'events' && check.state === 'good'));
});

test('an import takes settings, names mistakes in them, and can be forgotten [WH-2]', async (t) => {
  const folder = temporaryFolder(t);
  const data = ['--data', join(folder, 'data')];
  const file = join(folder, 'log.csv');
  writeFileSync(file, 'anna,K,2026-01-05T10:00:00Z,20\nbert,S,2026-01-06T10:00:00Z,\n');
  const columns = 'columns=user,event,time,revenue';

  const wrong = await inkling('import', file, '--set', 'colour=red', 'others=perhaps', columns, ...data);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /there is no setting "colour"; others \("perhaps"\) is not one of keep, drop/);
  assert.match(wrong.err, /Its settings are type, event, eventNames/);
  assert.match((await inkling('import', file, '--set', 'platform', ...data)).err, /"platform" has no = in it/);
  assert.match((await inkling('import', ...data)).err, /Write import FILE, or import --forget ID/);

  const set = ['--set', columns, 'platform=store', '--set', 'eventNames.K=Order Completed', 'eventNames.S=Searched'];
  const imported = await inklingJson<{ importId: string; events: number }>('import', file, ...set, ...data);
  assert.equal(imported.events, 2);
  assert.equal((await inklingJson<{ people: number }>('resolve', ...data)).people, 2);
  const otherwise = await inkling('import', file, '--set', columns, ...data);
  assert.match(otherwise.err, new RegExp(`import --forget ${imported.importId}`));

  await inklingJson('import', '--forget', imported.importId, ...data);
  assert.equal((await inklingJson<{ people: number }>('resolve', ...data)).people, 0);
  assert.equal((await inklingJson<{ added: number }>('import', file, ...set, ...data)).added, 2);
});

test('a workspace is shown, and its currency set', async (t) => {
  const data = ['--data', join(temporaryFolder(t), 'data')];
  assert.equal((await inklingJson<{ currency: string }>('workspace', '--currency', 'EUR', ...data)).currency, 'EUR');
  assert.match((await inkling('workspace', ...data)).out, /default\s+default\s+EUR\s+UTC/);
  const wrong = await inkling('workspace', '--currency', 'Euro', ...data);
  assert.match(wrong.err, /"Euro" is not a currency\.\n\s+Use a code of ISO 4217/);
});

test('keys are listed, made and revoked; a secret key is shown once [MKT-1.4]', async (t) => {
  const data = ['--data', join(temporaryFolder(t), 'data')];
  const made = await inklingJson<{ id: string; key: string }>('keys', 'create', 'secret', ...data);
  assert.match(made.key, /^sk_/);
  const { keys } = await inklingJson<{ keys: { id: string; kind: string; publicKey: string | null }[] }>(
    'keys',
    'list',
    ...data,
  );
  assert.equal(keys.find((key) => key.id === made.id)?.publicKey, null);
  assert.match(keys.find((key) => key.kind === 'write')?.publicKey ?? '', /^wk_/);
  assert.equal((await inkling('keys', 'revoke', made.id, ...data)).code, 0);
});

test('a mistake is answered with what is wrong and what to do, as text or as JSON', async (t) => {
  const data = ['--data', join(temporaryFolder(t), 'data')];
  const text = await inkling('import', 'no-such-file.csv', ...data);
  assert.equal(text.code, 1);
  assert.match(text.err, /no-such-file\.csv cannot be read\.\n\s+Check the path/);
  const json = await inkling('score', ...data, '--json');
  assert.equal(json.code, 1);
  const { code, hint } = JSON.parse(json.err) as { code: string; hint: string };
  assert.equal(code, 'not_found');
  assert.match(hint, /inkling train/);
  const usage = await inkling('train', '--timeframe', 'soon', ...data);
  assert.notEqual(usage.code, 0);
  assert.match(usage.err, /"soon" is not a whole number of days/);
});

/** 60 people over 100 days; one line without anybody. */
function orders(): string {
  const lines = ['userId,event,timestamp,category,revenue'];
  for (let day = 0; day < 100; day++) {
    for (let person = 0; person < 60; person++) {
      if ((person * 7 + day * 3) % 11 > person % 5) continue;
      const at = new Date(Date.UTC(2026, 0, 1 + day, 10, person % 60)).toISOString();
      const event = (person + day) % 4 === 0 ? 'Order Completed' : 'Product Viewed';
      lines.push(`u${person},${event},${at},Shoes,${event === 'Order Completed' ? 20 + person : ''}`);
    }
  }
  lines.push(',Product Viewed,2026-01-05T10:00:00Z,Shoes,');
  return `${lines.join('\n')}\n`;
}
