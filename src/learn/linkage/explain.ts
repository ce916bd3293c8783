// A pair in words: where the weight starts, what each field says and how much that counts, and what comes out.

import type { Field } from './fields.ts';
import type { Levels } from './levels.ts';
import { strangersOf } from './mixture.ts';
import { chanceOf, type LinkageModel } from './model.ts';

export type Step = { field: string; left: string; right: string; says: string; weight: number };

export type PairExplanation = {
  /** log2 odds before anything is compared. */
  prior: number;
  /** What each field adds, the strongest first. */
  steps: Step[];
  weight: number;
  probability: number;
  sentence: string;
};

export type Explaining = {
  model: LinkageModel;
  fields: readonly Field[];
  levels: Levels;
  rarity: readonly (Float32Array | undefined)[];
};

export function explainPair({ model, fields, levels, rarity }: Explaining, r: number, s: number): PairExplanation {
  const steps = fields.map((field, f): Step => {
    const level = levels.levelOf(f, r, s);
    const rare = level === 1 ? (rarity[f]?.[field.codes[r]] ?? 0) : 0;
    const text = (record: number) => field.values[field.codes[record]] ?? '';
    const note = rare > 1 ? ', and it is rare' : rare < -1 ? ', but it is common' : '';
    return {
      ...{ field: field.name, left: text(r), right: text(s), says: levels.says[f][level] + note },
      weight: model.fields[f].weights[level] + rare,
    };
  });
  const shared = strangersStep({ model, fields, levels, rarity }, r, s);
  if (shared !== undefined) steps.push(shared);
  steps.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const weight = steps.reduce((sum, step) => sum + step.weight, model.prior);
  const probability = chanceOf(weight);
  return { prior: model.prior, steps, weight, probability, sentence: sentenceOf(model.prior, steps, probability) };
}

/** What strangers who share a home or an area take away. */
function strangersStep({ model, fields, levels, rarity }: Explaining, r: number, s: number): Step | undefined {
  const sums = model.strangers.map(({ weights }) =>
    fields.reduce((sum, field, f) => {
      const level = levels.levelOf(f, r, s);
      const rare = level === 1 ? (rarity[f]?.[field.codes[r]] ?? 0) : 0;
      return sum + (weights[f] === undefined ? 0 : weights[f][level] + rare);
    }, 0),
  );
  const weight = -strangersOf(
    model.strangers.map(({ share }) => share),
    sums,
  );
  if (weight > -0.05) return undefined;
  return { field: 'neighbours', left: '', right: '', says: 'people of one home or area share this as well', weight };
}

function sentenceOf(prior: number, steps: readonly Step[], probability: number): string {
  const rare = `Of ${Math.round(2 ** -prior).toLocaleString('en')} pairs about one is a match.`;
  const say = (list: readonly Step[]) =>
    list
      .slice(0, 4)
      .map(({ field, says }) => `${field} (${says})`)
      .join(', ');
  const [for_, against] = [steps.filter(({ weight }) => weight > 0.5), steps.filter(({ weight }) => weight < -0.5)];
  const pro = for_.length > 0 ? ` For it speak ${say(for_)}.` : '';
  const con = against.length > 0 ? ` Against it speak ${say(against)}.` : '';
  return `${rare}${pro}${con} The probability of a match is ${(100 * probability).toFixed(probability > 0.99 || probability < 0.01 ? 2 : 0)} %.`;
}
