// Settings that every logistic regression has, on dense and on sparse columns.
import { type Static, Type } from 'typebox';

export const ElasticNetSettings = Type.Object(
  {
    l2: Type.Number({ default: 1, minimum: 0, description: 'Strength of the pull of all coefficients towards zero.' }),
    l1Ratio: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1,
      description: 'Share of the pull that is by absolute values (elastic net), which drops columns; 0 drops none.',
    }),
    maxSteps: Type.Integer({ default: 50, minimum: 1, description: 'Newton steps at most.' }),
    tolerance: Type.Number({
      default: 1e-8,
      exclusiveMinimum: 0,
      description: 'Stop when the largest slope of the mean loss is below this.',
    }),
  },
  { additionalProperties: false },
);
export type ElasticNetSettings = Static<typeof ElasticNetSettings>;
