// The share of people whom nothing has befallen by a day, from waits of whom many are cut short (Kaplan & Meier 1958).
import type { Waits } from './hazards.ts';

/** The days on which something happened, rising, and the share that had been spared by the end of each. */
export function kaplanMeier({ days, happened }: Waits): { days: number[]; spared: number[] } {
  const order = Uint32Array.from(days, (_, i) => i).sort((a, b) => days[a] - days[b]);
  const curve: { days: number[]; spared: number[] } = { days: [], spared: [] };
  let spared = 1;
  for (let start = 0; start < order.length; ) {
    const day = days[order[start]];
    let end = start;
    let events = 0;
    for (; end < order.length && days[order[end]] === day; end++) events += happened[order[end]];
    if (events > 0) {
      spared *= 1 - events / (order.length - start);
      curve.days.push(day);
      curve.spared.push(spared);
    }
    start = end;
  }
  return curve;
}
