import assert from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { emailHashOf, hashEmail, hashPhone, readAddress, seal, toEventRow, unseal } from '../../src/collect/index.ts';
import { defaultPolicy, type PersonalPolicy } from '../../src/govern/index.ts';

const canonical = (text: string) => readAddress(text)?.canonical;
const pepper = '5e'.repeat(32);

test('addresses of one mailbox are one, by the rules of its provider [MKT-14.3]', () => {
  const same: string[][] = [
    [
      'anna.b@gmail.com',
      'AnnaB@googlemail.com',
      ' a.n.n.a.b+shop@Gmail.com',
      'mailto:annab@gmail.com',
      '<annab@gmail.com>',
    ],
    ['anna.b@outlook.com', 'Anna.B+news@OUTLOOK.com'],
    ['anna@fastmail.com', 'anna+x@fastmail.com', 'shopping@anna.fastmail.com'],
    ['anna_b@proton.me', 'a.nna-b@protonmail.com', 'annab+1@pm.me'],
    ['anna@icloud.com', 'anna+x@me.com', 'anna@mac.com'],
    ['anna.b@yandex.ru', 'anna-b@ya.ru', 'anna.b+1@yandex.com'],
    ['anna@yahoo.co.uk', 'anna-deals@yahoo.co.uk'],
    ['anna@xn--mnchen-3ya.de', 'anna@münchen.de', 'Anna@MÜNCHEN.de', 'anna@mu\u0308nchen.de', 'anna@münchen.de.'],
  ];
  for (const all of same) assert.deepEqual(new Set(all.map(canonical)).size, 1, all.join(' '));
  const different: [string, string][] = [
    ['anna.b@outlook.com', 'annab@outlook.com'],
    ['anna+a@example.org', 'anna+b@example.org'],
    ['anna@gmail.com', 'anna@gmail.com.example.org'],
    ['anna-b@example.org', 'anna@example.org'],
  ];
  for (const [a, b] of different) assert.notEqual(canonical(a), canonical(b));
  for (const none of ['', 'anna', '@', 'a@b', 'anna@@b.de', 'a b@c.de', 'x'.repeat(400), '@gmail.com']) {
    assert.equal(canonical(none), undefined, none);
  }
});

test('the normal form of a normal form is itself, and whatever text is read without a fault', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const once = canonical(text);
      if (once !== undefined) assert.equal(canonical(once), once);
    }),
  );
});

test('a hash is seen to be one and not hashed twice, whatever its form [MKT-14.3]', () => {
  const address = 'anna@example.org';
  const sha = hash('sha256', address);
  const expected = createHmac('sha256', pepper).update(sha).digest('hex');
  for (const form of [
    address,
    ' ANNA@example.org ',
    sha,
    sha.toUpperCase(),
    Buffer.from(sha, 'hex').toString('base64'),
  ]) {
    assert.equal(emailHashOf(form, pepper), expected, form);
  }
  assert.equal(hashEmail(address, { pepper })?.plain, sha);
  assert.equal(emailHashOf(address), sha, 'a workspace from before peppers keeps its hashes');
  const md5 = hash('md5', address);
  for (const form of [md5, md5.toUpperCase(), Buffer.from(md5, 'hex').toString('base64')]) {
    const read = hashEmail(form, { pepper });
    assert.equal(read?.hash, '', 'an MD5 is no SHA-256');
    assert.equal(read?.foreign.md5, hashEmail(address, { pepper, alsoMatch: ['md5'] })?.foreign.md5);
  }
  assert.equal(
    hashEmail(hash('sha1', address), { pepper })?.foreign.sha1,
    hashEmail(address, { pepper, alsoMatch: ['sha1'] })?.foreign.sha1,
  );
  const number = '+4915112345678';
  const one = hashPhone(number, { pepper })?.hash;
  for (const form of ['0151 12345678', '0049 151 12345678', '+49 (0)151 / 123 45 678', hash('sha256', number)]) {
    assert.equal(hashPhone(form, { pepper, country: form.startsWith('01') ? 'DE' : '' })?.hash, one, form);
  }
});

test('what others hash of an address with a tag is found by it', () => {
  const plain = hash('sha256', 'anna.b+shop@gmail.com');
  const mine = hashEmail('Anna.B+shop@gmail.com', { pepper });
  assert.equal(mine?.hash, emailHashOf('annab@gmail.com', pepper));
  assert.deepEqual(mine?.also, [emailHashOf(plain, pepper)]);
});

const rowOf = (message: object, policy: Partial<PersonalPolicy> = {}) =>
  toEventRow(
    { type: 'identify', timestamp: '2026-01-01T00:00:00Z', ...message },
    {
      workspace: 'w',
      receivedAt: 0,
      source: '',
      personal: { policy: { ...defaultPolicy, ...policy }, pepper, linkageKey: pepper },
    },
  );

test('ids of other systems and devices come in Segment’s shape [WH-3]', () => {
  const row = rowOf({
    userId: 'anna',
    context: {
      device: { id: 'ios-1' },
      externalIds: [
        { id: '4711', type: 'CRM', collection: 'users', encoding: 'none' },
        { id: 'acme', type: 'crm', collection: 'accounts', encoding: 'none' },
        { id: 'null', type: 'shop', collection: 'users', encoding: 'none' },
        { id: 'anna@example.org', type: 'email', collection: 'users', encoding: 'none' },
        { id: 'ben@example.org', type: 'newsletter', collection: 'users', encoding: 'none' },
      ],
    },
  });
  assert.deepEqual(row.external_ids, [
    'd:ios-1',
    'x:crm:4711',
    `x:newsletter:email:${emailHashOf('ben@example.org', pepper)}`,
  ]);
  assert.equal(row.email_hash, emailHashOf('anna@example.org', pepper));
  assert.equal(rowOf({ context: { externalIds: [{ id: '9', type: 'crm' }] } }).anchor, 'x:crm:9');
  assert.doesNotMatch(JSON.stringify(row), /example\.org/);
});

test('ids that are an address or a number are kept as its hash, or as sent where the workspace says so [MKT-14.3]', () => {
  const hidden = rowOf({ userId: 'Anna@example.org', anonymousId: '+49 151 12345678' });
  assert.equal(hidden.user_id, `email:${emailHashOf('anna@example.org', pepper)}`);
  assert.equal(hidden.anonymous_id, `phone:${hashPhone('+4915112345678', { pepper })?.hash}`);
  assert.equal(hidden.email_hash, emailHashOf('anna@example.org', pepper));
  assert.equal(rowOf({ userId: 'anna@example.org' }, { ids: 'keep' }).user_id, 'anna@example.org');
});

test('what ad platforms match by is kept only where it is wanted, and sealed', () => {
  const message = { userId: 'anna', traits: { email: 'Anna.B@gmail.com', phone: '+4915112345678' } };
  assert.equal(rowOf(message).sealed, '');
  const { sealed } = rowOf(message, { activation: 'sealed' });
  const hashes = { email: hash('sha256', 'anna.b@gmail.com'), phone: hash('sha256', '+4915112345678') };
  assert.deepEqual(unseal(sealed, pepper), hashes);
  assert.ok(!sealed.includes(hashes.email));
  assert.throws(() => unseal(sealed, '00'.repeat(32)));
  assert.deepEqual(unseal(seal({ email: 'x' }, pepper), pepper), { email: 'x' });
});
