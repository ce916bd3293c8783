// Titles and descriptions: words in common, where a rare word counts for more (cosine of TF-IDF vectors; Salton 1988).
import { type Comparison, levelsSql, type TokenWeights } from '../comparison.ts';

const bounds = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1] as const;
const words = (text: string) => `arrayDistinct(splitByChar(' ', ${text}))`;

export const tokens: Comparison = {
  name: 'tokens',
  sentence: 'Weighs the words that two texts share, rare ones most.',
  levels: [
    'the same words',
    ...bounds.map((bound) => `${Math.round(100 * bound)} % of the words' weight shared`),
    'differs',
  ],
  exactFirst: false,
  open(values, weights) {
    const vectors = openVectors(values, weights);
    return (a, b) => {
      if (a === b) return 0;
      const likeness = vectors.cosine(a, b) + 1e-9;
      for (let level = 0; level < bounds.length; level++) if (likeness >= bounds[level]) return level + 1;
      return bounds.length + 1;
    };
  },
  sql(a, b, weight) {
    const sum = (list: string) => `arraySum(w -> pow(${weight('w')}, 2), ${list})`;
    const cosine = `(${sum(`arrayIntersect(${words(a)}, ${words(b)})`)} / sqrt(${sum(words(a))} * ${sum(words(b))}) + 1e-9)`;
    return levelsSql(`${a} = ${b}`, ...bounds.map((bound) => `${cosine} >= ${bound}`));
  },
};

type Vectors = {
  cosine(a: number, b: number): number;
};

/** Each value as a sparse vector of length one over its different words, made when it is first asked for. */
function openVectors(values: readonly string[], { weightOf }: TokenWeights): Vectors {
  const places = new Map<string, number>();
  const names: string[] = [];
  const wordsOf: (Int32Array | undefined)[] = [];
  const weightsOf: Float64Array[] = [];
  const placeOf = (word: string) => {
    let place = places.get(word);
    if (place === undefined) {
      place = names.push(word) - 1;
      places.set(word, place);
    }
    return place;
  };
  const wordsIn = (value: number): Int32Array => {
    const known = wordsOf[value];
    if (known !== undefined) return known;
    const own = Int32Array.from(new Set(values[value].split(' ').map(placeOf))).sort();
    const weights = Float64Array.from(own, (word) => weightOf(names[word]));
    let square = 0;
    for (const weight of weights) square += weight * weight;
    const length = Math.sqrt(square) || 1;
    wordsOf[value] = own;
    weightsOf[value] = weights.map((weight) => weight / length);
    return own;
  };
  return {
    cosine(a, b) {
      const [x, y] = [wordsIn(a), wordsIn(b)];
      const [v, w] = [weightsOf[a], weightsOf[b]];
      let sum = 0;
      for (let i = 0, j = 0; i < x.length && j < y.length; ) {
        if (x[i] === y[j]) sum += v[i++] * w[j++];
        else if (x[i] < y[j]) i++;
        else j++;
      }
      return sum;
    },
  };
}
