// Back-fill [WH-16]: what was known of everybody at moments over the past year, with the signals as they are defined today.
// A signal that was added or changed makes another signal set, so its past is not there yet; snapshots that are there and
// hold every event are left as they are, and one that was cut off goes on with the moments that are missing.

import { InklingError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { addDays, startOfDay } from '../time.ts';
import { findDataSpan, prepareSnapshots } from './history.ts';

export type BackfillRequest = {
  workspace: string;
  /** How far back from the last event. */
  days: number;
  /** Days from one moment to the next. */
  everyDays: number;
  now: Date;
  onProgress?: (done: number, total: number) => void;
};

export type Backfill = { signalSet: string; moments: string[]; seconds: number };

export async function backfillFeatures(store: Store, request: BackfillRequest): Promise<Backfill> {
  const { workspace, days, everyDays, now, onProgress } = request;
  const span = await findDataSpan(store, workspace);
  if (span === undefined) {
    throw new InklingError('too_little_data', `Workspace "${workspace}" has no events yet.`, {
      hint: 'Import a file or send events first.',
    });
  }
  const last = startOfDay(span.to);
  const first = Math.max(addDays(last, -days).getTime(), startOfDay(addDays(span.from, 1)).getTime());
  const moments: Date[] = [];
  for (let at = last; at.getTime() >= first; at = addDays(at, -everyDays)) moments.unshift(at);
  const started = performance.now();
  const signalSet = await prepareSnapshots(store, { workspace, moments, now, onProgress });
  return { signalSet, moments: moments.map((at) => at.toISOString()), seconds: (performance.now() - started) / 1000 };
}
