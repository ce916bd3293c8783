// Reweighing (Kamiran & Calders 2012, "Data preprocessing techniques for classification without discrimination"): with these
// weights no group has more yes outcomes than another, so a learner sees nothing of the group in the outcome.
import type { GroupedRows } from './groupGaps.ts';

/** Weights P(group)·P(outcome) / P(group, outcome), under which group and outcome are independent. */
export function independenceWeights({ y, groups }: Pick<GroupedRows, 'y' | 'groups'>): Float32Array {
  const ofGroup = new Map<number, number>();
  const ofCell = new Map<string, number>();
  const count = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let yes = 0;
  for (let r = 0; r < y.length; r++) {
    count(ofGroup, groups[r]);
    count(ofCell, `${groups[r]} ${y[r]}`);
    yes += y[r];
  }
  return y.map((outcome, r) => {
    const shareOfOutcome = (outcome === 1 ? yes : y.length - yes) / y.length;
    return ((ofGroup.get(groups[r]) as number) * shareOfOutcome) / (ofCell.get(`${groups[r]} ${outcome}`) as number);
  });
}
