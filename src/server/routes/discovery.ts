// Groups that nobody defined: looking for them, and what was found.

import { Type } from 'typebox';
import {
  type Discovery,
  listDiscoveries,
  RuleSchema,
  readDiscovery,
  runDiscovery,
  startDiscovery,
} from '../../decide/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { momentOfScoring } from '../pipeline.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';

const Difference = Type.Object({
  behaviour: Type.String(),
  label: Type.String(),
  sentence: Type.String(),
  deviations: Type.Number({ description: 'Of the group’s middle from everybody’s, in standard deviations.' }),
  group: Nullable(Type.Number()),
  everybody: Nullable(Type.Number()),
  words: Type.String(),
});

const Fidelity = Type.Object(
  {
    people: Type.Integer(),
    precision: Type.Number({ description: 'Of those who fit the rule, the share in the group.' }),
    precisionInterval: Interval,
    recall: Type.Number({ description: 'Of the group, the share who fit the rule.' }),
    recallInterval: Interval,
    f1: Type.Number(),
  },
  { description: 'How well the rule finds the group, on people it was not made from.' },
);

const Group = Type.Object({
  name: Type.String(),
  type: Nullable(Type.String({ description: 'One of the six types of shoppers; null = none fits.' })),
  definition: Nullable(Type.String()),
  size: Type.Integer(),
  share: Type.Number({ description: 'Of the people with habits.' }),
  differences: Type.Array(Difference),
  rule: RuleSchema,
  sentence: Type.String(),
  fidelity: Fidelity,
});

const Candidate = Type.Object({
  clusters: Type.Integer(),
  strength: Type.Number({
    description: 'Of the pairs in a group, the share that another half of the people keeps together.',
  }),
  valley: Type.Number({ description: 'Density between the groups least apart against inside them; 1 = no valley.' }),
  smallest: Type.Number(),
});

const Run = Type.Object({
  id: Type.String(),
  status: Type.Enum(['RUNNING', 'DONE', 'FAILED']),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  asOf: Moment,
  startedAt: Moment,
  finishedAt: Nullable(Moment),
  failure: Nullable(Type.String()),
  result: Nullable(
    Type.Object({
      people: Type.Object({
        known: Type.Integer(),
        habitual: Type.Integer(),
        leastVisits: Type.Integer(),
        learnedFrom: Type.Integer(),
      }),
      refusal: Nullable(Type.String({ description: 'Why there are no groups.' })),
      candidates: Type.Array(Candidate),
      groups: Type.Array(Group),
    }),
  ),
});

const common = (summary: string) => ({ tags: ['segments'], summary, security: [{ secretKey: [] }] });

export const addDiscoveryRoutes: Routes = (app, context) => {
  const { store, now } = context;
  app.addHook('preHandler', requireKey(context, 'secret'));

  app.post(
    '/api/v1/segments/discover',
    {
      schema: {
        ...common('Look for groups in how people shop; the run appears among the discoveries'),
        response: { 202: Type.Object({ id: Type.String(), startedAt: Moment }) },
      },
    },
    async ({ workspace, log }, reply) => {
      const startedAt = now();
      const options = { workspace, now: startedAt, asOf: await momentOfScoring(store, workspace, startedAt) };
      const id = await startDiscovery(store, options);
      runDiscovery(store, id, options).catch((error) => log.error({ err: error }, 'Discovery failed'));
      return reply.code(202).send({ id, startedAt });
    },
  );

  app.get(
    '/api/v1/segments/discoveries',
    {
      schema: {
        ...common('Runs of discovery, newest first'),
        response: { 200: Type.Object({ discoveries: Type.Array(Run) }) },
      },
    },
    async ({ workspace }) => ({ discoveries: await listDiscoveries(store, workspace) }),
  );

  app.get(
    '/api/v1/segments/discoveries/:id',
    {
      schema: {
        ...common('One run of discovery'),
        params: Type.Object({ id: Type.String() }),
        response: { 200: Run },
      },
    },
    async ({ workspace, params }): Promise<Discovery> => readDiscovery(store, workspace, params.id),
  );
};
