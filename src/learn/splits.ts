// Which rows to learn from and which to judge on: stratified folds, folds that keep a group together, and folds that
// never look ahead in time (the rolling origin of Tashman 2000). Every draw is seeded.
import { InklingError } from '../errors.ts';
import { createRandom } from '../math/index.ts';

/** Row indices to learn from and to test on, ascending. */
export type Split = { train: Int32Array; test: Int32Array };

/**
 * Shuffled folds in which each outcome has the same share, as far as it divides. `y` may hold any few distinct numbers;
 * of an amount, pass its tenths or a constant. Throws `too_little_data` when there are fewer rows than folds.
 */
export function stratifiedFolds(y: ArrayLike<number>, { folds, seed }: { folds: number; seed: number }): Split[] {
  checkFolds(y.length, folds, 'rows');
  const order = createRandom(seed).shuffle(Int32Array.from({ length: y.length }, (_, r) => r));
  // Dealt out like cards, one outcome after the other, so that fold sizes differ by one row at most.
  const dealt = order.sort((a, b) => y[a] - y[b]);
  const foldOf = new Int32Array(y.length);
  dealt.forEach((row, i) => {
    foldOf[row] = i % folds;
  });
  return splitsOf(foldOf, folds);
}

/** Shuffled folds of about equal size such that rows with the same `group` are never on both sides. */
export function groupedFolds(
  groups: ArrayLike<number | string>,
  { folds, seed }: { folds: number; seed: number },
): Split[] {
  const sizes = new Map<number | string, number>();
  for (let r = 0; r < groups.length; r++) sizes.set(groups[r], (sizes.get(groups[r]) ?? 0) + 1);
  checkFolds(sizes.size, folds, 'groups');
  // The largest group first, each to the emptiest fold; the shuffle decides between groups of one size.
  const order = createRandom(seed).shuffle([...sizes]);
  order.sort((a, b) => b[1] - a[1]);
  const rowsIn = new Array<number>(folds).fill(0);
  const foldOfGroup = new Map<number | string, number>();
  for (const [group, size] of order) {
    const fold = rowsIn.indexOf(Math.min(...rowsIn));
    rowsIn[fold] += size;
    foldOfGroup.set(group, fold);
  }
  return splitsOf(
    Int32Array.from({ length: groups.length }, (_, r) => foldOfGroup.get(groups[r]) as number),
    folds,
  );
}

/**
 * Folds in the order of time: fold k tests on the k-th of `folds` later stretches and learns from everything before it.
 * Rows of one moment stay together, so a stretch may be empty and is then left out.
 */
export function timeFolds(times: ArrayLike<number>, { folds }: { folds: number }): Split[] {
  checkFolds(times.length, folds + 1, 'rows');
  const sorted = Float64Array.from(times).sort();
  checkTimes(sorted);
  const edges = Array.from({ length: folds }, (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / (folds + 1))]);
  const splits = edges.map((edge, k) => ({
    train: rowsWhere(times, (time) => time < edge),
    test: rowsWhere(times, (time) => time >= edge && (k + 1 === folds || time < edges[k + 1])),
  }));
  return splits.filter(({ train, test }) => train.length > 0 && test.length > 0);
}

/** Learns from rows before `cut` and tests on the rest; without a cut, about the share `early` of the rows is before. */
export function timeSplit(times: ArrayLike<number>, { cut, early = 0.8 }: { cut?: number; early?: number }): Split {
  checkFolds(times.length, 2, 'rows');
  const sorted = Float64Array.from(times).sort();
  checkTimes(sorted);
  const at = cut ?? sorted[Math.min(sorted.length - 1, Math.round(early * sorted.length))];
  const split = { train: rowsWhere(times, (time) => time < at), test: rowsWhere(times, (time) => time >= at) };
  if (split.train.length > 0 && split.test.length > 0) return split;
  const side = split.train.length === 0 ? 'before' : 'from';
  throw new InklingError('too_little_data', `No row lies ${side} the cut in time on.`, {
    hint: 'Choose a cut between the first and the last moment.',
  });
}

function splitsOf(foldOf: Int32Array, folds: number): Split[] {
  return Array.from({ length: folds }, (_, fold) => ({
    train: rowsWhere(foldOf, (other) => other !== fold),
    test: rowsWhere(foldOf, (other) => other === fold),
  }));
}

function rowsWhere(values: ArrayLike<number>, holds: (value: number) => boolean): Int32Array {
  const rows = new Int32Array(values.length);
  let count = 0;
  for (let r = 0; r < values.length; r++) if (holds(values[r])) rows[count++] = r;
  return rows.slice(0, count);
}

function checkFolds(have: number, folds: number, what: string): void {
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new InklingError('invalid_input', `${folds} is no number of folds.`, { hint: 'Use a whole number from 2.' });
  }
  if (have < folds) {
    throw new InklingError('too_little_data', `There are ${have} ${what} for ${folds} folds.`, {
      hint: 'Use fewer folds or more data.',
    });
  }
}

function checkTimes(sorted: Float64Array): void {
  // NaN sorts last.
  if (Number.isNaN(sorted[sorted.length - 1])) {
    throw new InklingError('invalid_input', 'Some rows have no moment to order them by.', {
      hint: 'Fill in or remove the rows without a time.',
    });
  }
}
