// Exact Shapley values of a sum of trees against given background rows (Lundberg et al. 2020, "interventional" TreeSHAP,
// their algorithm 3; Janzing et al. 2020 on why): a column that is unknown to the coalition takes its value from a
// background row, whatever the other columns hold. So nothing is credited to a column that the trees never ask, also when
// it goes along with one that they do; path-dependent values (treeshap.ts) need no background but split such credit.
import { InklingError } from '../errors.ts';
import { DEEPEST, type Forest, goesLeft } from './forest.ts';
import { checkMatrix, copyRow, type Matrix } from './matrix.ts';

/**
 * Answers, for a row, what each column adds to the sum of leaves over its mean on the background rows; the last element
 * is that mean, and all of them sum to the row's own. `background` has at least one row, its columns in the order of the
 * trees'. Takes (rows of background) × (leaves both rows lead to) steps a row: some hundred background rows are plenty.
 */
export function createInterventionalExplainer(
  forest: Forest,
  background: Matrix,
): (row: ArrayLike<number>) => Float64Array {
  checkMatrix(background);
  if (background.rows === 0) {
    throw new InklingError('too_little_data', 'There are no background rows.', {
      hint: 'Give some rows to compare with.',
    });
  }
  const columns = background.columns.length;
  const references = Array.from({ length: background.rows }, (_, r) => copyRow(background, r));
  return (row) => {
    const own = Uint8Array.from(forest.column, (column, node) =>
      column < 0 ? 0 : Number(goesLeft(forest, node, row)),
    );
    const contributions = new Float64Array(columns + 1);
    for (const reference of references) explainAgainst(forest, own, reference, contributions);
    return contributions.map((sum) => sum / references.length);
  };
}

/** Whose value a column has on the way to a leaf. */
const EITHER = 0;
const OWN = 1;
const REFERENCE = 2;

function explainAgainst(forest: Forest, own: Uint8Array, reference: Float32Array, contributions: Float64Array): void {
  const { starts, column, left, right, value } = forest;
  const whose = new Uint8Array(reference.length);
  const owned: number[] = [];
  const referred: number[] = [];
  const visit = (node: number): void => {
    const c = column[node];
    if (c < 0) {
      addLeaf(contributions, value[node], owned, referred);
      return;
    }
    const ownChild = own[node] === 1 ? left[node] : right[node];
    const referenceChild = goesLeft(forest, node, reference) ? left[node] : right[node];
    if (ownChild === referenceChild || whose[c] === OWN) visit(ownChild);
    else if (whose[c] === REFERENCE) visit(referenceChild);
    else {
      visitAs(OWN, owned, c, ownChild);
      visitAs(REFERENCE, referred, c, referenceChild);
    }
  };
  const visitAs = (one: number, list: number[], c: number, child: number): void => {
    whose[c] = one;
    list.push(c);
    visit(child);
    list.pop();
    whose[c] = EITHER;
  };
  for (let t = 0; t + 1 < starts.length; t++) visit(starts[t]);
}

/** A leaf is reached by the coalitions that hold all of `owned` and none of `referred`. */
function addLeaf(
  contributions: Float64Array,
  value: number,
  owned: readonly number[],
  referred: readonly number[],
): void {
  if (owned.length === 0) contributions[contributions.length - 1] += value;
  for (const c of owned) contributions[c] += value * SHARES[owned.length - 1][referred.length];
  for (const c of referred) contributions[c] -= value * SHARES[owned.length][referred.length - 1];
}

/** SHARES[p][n] = p!·n! / (p + n + 1)!: the share of orders in which p given columns come before one, and n after it. */
const SHARES = Array.from({ length: DEEPEST + 1 }, (_, p) => {
  const row = new Float64Array(DEEPEST + 1);
  row[0] = 1 / (p + 1);
  for (let n = 1; n <= DEEPEST; n++) row[n] = (row[n - 1] * n) / (p + n + 1);
  return row;
});
