import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { withoutChromium } from '../support/chromium.ts';
import { driveBrowser } from './browserDriver.ts';
import { testContract } from './contract.ts';
import { builtSdk, openSite, type Site } from './site.ts';

let site: Site;
let sdk = '';
before(async () => {
  sdk = await builtSdk();
  if (!withoutChromium) site = await openSite();
});
after(() => site?.close());

testContract(
  'browser',
  driveBrowser(
    () => site,
    () => sdk,
  ),
  withoutChromium,
);

test('the SDK has at most 5 kB, zipped [MKT-18.3]', () => {
  const bytes = gzipSync(sdk, { level: 9 }).length;
  assert.ok(bytes <= 5 * 1024, `${bytes} bytes`);
});
