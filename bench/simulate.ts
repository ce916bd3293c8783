// How fast the shop talks, and how well its intent can be seen at best and by a rough logistic regression.
// Run: node bench/simulate.ts [shoppers]
import { logistic, rocAuc } from '../src/learn/index.ts';
import { openShop } from '../src/simulate/index.ts';
import { addDays } from '../src/time.ts';
import { keepJournal, rowsOn } from '../test/simulate/rough.ts';

const shop = openShop({ shoppers: Number(process.argv[2] ?? 8000), end: new Date('2025-07-01T00:00:00Z') });
const { shoppers, days, end } = shop.settings;

const started = performance.now();
let messages = 0;
for (const _ of shop.events()) messages++;
const seconds = (performance.now() - started) / 1000;

const writing = performance.now();
let bytes = 0;
for (const message of shop.events()) bytes += JSON.stringify(message).length;
const writingSeconds = (performance.now() - writing) / 1000;

const asking = performance.now();
const known = [...shop.truthAt(addDays(end, -30), 14)].filter((person) => person.known && !person.bot);
const askingSeconds = (performance.now() - asking) / 1000;

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
console.log(`| messages (${whole(shoppers)} shoppers, ${days} days) | ${whole(messages)} |
| --- | --- |
| messages per shopper | ${(messages / shoppers).toFixed(1)} |
| messages/s as objects, one core | ${whole(messages / seconds)} |
| messages/s as JSON lines, one core | ${whole(messages / writingSeconds)} |
| bytes per message | ${whole(bytes / messages)} |
| truth about ${whole(known.length)} known people, 14 days | ${askingSeconds.toFixed(2)} s |

| timeframe | people | bought | truth ≥ 0.7 | best possible AUC | rough logistic AUC |
| --- | --- | --- | --- | --- | --- |`);

const journal = keepJournal(shop);
for (const timeframeDays of [7, 14, 30]) {
  const training = [150, 136, 122, 108, 94, 80]
    .map((ago) => days - ago)
    .filter((day) => day + timeframeDays <= days - 30);
  const past = rowsOn(shop, journal, training, timeframeDays);
  const test = rowsOn(shop, journal, [days - 30], timeframeDays);
  const model = logistic.fit(past.x, past.y);
  const bought = test.y.reduce((sum, y) => sum + y, 0) / test.x.rows;
  const sure = test.truth.filter((probability) => probability >= 0.7).length / test.x.rows;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `| ${timeframeDays} days | ${whole(test.x.rows)} | ${percent(bought)} | ${percent(sure)} | ` +
      `${rocAuc(test.y, test.truth).toFixed(3)} | ${rocAuc(test.y, model.predict(test.x)).toFixed(3)} |`,
  );
}
