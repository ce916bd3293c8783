// How alike two short texts are, counted on their code units exactly as ClickHouse counts bytes: normalised values are
// ASCII (normalise/text.ts), so both say the same. Jaro 1989 and Winkler 1990; what ClickHouse
// calls Damerau-Levenshtein is the optimal string alignment (no letter is moved twice), and so is this.

const MOST = 128;
const BITS = 31;
/** Of each ASCII letter its places in a text. */
const placesOf = new Int32Array(128);
const takenA = new Uint8Array(MOST);
const takenB = new Uint8Array(MOST);

/** Jaro–Winkler similarity, 0 … 1; four letters of prefix count 0.1 each, where Jaro is above 0.7. */
export function jaroWinkler(first: string, second: string): number {
  if (first === second) return 1;
  // Letters are matched greedily, so the order can matter: it is made the same for both ways round.
  const [a, b] = first < second ? [first, second] : [second, first];
  const [m, n] = [Math.min(a.length, MOST), Math.min(b.length, MOST)];
  if (m === 0 || n === 0) return 0;
  const reach = Math.max(0, (Math.max(m, n) >> 1) - 1);
  const [same, moved] = m <= BITS && n <= BITS ? matchByBits(a, b, reach) : matchLetters(a, b, m, n, reach);
  if (same === 0) return 0;
  const jaro = (same / m + same / n + (same - moved / 2) / same) / 3;
  if (jaro <= 0.7) return jaro;
  let prefix = 0;
  while (prefix < 4 && prefix < m && prefix < n && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  return jaro + 0.1 * prefix * (1 - jaro);
}

/** Letters in common within `reach` places, each matched with the first one free, and how many of them change their order. */
function matchLetters(a: string, b: string, m: number, n: number, reach: number): [same: number, moved: number] {
  takenA.fill(0, 0, m);
  takenB.fill(0, 0, n);
  let same = 0;
  for (let i = 0; i < m; i++) {
    const code = a.charCodeAt(i);
    const end = Math.min(n - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (takenB[j] === 0 && b.charCodeAt(j) === code) {
        takenA[i] = 1;
        takenB[j] = 1;
        same++;
        break;
      }
    }
  }
  let moved = 0;
  for (let i = 0, j = 0; i < m; i++) {
    if (takenA[i] === 0) continue;
    while (takenB[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) moved++;
    j++;
  }
  return [same, moved];
}

/** The same for ASCII texts of up to 31 letters, whose places are bits: those of a letter, and those that are taken. */
function matchByBits(a: string, b: string, reach: number): [same: number, moved: number] {
  for (let j = 0; j < b.length; j++) placesOf[b.charCodeAt(j) & 127] |= 1 << j;
  let [same, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    // Places i − reach … i + reach; a shift by 32 would be one by none.
    const upTo = i + reach + 1 >= BITS ? -1 : (1 << (i + reach + 1)) - 1;
    const window = i > reach ? upTo & (-1 << (i - reach)) : upTo;
    const free = placesOf[a.charCodeAt(i) & 127] & ~ofB & window;
    if (free === 0) continue;
    ofB |= free & -free;
    ofA |= 1 << i;
    same++;
  }
  for (let j = 0; j < b.length; j++) placesOf[b.charCodeAt(j) & 127] = 0;
  let moved = 0;
  for (let left = ofA, right = ofB; left !== 0; left &= left - 1, right &= right - 1) {
    if (a.charCodeAt(31 - Math.clz32(left & -left)) !== b.charCodeAt(31 - Math.clz32(right & -right))) moved++;
  }
  return [same, moved];
}

let [older, above, row] = [new Uint8Array(MOST + 2), new Uint8Array(MOST + 2), new Uint8Array(MOST + 2)];

/** Insertions, deletions, replacements and swaps of neighbours between two texts; `atMost` + 1 when there are more. */
export function editDistance(a: string, b: string, atMost: number): number {
  if (a === b) return 0;
  const over = atMost + 1;
  let [m, n] = [Math.min(a.length, MOST), Math.min(b.length, MOST)];
  if (Math.abs(m - n) > atMost) return over;
  // What both begin and end with costs nothing.
  while (m > 0 && n > 0 && a.charCodeAt(m - 1) === b.charCodeAt(n - 1)) {
    m--;
    n--;
  }
  let skip = 0;
  while (skip < m && skip < n && a.charCodeAt(skip) === b.charCodeAt(skip)) skip++;
  m -= skip;
  n -= skip;
  if (m === 0 || n === 0) return m + n;
  if (atMost === 1) return isOneEdit(a, b, skip, m, n) ? 1 : 2;
  return align(a, b, skip, m, n, atMost);
}

/** Whether what is left between a common start and a common end is one replacement or one swap. */
function isOneEdit(a: string, b: string, skip: number, m: number, n: number): boolean {
  if (m !== n || m > 2) return false;
  return m === 1 || (a.charCodeAt(skip) === b.charCodeAt(skip + 1) && a.charCodeAt(skip + 1) === b.charCodeAt(skip));
}

/** Optimal string alignment; only cells within `atMost` of the diagonal can matter, their neighbours count as over. */
function align(a: string, b: string, skip: number, m: number, n: number, atMost: number): number {
  const over = atMost + 1;
  for (let j = 0; j <= n + 1; j++) above[j] = j <= atMost ? j : over;
  for (let i = 1; i <= m; i++) {
    const from = Math.max(1, i - atMost);
    const to = Math.min(n, i + atMost);
    row[from - 1] = from === 1 && i <= atMost ? i : over;
    let least = row[from - 1];
    const code = a.charCodeAt(skip + i - 1);
    for (let j = from; j <= to; j++) {
      const other = b.charCodeAt(skip + j - 1);
      let cost = above[j - 1] + (code === other ? 0 : 1);
      if (above[j] + 1 < cost) cost = above[j] + 1;
      if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
      const swapped = i > 1 && j > 1 && code === b.charCodeAt(skip + j - 2) && a.charCodeAt(skip + i - 2) === other;
      if (swapped && older[j - 2] + 1 < cost) cost = older[j - 2] + 1;
      row[j] = Math.min(cost, over);
      if (cost < least) least = cost;
    }
    row[to + 1] = over;
    if (least > atMost) return over;
    [older, above, row] = [above, row, older];
  }
  return Math.min(above[n], over);
}

/**
 * Share of the pairs of neighbouring letters that two values have in common (Jaccard), 0 … 1. Pairs are written down when
 * a value is first asked for, each once and ascending, those of all values in one row: a list of its own for each would
 * weigh more than its letters.
 */
export function openOverlap(values: readonly string[]): (a: number, b: number) => number {
  let pairs = new Uint16Array(1 << 12);
  let size = 0;
  /** Where the pairs of a value begin, behind their number; 0: not written yet. */
  let starts = new Int32Array(1 << 10);
  const write = (value: number): number => {
    const text = values[value];
    while (size + text.length + 1 > pairs.length) pairs = lengthened(pairs, new Uint16Array(2 * pairs.length));
    while (value >= starts.length) starts = lengthened(starts, new Int32Array(2 * starts.length));
    const start = size + 1;
    let end = start;
    for (let i = 0; i + 1 < text.length; i++) {
      const pair = (text.charCodeAt(i) << 8) | text.charCodeAt(i + 1);
      let at = end;
      while (at > start && pairs[at - 1] > pair) at--;
      if (at > start && pairs[at - 1] === pair) continue;
      pairs.copyWithin(at + 1, at, end++);
      pairs[at] = pair;
    }
    pairs[size] = end - start;
    size = end;
    starts[value] = start;
    return start;
  };
  return (a, b) => {
    let i = starts[a] || write(a);
    let j = starts[b] || write(b);
    const both = pairs[i - 1] + pairs[j - 1];
    const [endA, endB] = [i + pairs[i - 1], j + pairs[j - 1]];
    let common = 0;
    while (i < endA && j < endB) {
      const [x, y] = [pairs[i], pairs[j]];
      if (x === y) common++;
      if (x <= y) i++;
      if (y <= x) j++;
    }
    return both === common ? 0 : common / (both - common);
  };
}

function lengthened<A extends Uint16Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
