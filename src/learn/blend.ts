// A blend: the weighted mean of several models' log-odds. Models that err differently err less together, and because the
// mean is taken in log-odds, a blend's contributions are the weighted means of its members' and still add up.
import { type Static, Type } from 'typebox';
import { InklingError } from '../errors.ts';
import { BoostingSettings, boosting } from './boosting/boosting.ts';
import {
  brokenModel,
  checkModelFile,
  completeModel,
  completeSettings,
  type FittedModel,
  type Learner,
} from './learner.ts';
import { LogisticSettings, logistic } from './logistic.ts';
import { checkTraining } from './matrix.ts';

/** A fitted model and its share in the blend; shares are positive and need not sum to one. */
export type Member = { model: FittedModel; share: number };

export const BlendSettings = Type.Object(
  {
    boostingShare: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'Share of boosting; the rest is logistic.',
    }),
    boosting: Type.Partial(BoostingSettings, { default: {}, description: 'Settings of the boosting member.' }),
    logistic: Type.Partial(LogisticSettings, { default: {}, description: 'Settings of the logistic member.' }),
  },
  { additionalProperties: false },
);
export type BlendSettings = Static<typeof BlendSettings>;

const BlendFile = Type.Object({
  kind: Type.Literal('blend'),
  members: Type.Array(Type.Object({ share: Type.Number({ exclusiveMinimum: 0 }), model: Type.Unknown() }), {
    minItems: 1,
  }),
});
type BlendFile = Static<typeof BlendFile>;

export const blend: Learner<BlendSettings> = {
  name: 'blend',
  sentence: 'Mean of boosted trees and logistic regression: steadier than either alone.',
  settings: BlendSettings,
  fit(x, y, given, options) {
    const settings = completeSettings<BlendSettings>('blend', BlendSettings, given);
    checkTraining(x, y, options?.weights);
    const members = [
      { model: boosting.fit(x, y, settings.boosting, options), share: settings.boostingShare },
      {
        model: logistic.fit(x, y, settings.logistic, { weights: options?.weights }),
        share: 1 - settings.boostingShare,
      },
    ];
    return blendModels(members.filter(({ share }) => share > 0));
  },
  read(json, readMember) {
    const file = checkModelFile<BlendFile>('blend', BlendFile, json);
    const members = file.members.map(({ model, share }) => ({ model: readMember(model), share }));
    const names = [...members[0].model.names].sort().join('\n');
    if (members.some(({ model }) => [...model.names].sort().join('\n') !== names)) {
      brokenModel('blend', 'its members were trained on different columns');
    }
    return blendModels(members);
  },
};

/** Blends fitted models that were trained on the same columns. */
export function blendModels(members: readonly Member[]): FittedModel {
  const total = members.reduce((sum, { share }) => sum + share, 0);
  if (!(total > 0 && total < Number.POSITIVE_INFINITY) || members.some(({ share }) => !(share > 0))) {
    throw new InklingError(
      'invalid_input',
      `The shares of a blend are ${members.map(({ share }) => share).join(', ')}.`,
      {
        hint: 'Give at least one member, and each a positive share.',
      },
    );
  }
  const { names, link } = members[0].model;
  if (members.some(({ model }) => model.link !== link)) {
    throw new InklingError('invalid_input', 'The members of a blend predict different things.', {
      hint: 'Blend models of probabilities with each other, and models of amounts with each other.',
    });
  }
  const parts = members.map(({ model, share }) => ({
    model,
    share: share / total,
    places: placesOf(model.names, names),
  }));
  const rowFor = (places: Int32Array | undefined, row: Float32Array) =>
    places === undefined ? row : Float32Array.from(places, (place) => row[place]);
  return completeModel({
    kind: 'blend',
    names,
    link,
    rawScore: (row) =>
      parts.reduce((sum, { model, share, places }) => sum + share * model.rawScore(rowFor(places, row)), 0),
    contributions(row) {
      const sums = new Float64Array(names.length + 1);
      for (const { model, share, places } of parts) {
        const own = model.contributions(rowFor(places, row));
        for (let c = 0; c < names.length; c++) sums[places === undefined ? c : places[c]] += share * own[c];
        sums[names.length] += share * own[names.length];
      }
      return sums;
    },
    rawScores(x) {
      const sums = new Float64Array(x.rows);
      for (const { model, share } of parts) {
        const own = model.rawScores(x);
        for (let r = 0; r < sums.length; r++) sums[r] += share * own[r];
      }
      return sums;
    },
    explain(x) {
      const scores = new Float64Array(x.rows);
      const sums: (Float64Array | undefined)[] = Array.from({ length: names.length + 1 }, () => undefined);
      for (const { model, share, places } of parts) {
        const explained = model.explain(x);
        for (let r = 0; r < scores.length; r++) scores[r] += share * explained.scores[r];
        for (const [c, own] of explained.contributions.entries()) {
          const at = places === undefined || c === names.length ? c : places[c];
          const target = sums[at];
          // The first member's lists become the sums: they are nobody else's.
          if (target === undefined) for (let r = 0; r < own.length; r++) own[r] *= share;
          else for (let r = 0; r < own.length; r++) target[r] += share * own[r];
          sums[at] ??= own;
        }
      }
      return { scores, contributions: sums as Float64Array[] };
    },
    importance() {
      const gains = new Map<string, number>();
      for (const { model, share } of parts) {
        for (const { name, gain } of model.importance()) gains.set(name, (gains.get(name) ?? 0) + share * gain);
      }
      return [...gains]
        .map(([name, gain]) => ({ name, gain }))
        .sort((a, b) => b.gain - a.gain || (a.name < b.name ? -1 : 1));
    },
    toJSON: () => ({ kind: 'blend', members: members.map(({ model, share }) => ({ share, model: model.toJSON() })) }),
  });
}

/** For each column of a member, its place in the blend's order; undefined when the orders agree. */
function placesOf(own: readonly string[], names: readonly string[]): Int32Array | undefined {
  if (own.length === names.length && own.every((name, c) => name === names[c])) return undefined;
  const place = new Map(names.map((name, c) => [name, c]));
  if (own.length !== names.length || own.some((name) => !place.has(name))) {
    throw new InklingError('invalid_input', `The members of a blend were trained on different columns.`, {
      hint: 'Fit all members on the same matrix.',
    });
  }
  return Int32Array.from(own, (name) => place.get(name) as number);
}
