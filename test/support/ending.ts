// Loaded before each test file (scripts/test.ts): a file that something keeps open after its last test (a server, an engine, a
// timer) fails and says what it was, instead of holding up the others for ever. Node's own `--test-force-exit` ends a file
// before all that was found has reached the runner, which then counts too few tests and calls the file passed
// (https://github.com/nodejs/node/issues/64833).

import { afterEach, beforeEach } from 'node:test';
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 60_000;

// Not in the threads and processes that a test starts, which are told the same arguments.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  beforeEach(() => {
    running += 1;
    clearTimeout(timer);
  });
  afterEach(() => {
    running -= 1;
    if (running > 0) return;
    timer = setTimeout(() => {
      console.error(`Open a minute after a test: ${process.getActiveResourcesInfo().join(', ')}`);
      process.exit(1);
    }, GRACE_MS).unref();
  });
}
