// Arrays of numbers that are as long as they need to be, for graphs of many millions of identifiers.

type Numbers<V> = { [index: number]: V; length: number };

export type Growing<V> = { get(index: number): V; set(index: number, value: V): void };

/** What was never set has the value that `make` fills in. */
export function growing<V>(make: (length: number) => Numbers<V>): Growing<V> {
  let values = make(1 << 10);
  const blank = make(1)[0];
  return {
    get: (index) => (index < values.length ? values[index] : blank),
    set(index, value) {
      if (index >= values.length) {
        const larger = make(Math.max(2 * values.length, index + 1));
        for (let i = 0; i < values.length; i++) larger[i] = values[i];
        values = larger;
      }
      values[index] = value;
    },
  };
}

export function integers(blank: number): Growing<number> {
  return growing<number>((length) => new Int32Array(length).fill(blank));
}

export function bytes(blank: number): Growing<number> {
  return growing<number>((length) => new Uint8Array(length).fill(blank));
}
