// One night of a workspace in a process of its own, that tells after each page of people how many are scored, and can be
// killed at any of them. Arguments: data folder, moment.

import { resolveAll } from '../../src/identify/index.ts';
import { spendNight } from '../../src/server/night.ts';
import { openStore } from '../../src/store/index.ts';

const [dataDir, moment] = process.argv.slice(2);
const store = await openStore({ dataDir });
const insert = store.facts.insertBinary.bind(store.facts);
let told = 0;
store.facts.insertBinary = async (table, block, options) => {
  await insert(table, block, options);
  if (table !== 'scores') return;
  told += block.rows;
  process.stdout.write(`${told}\n`);
  // Time to be killed in: after the insert, before it is noted.
  await new Promise((resolve) => setTimeout(resolve, 40));
};
await spendNight(store, {
  workspace: 'shop',
  timeZone: 'UTC',
  now: new Date(moment),
  resolve: () => resolveAll(store, { workspace: 'shop', now: new Date(moment) }),
  peopleAtATime: 40,
  onFault: (error) => {
    throw error;
  },
});
await store.close();
process.stdout.write('done\n');
