// Who is to be looked at when, without an event: a heap of moments, of each person the earliest.

export interface Timers {
  /** Looks at the person then, unless it is to be done earlier anyway. */
  set(profile: bigint, due: number): void;
  /** Those whose moment has come, taken out. */
  take(now: number, most: number): bigint[];
  /** The earliest moment; Infinity = none. */
  next(): number;
  readonly size: number;
  clear(): void;
}

export function openTimers(): Timers {
  /** The moment that counts; a heap entry with another one is old. */
  const dueOf = new Map<bigint, number>();
  let dues: number[] = [];
  let profiles: bigint[] = [];

  const swap = (a: number, b: number) => {
    [dues[a], dues[b]] = [dues[b], dues[a]];
    [profiles[a], profiles[b]] = [profiles[b], profiles[a]];
  };
  const push = (due: number, profile: bigint) => {
    let place = dues.push(due) - 1;
    profiles.push(profile);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (dues[above] <= dues[place]) break;
      swap(above, place);
      place = above;
    }
  };
  const pop = () => {
    const last = dues.length - 1;
    swap(0, last);
    dues.pop();
    profiles.pop();
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      if (left >= last) return;
      const least = left + 1 < last && dues[left + 1] < dues[left] ? left + 1 : left;
      if (dues[place] <= dues[least]) return;
      swap(place, least);
      place = least;
    }
  };
  const dropOld = () => {
    while (dues.length > 0 && dueOf.get(profiles[0]) !== dues[0]) pop();
  };
  return {
    set(profile, due) {
      if (due >= (dueOf.get(profile) ?? Infinity)) return;
      dueOf.set(profile, due);
      push(due, profile);
    },
    take(now, most) {
      const taken: bigint[] = [];
      for (dropOld(); dues.length > 0 && dues[0] <= now && taken.length < most; dropOld()) {
        taken.push(profiles[0]);
        dueOf.delete(profiles[0]);
        pop();
      }
      return taken;
    },
    next() {
      dropOld();
      return dues.length === 0 ? Infinity : dues[0];
    },
    get size() {
      return dueOf.size;
    },
    clear() {
      dueOf.clear();
      [dues, profiles] = [[], []];
    },
  };
}
