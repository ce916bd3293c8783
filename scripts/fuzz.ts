// The fuzzer of the door: `npm run -s fuzz -- [--bodies 100000] [--seed 1]`. Ends with 1 and the smallest body that shows
// it when the service crashes, answers with 5xx, or refuses something without saying what is wrong.

import { parseArgs } from 'node:util';
import { openProgress } from '../src/cli/progress.ts';
import { openStore } from '../src/store/index.ts';
import { fuzzDoor } from '../test/collect/fuzz.ts';
import { makeTestPlace } from '../test/support/store.ts';

const { values } = parseArgs({
  options: { bodies: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const bodies = Number(values.bodies);
const place = await makeTestPlace();
const store = await openStore(place.options);
const progress = openProgress(process.stderr, 'shown');
const stage = progress.stage('bodies');
try {
  const report = await fuzzDoor(store, {
    bodies,
    seed: Number(values.seed),
    onProgress: (done) => stage.update(done, bodies),
  });
  stage.end(`${report.bodies}`);
  console.log(
    `${report.bodies} bodies: ${report.taken} taken, ${report.refused} refused with field, value and remedy.`,
  );
} catch (error) {
  stage.end('failed');
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  progress.close();
  await store.close();
  await place.remove();
}
