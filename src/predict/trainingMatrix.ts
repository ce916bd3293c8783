// The very rows a training sees, as CSV: for other tools to be held against ours on equal terms. One line per person and
// moment: as_of, profile, split (train or test), label, then the signals; an unknown value is an empty field.

import { InklingError } from '../errors.ts';
import { toHexId } from '../identify/index.ts';
import type { Store } from '../store/index.ts';
import { findDataSpan, prepareSnapshots, readRows } from './history.ts';
import { findQuestion } from './questions/index.ts';
import type { PurchaseIntentSettings } from './questions/purchaseIntent.ts';
import type { Rows } from './rows.ts';
import { completeSettings } from './settings.ts';
import { learnableSignals } from './signals.ts';
import { MOST_ROWS, MOST_TEST_ROWS, planModelSnapshots } from './train.ts';

export type MatrixExport = Partial<PurchaseIntentSettings> & {
  workspace: string;
  testMoments?: readonly Date[];
  now: Date;
  onProgress?: (done: number, total: number) => void;
};

const LINES_PER_CHUNK = 500;

/** CSV text in chunks, the header first. */
export async function* trainingMatrix(store: Store, options: MatrixExport): AsyncIterable<string> {
  const { workspace, testMoments, now, onProgress, ...given } = options;
  const question = findQuestion('purchase_intent');
  const settings = completeSettings<PurchaseIntentSettings>(question.name, question.settings, given);
  const outcome = question.outcome(settings);
  const plan = await planModelSnapshots(store, { workspace, timeframeDays: outcome.timeframeDays, testMoments });
  if ((await findDataSpan(store, workspace)) === undefined || plan.train.length === 0) {
    throw new InklingError('too_little_data', 'There is no moment yet whose outcome is known.', {
      hint: `Import at least ${outcome.timeframeDays + 2} days of events.`,
    });
  }
  const signalSet = await prepareSnapshots(store, {
    workspace,
    moments: [...plan.train, ...plan.test],
    now,
    onProgress,
  });
  const read = (moments: readonly Date[], maxRows: number) =>
    readRows(store, { workspace, signalSet, moments, outcome, maxRows, seed: settings.seed });
  const train = await read(plan.train, MOST_ROWS);
  const names = learnableSignals(train, settings.signals);
  yield `${['as_of', 'profile', 'split', 'label', ...names].join(',')}\n`;
  yield* linesOf(train, 'train', names);
  yield* linesOf(await read(plan.test, MOST_TEST_ROWS), 'test', names);
}

function* linesOf(rows: Rows, split: 'train' | 'test', names: readonly string[]): Iterable<string> {
  const columns = names.map((name) => rows.x.columns[rows.x.names.indexOf(name)]);
  const moments = rows.moments.map((moment) => moment.toISOString());
  let chunk = '';
  for (let r = 0; r < rows.y.length; r++) {
    chunk += `${moments[rows.momentOf[r]]},${toHexId(rows.profiles[r])},${split},${rows.y[r]}`;
    for (const column of columns) chunk += Number.isNaN(column[r]) ? ',' : `,${column[r]}`;
    chunk += '\n';
    if ((r + 1) % LINES_PER_CHUNK !== 0) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
