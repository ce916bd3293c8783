// Matching of people by likeness: what was learned, two people weighed in words, and a run of it on demand.

import { Type } from 'typebox';
import { describeMatching, resolveAll, weighPair } from '../../identify/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const model = {
  id: Type.String(),
  learnedAt: Moment,
  records: Type.Integer({ description: 'Identifiers that had told of somebody when it was learned.' }),
  matches: Type.Integer({ description: 'Pairs of them that are one person, by its own estimate.' }),
  learnedFrom: Type.Optional(Type.Integer({ description: 'Records drawn to learn from.' })),
};

const expected = {
  expectedPrecision: Nullable(Type.Number({ description: 'The mean probability of the linked pairs.' })),
  expectedRecall: Nullable(Type.Number({ description: 'The share that they are of all pairs, by the model.' })),
};

const Outcome = Type.Object({
  at: Moment,
  records: Type.Integer(),
  linked: Type.Integer(),
  waiting: Type.Integer(),
  ...expected,
  thresholds: Type.Array(
    Type.Object({
      threshold: Type.Number({ description: 'Were pairs linked from this probability on.' }),
      pairs: Type.Integer(),
      expectedPrecision: Type.Number(),
      expectedRecall: Type.Number(),
    }),
  ),
});

const Memory = Type.Object({
  state: Type.Union([Type.Literal('filling'), Type.Literal('ready'), Type.Literal('off')], {
    description: 'off: there are more records than fit into memory; only passes over everybody match.',
  }),
  records: Type.Integer(),
  waiting: Type.Integer({ description: 'People who are still to be weighed.' }),
  seconds: Type.Number({ description: 'What reading everybody into memory took.' }),
});

const State = Type.Object({
  model: Nullable(
    Type.Object({
      ...model,
      fields: Type.Array(
        Type.Object({
          field: Type.String(),
          levels: Type.Array(
            Type.Object({
              level: Type.String(),
              m: Type.Number({ description: 'How often the records of one person stand so.' }),
              u: Type.Number({ description: 'How often those of any two people do.' }),
              weight: Type.Number({ description: 'log2 (m / u).' }),
            }),
          ),
        }),
      ),
      rules: Type.Array(Type.Array(Type.String()), {
        description: 'Keys of which all agree in a pair that is weighed.',
      }),
    }),
  ),
  outcome: Nullable(Outcome),
  memory: Nullable(Memory),
});

const Run = Type.Object({
  records: Type.Integer(),
  model: Nullable(Type.Object(model)),
  linked: Type.Integer({ description: 'Pairs of identifiers that likeness links.' }),
  waiting: Type.Integer({ description: 'Pairs that wait for review.' }),
  ended: Type.Integer({ description: 'Links of before that are likely no more.' }),
  ...expected,
});

const Weighed = Type.Object({
  a: Type.String(),
  b: Type.String(),
  probability: Type.Number(),
  prior: Type.Number({ description: 'log2 odds before anything is compared.' }),
  weight: Type.Number({ description: 'log2 odds in the end.' }),
  weights: Type.Array(
    Type.Object({
      comparison: Type.String(),
      level: Type.String(),
      words: Type.String(),
      weight: Type.Number(),
    }),
  ),
});

const common = (summary: string, description?: string) => ({
  tags: ['identity'],
  summary,
  description,
  security: [{ secretKey: [] }],
});

export const addMatchingRoutes: Routes = (app, context) => {
  const { store, now } = context;
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.get(
    '/api/v1/identity/matching',
    {
      schema: {
        ...common('What was learned of how alike the records of one person are, with every weight'),
        response: { 200: State },
      },
    },
    async ({ workspace }) => {
      const { model: found, outcome, memory } = await describeMatching(store, workspace);
      return {
        model: found && { ...found, learnedAt: new Date(found.learnedAt) },
        outcome: outcome && { ...outcome, at: new Date(outcome.at) },
        memory,
      };
    },
  );

  app.get(
    '/api/v1/identity/pair',
    {
      schema: {
        ...common('Two people weighed by their most alike records, in words', 'Nothing is written.'),
        querystring: Type.Object({ a: Type.String({ minLength: 1 }), b: Type.String({ minLength: 1 }) }),
        response: { 200: Weighed },
      },
    },
    async ({ workspace, query }) => weighPair(store, workspace, [query.a, query.b]),
  );

  app.post(
    '/api/v1/identity/match',
    {
      schema: {
        ...common(
          'Match everybody by names, addresses and days of birth now',
          'The night does so as well. With relearn, weights are learned anew from the records there are.',
        ),
        body: Type.Object({ relearn: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
        response: { 200: Run },
      },
    },
    async ({ workspace, body }) => {
      const { matching } = await resolveAll(store, {
        workspace,
        now: now(),
        relearn: body.relearn ? 'always' : undefined,
      });
      const { model: kept } = matching;
      return { ...matching, model: kept && { ...kept, learnedAt: new Date(kept.learnedAt) } };
    },
  );
};
