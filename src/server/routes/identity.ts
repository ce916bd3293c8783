// Who is who, and what people say of it: merging, parting, refusing and undoing, the pairs that wait for review, the
// rules, and how well people are recognised across platforms.

import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { readPersonal, writePersonalPolicy } from '../../govern/index.ts';
import {
  answerReviews,
  type By,
  changeRules,
  crossPlatformByWeek,
  crossPlatformOf,
  listDecisions,
  listReviews,
  mergePeople,
  nodeOf,
  type Outcome,
  profilesOf,
  type RulesChange,
  readRules,
  refusePair,
  resolveAll,
  splitPerson,
  stoppedOf,
  toHexId,
  tryRules,
  undoDecision,
  undoEvidence,
} from '../../identify/index.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { requireProfile } from '../reading/person.ts';
import * as shapes from './identityShapes.ts';

export const addIdentityRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  addDecisions(app, context);
  addReviews(app, context);
  addRules(app, context);
  addFigures(app, context);
};

const common = (summary: string, description?: string) => ({
  tags: ['identity'],
  summary,
  description,
  security: [{ secretKey: [] }],
});

type Asked = { workspace: string; keyId: string };

/** Whoever holds the key answers for what it decides. */
function by({ workspace, keyId }: Asked, reason: string, now: Date): By {
  return { workspace, actor: keyId, reason, now };
}

function addDecisions(app: App, { store, live, segments, now }: ServerContext): void {
  const told = (workspace: string, { decision, people, moved }: Outcome) => {
    live.moved(workspace, moved);
    void segments.moved(workspace, moved);
    return { decision, people };
  };
  const answers = { response: { 200: shapes.Outcome } };

  app.post(
    '/api/v1/identity/merge',
    { schema: { ...common('Make one person of several'), body: shapes.Merge, ...answers } },
    async (request) => {
      const { people, reason, preview } = request.body;
      return told(request.workspace, await mergePeople(store, by(request, reason, now()), people, { preview }));
    },
  );

  app.post(
    '/api/v1/identity/unmerge',
    {
      schema: {
        ...common(
          'Take identifiers out of a person, or end one piece of evidence',
          'Identifiers that were taken out stay out, whatever evidence comes later.',
        ),
        body: shapes.Unmerge,
        ...answers,
      },
    },
    async (request) => {
      const { person, identifiers, evidence, reason, preview } = request.body;
      const who = by(request, reason, now());
      if (evidence) return told(request.workspace, await undoEvidence(store, who, evidence, { preview }));
      if (person === undefined || identifiers === undefined) throw nothingToPart();
      return told(request.workspace, await splitPerson(store, who, person, identifiers, { preview }));
    },
  );

  app.post(
    '/api/v1/identity/refuse',
    { schema: { ...common('Say of two people that they are never one'), body: shapes.Refuse, ...answers } },
    async (request) => {
      const { people, reason, preview } = request.body;
      return told(request.workspace, await refusePair(store, by(request, reason, now()), people, { preview }));
    },
  );

  app.post(
    '/api/v1/identity/undo',
    { schema: { ...common('Undo a decision'), body: shapes.Undo, ...answers } },
    async (request) => {
      const { decision, reason, preview } = request.body;
      return told(request.workspace, await undoDecision(store, by(request, reason, now()), decision, { preview }));
    },
  );

  app.get(
    '/api/v1/identity/decisions',
    {
      schema: {
        ...common('Who decided what, and why, newest first'),
        querystring: Type.Object({
          before: Type.Optional(Type.String({ format: 'date-time' })),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: { 200: shapes.Decisions },
      },
    },
    async ({ workspace, query: { before, limit } }) => {
      const from = before === undefined ? undefined : new Date(before);
      const decisions = await listDecisions(store, { workspace, before: from, limit });
      return { decisions, nextBefore: decisions.length === limit ? (decisions.at(-1)?.at ?? null) : null };
    },
  );
}

function addReviews(app: App, { store, live, segments, now }: ServerContext): void {
  app.get(
    '/api/v1/identity/reviews',
    {
      schema: {
        ...common('Pairs that wait for a person to decide, the likeliest first'),
        querystring: Type.Object({
          status: Type.Enum(['waiting', 'accepted', 'refused'], { default: 'waiting' }),
          cursor: Type.Optional(Type.String()),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
        }),
        response: { 200: shapes.Reviews },
      },
    },
    async ({ workspace, query }) => {
      const page = await listReviews(store, { workspace, ...query });
      const nodes = page.reviews.flatMap(({ a, b }) => [nodeOf(a), nodeOf(b)]);
      const profiles = await profilesOf(store.facts, workspace, nodes);
      const person = (identifier: string) => toHexId(profiles.get(nodeOf(identifier)) ?? nodeOf(identifier));
      return {
        ...page,
        reviews: page.reviews.map((one) => ({ ...one, personA: person(one.a), personB: person(one.b) })),
      };
    },
  );

  app.post(
    '/api/v1/identity/reviews/answer',
    {
      schema: {
        ...common(
          'Say of pairs whether they are one person',
          'Accepted pairs are merged, refused ones stay apart for good.',
        ),
        body: shapes.Answer,
        response: { 200: Type.Object({ answered: Type.Integer() }) },
      },
    },
    async (request) => {
      const { ids, answer, reason = 'Decided on the review page.' } = request.body;
      const { answered, moved } = await answerReviews(store, { ids, answer, ...by(request, reason, now()) });
      live.moved(request.workspace, moved);
      void segments.moved(request.workspace, moved);
      return { answered };
    },
  );
}

function addRules(app: App, { store, now }: ServerContext): void {
  const read = async (workspace: string) => {
    const { rules, change } = await readRules(store, workspace);
    return { rules: { ...rules }, change, personal: (await readPersonal(store, workspace)).policy };
  };

  app.get(
    '/api/v1/identity/rules',
    { schema: { ...common('The rules by which people are told apart'), response: { 200: shapes.Rules } } },
    async ({ workspace }) => read(workspace),
  );

  app.post(
    '/api/v1/identity/rules/preview',
    {
      schema: {
        ...common('What rules would change: who would become one, and who would part', 'Nothing is written.'),
        body: shapes.RulesChange,
        response: { 200: shapes.Trial },
      },
    },
    async ({ workspace, body }) => tryRules(store, workspace, body as RulesChange),
  );

  app.put(
    '/api/v1/identity/rules',
    {
      schema: {
        ...common('Set what differs from the default rules, and link everybody by them'),
        body: shapes.SetRules,
        response: { 200: shapes.Rules },
      },
    },
    async (request) => {
      const { rules, reason } = request.body;
      await changeRules(store, by(request, reason, now()), rules as RulesChange);
      await resolveAll(store, { workspace: request.workspace, now: now() });
      return read(request.workspace);
    },
  );

  app.patch(
    '/api/v1/identity/personal',
    {
      schema: {
        ...common('Set how addresses and numbers are kept; holds for messages from now on'),
        body: Type.Partial(shapes.Personal, { additionalProperties: false }),
        response: { 200: shapes.Personal },
      },
    },
    async ({ workspace, body }) => writePersonalPolicy(store, workspace, body, now()),
  );
}

function addFigures(app: App, { store, now }: ServerContext): void {
  app.get(
    '/api/v1/identity/platforms',
    {
      schema: {
        ...common('The share of people seen on two platforms or more, and what platforms have in common'),
        querystring: Type.Object({ weeks: Type.Integer({ minimum: 1, maximum: 104, default: 12 }) }),
        response: { 200: shapes.Platforms },
      },
    },
    async ({ workspace, query }) => ({
      ...(await crossPlatformOf(store, workspace)),
      weeks: await crossPlatformByWeek(store, workspace, { weeks: query.weeks, until: now() }),
    }),
  );

  app.get(
    '/api/v1/people/:id/stopped',
    {
      schema: {
        ...common('What would link a person to others and does not, with the reason'),
        params: Type.Object({ id: Type.String() }),
        response: { 200: shapes.Stopped },
      },
    },
    async ({ workspace, params }) => {
      const profile = await requireProfile(store, workspace, params.id);
      return { stopped: await stoppedOf(store, workspace, profile) };
    },
  );
}

function nothingToPart(): InklingError {
  return new InklingError('invalid_input', 'Nothing says what is to be parted.', {
    field: 'identifiers',
    hint: 'Send person and identifiers, or evidence with a, b and method.',
  });
}
