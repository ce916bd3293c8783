// Records that hang together by links are one thing. A link that alone holds two groups together is a bridge (Tarjan
// 1974); a weak one, when each side has two records or more, is more likely an error than a find, and is taken out. What
// comes out depends on the links only, not on their order.

/** A link between two records, by their numbers. */
export type Edge = { left: number; right: number; probability: number };

export type Clusters = {
  /** Of each record the smallest number in its cluster. */
  clusterOf: Int32Array;
  /** Clusters of two records or more. */
  clusters: number;
  largest: number;
  /** The links that were taken out as weak bridges. */
  cut: Edge[];
};

/** A bridge below this probability is weak. */
export const WEAK_BRIDGE = 0.99;

export function cluster(records: number, edges: readonly Edge[]): Clusters {
  const weak = new Set(weakBridges(records, edges));
  const sets = openSets(records);
  edges.forEach((edge, e) => {
    if (!weak.has(e)) sets.join(edge.left, edge.right);
  });
  const clusterOf = Int32Array.from({ length: records }, (_, r) => sets.find(r));
  const sizes = new Int32Array(records);
  for (const root of clusterOf) sizes[root]++;
  let [clusters, largest] = [0, 0];
  for (const size of sizes) {
    if (size >= 2) clusters++;
    if (size > largest) largest = size;
  }
  return { clusterOf, clusters, largest, cut: [...weak].sort((a, b) => a - b).map((e) => edges[e]) };
}

/** Sets of records, each named by its smallest. */
export function openSets(records: number): { find(record: number): number; join(a: number, b: number): void } {
  const parent = Int32Array.from({ length: records }, (_, r) => r);
  const find = (record: number) => {
    let root = record;
    while (parent[root] !== root) root = parent[root];
    for (let at = record; parent[at] !== root; ) [at, parent[at]] = [parent[at], root];
    return root;
  };
  return {
    find,
    join(a, b) {
      const [x, y] = [find(a), find(b)];
      if (x < y) parent[y] = x;
      else parent[x] = y;
    },
  };
}

/** Numbers of the edges that are weak bridges. */
function weakBridges(records: number, edges: readonly Edge[]): number[] {
  const graph = hang(records, edges);
  const entered = new Int32Array(records);
  const low = new Int32Array(records);
  const size = new Int32Array(records).fill(1);
  const found: { edge: number; below: number; root: number }[] = [];
  let clock = 0;
  const path: number[] = [];
  const by = new Int32Array(records).fill(-1);
  const at = Int32Array.from(graph.first);
  for (let root = 0; root < records; root++) {
    if (entered[root] !== 0 || graph.first[root] < 0) continue;
    path.push(root);
    entered[root] = low[root] = ++clock;
    while (path.length > 0) {
      const node = path[path.length - 1];
      const half = at[node];
      if (half >= 0) {
        at[node] = graph.next[half];
        const [edge, other] = [half >> 1, graph.end[half]];
        if (edge === by[node]) continue;
        if (entered[other] === 0) {
          by[other] = edge;
          entered[other] = low[other] = ++clock;
          path.push(other);
        } else low[node] = Math.min(low[node], entered[other]);
      } else {
        path.pop();
        const above = path[path.length - 1];
        if (above === undefined) continue;
        size[above] += size[node];
        low[above] = Math.min(low[above], low[node]);
        if (low[node] > entered[above]) found.push({ edge: by[node], below: node, root });
      }
    }
  }
  return found
    .filter(
      ({ edge, below, root }) =>
        edges[edge].probability < WEAK_BRIDGE && size[below] >= 2 && size[root] - size[below] >= 2,
    )
    .map(({ edge }) => edge);
}

function hang(records: number, edges: readonly Edge[]) {
  const first = new Int32Array(records).fill(-1);
  const next = new Int32Array(2 * edges.length);
  const end = new Int32Array(2 * edges.length);
  edges.forEach(({ left, right }, e) => {
    [next[2 * e], first[left], end[2 * e]] = [first[left], 2 * e, right];
    [next[2 * e + 1], first[right], end[2 * e + 1]] = [first[right], 2 * e + 1, left];
  });
  return { first, next, end };
}
