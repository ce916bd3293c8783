// Small made-up tables for the tests of the lab, and where the public data sets lie.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/math/index.ts';

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** A public data set that is read in place; `skip` says why a test has to do without it. */
export function dataSet(path: string): { file: string; skip: string | false } {
  const file = join(shared, path);
  return { file, skip: existsSync(file) ? false : `${path} is not on this machine` };
}

export const telco = dataSet('telco_churn/Telco-Customer-Churn.csv.gz');
export const shoppers = dataSet('online_shoppers/online_shoppers_intention.csv.gz');

/** Writes lines and answers the path. */
export function writeLines(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Shop visits of which `bought` depends on pages, plan and day; every column asks something else of a reader. */
export function visits(rows: number, seed: number): string[] {
  const random = createRandom(seed);
  const lines = ['customer,pages,plan,day,zip,country,spent,bought'];
  for (let r = 0; r < rows; r++) {
    const pages = random.poisson(4);
    const plan = ['free', 'basic', '"pro, yearly"'][random.int(3)];
    const day = new Date(Date.UTC(2026, 0, 1 + (r % 200))).toISOString().slice(0, 10);
    const zip = ['01067', '10115', '20095'][random.int(3)];
    const odds = -2 + 0.4 * pages + (plan === '"pro, yearly"' ? 1.5 : 0) + (r % 200) / 200;
    const bought = random.uniform() < 1 / (1 + Math.exp(-odds)) ? 'yes' : 'no';
    const spent = (10 * pages + 5 * random.normal()).toFixed(2);
    lines.push(`u${r}x${random.int(1e6)},${r % 11 === 0 ? '' : pages},${plan},${day},${zip},DE,${spent},${bought}`);
  }
  return lines;
}
