// The split of a categorical column: categories are ordered by the answer they ask for, slope over curvature, and the best
// cut of that order is the best of all 2ᵏ subsets (Fisher 1958; as in LightGBM). Rare categories are drawn towards the
// middle, and a categorical split pays more regularisation, since it has many more ways to fit noise.
import { FOUND } from './layout.ts';
import type { Shared } from './shared.ts';

/** Categories on the smaller side of a split at most. */
const MOST_ON_A_SIDE = 64;

type Group = { bin: number; packedG: number; packedH: number; g: number; h: number; key: number };

/** Looks for a better split than what stands in `found`; on success writes the set of bins that go left. */
export function findCategorySplit(shared: Shared, found: number, histogram: number, column: number): void {
  const { f64, i32, u32 } = shared;
  const { bins, missingBin, otherBin, direction } = shared.layout.columns[column];
  if (direction !== 0) return;
  const number = (field: number) => f64[(found + field) / 8];
  const scaleG = number(FOUND.scaleG);
  const scaleH = number(FOUND.scaleH);
  const limits = { l1: number(FOUND.l1), l2: number(FOUND.l2) + number(FOUND.categoryL2) };
  const smoothing = number(FOUND.categorySmoothing);
  const groups: Group[] = [];
  const total = { g: 0, h: 0 };
  const last = missingBin >= 0 ? missingBin : bins - 1;
  for (let bin = 0; bin <= last; bin++) {
    const at = histogram / 4 + 2 * bin;
    const g = i32[at + 1] * scaleG;
    const h = u32[at] * scaleH;
    if (h === 0) continue;
    groups.push({ bin, packedG: i32[at + 1], packedH: u32[at], g, h, key: g / (h + smoothing) });
    total.g += g;
    total.h += h;
  }
  if (groups.length < 2) return;
  groups.sort((a, b) => a.key - b.key || a.bin - b.bin);
  // What is not on the list goes right: rare categories must. So a list can't hold missing values alone against them.
  const otherGoesRight = otherBin >= 0 && groups.some(({ bin }) => bin === otherBin);
  const isMissingAlone = (side: Group[]) => side.length === 1 && side[0].bin === missingBin;
  const parent = number(FOUND.parentLoss);
  let best = number(FOUND.gain);
  let bestCount = 0;
  let g = 0;
  let h = 0;
  for (let count = 1; count < groups.length; count++) {
    g += groups[count - 1].g;
    h += groups[count - 1].h;
    if (Math.min(count, groups.length - count) > MOST_ON_A_SIDE) continue;
    if (Math.min(h, total.h - h) < number(FOUND.minChild)) continue;
    const left = loss(g, h, limits, number(FOUND.lowest), number(FOUND.highest));
    const right = loss(total.g - g, total.h - h, limits, number(FOUND.lowest), number(FOUND.highest));
    const gain = parent - (left + right);
    if (!(gain > best)) continue;
    if (otherGoesRight && (isMissingAlone(groups.slice(0, count)) || isMissingAlone(groups.slice(count)))) continue;
    best = gain;
    bestCount = count;
  }
  if (bestCount === 0) return;
  const first = groups.slice(0, bestCount);
  const second = groups.slice(bestCount);
  const mass = (side: Group[]) => side.reduce((sum, one) => sum + one.h, 0);
  // Where no category is rare, the greater side goes right, and a category met only later with it.
  const firstGoesRight = otherGoesRight
    ? first.some(({ bin }) => bin === otherBin)
    : isMissingAlone(first) || (!isMissingAlone(second) && mass(first) > mass(second));
  writeSet(shared, found, firstGoesRight ? second : first, missingBin);
  f64[(found + FOUND.gain) / 8] = best;
  i32[(found + FOUND.column) / 4] = column;
}

function loss(g: number, h: number, { l1, l2 }: { l1: number; l2: number }, lowest: number, highest: number): number {
  const pull = g - Math.min(Math.max(g, -l1), l1);
  const answer = Math.min(Math.max(-pull / (h + l2), lowest), highest);
  return answer * (pull + 0.5 * (h + l2) * answer);
}

/** The bins that go left as 256 bits, and the sums of the left side. */
function writeSet({ i32, u32 }: Shared, found: number, left: Group[], missingBin: number): void {
  const set = u32.subarray((found + FOUND.set) / 4, (found + FOUND.set) / 4 + 8).fill(0);
  const at = (found + FOUND.left) / 4;
  let missingLeft = 0;
  i32[at + 1] = 0;
  u32[at] = 0;
  for (const { bin, packedG, packedH } of left) {
    i32[at + 1] += packedG;
    u32[at] += packedH;
    if (bin === missingBin) missingLeft = 1;
    set[bin >> 5] |= 1 << (bin & 31);
  }
  i32[(found + FOUND.bin) / 4] = -1;
  i32[(found + FOUND.missingLeft) / 4] = missingLeft;
}
