// Segments by rule [SEG-1][SEG-2][SEG-3][SEG-6][SEG-7]: made, read, changed, archived; their members by rule and by hand;
// what a rule would bring before it is saved; what changed and why; how segments overlap.

import { Type } from 'typebox';
import {
  archiveRuleSegment,
  countRule,
  createRuleSegment,
  dependentsOf,
  duplicatesOf,
  evaluateRule,
  hearRuleNaming,
  type Listing,
  listByHand,
  listRuleSegments,
  type MembershipChange,
  membershipChanges,
  overlapOf,
  previewRule,
  readRuleSegment,
  ruleJsonSchema,
  ruleOfCriteria,
  type SegmentDraft,
  type SegmentMember,
  sayRuleNaming,
  segmentMembers,
  segmentNames,
  segmentsOfPerson,
  sizeHistories,
  sizeHistory,
  updateRuleSegment,
} from '../../decide/index.ts';
import { InklingError } from '../../errors.ts';
import { toHexId } from '../../identify/index.ts';
import type { Store } from '../../store/index.ts';
import { addDays } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { App, Routes, ServerContext } from '../context.ts';
import { pageOf } from '../reading/listPage.ts';
import { displayName, namesOfThen } from '../reading/names.ts';
import { requireProfile } from '../reading/person.ts';
import { analysedOf } from '../reading/segmentAnalyses.ts';
import { Interval, Moment, Nullable } from '../shapes.ts';
import {
  Count,
  NewSegment,
  Segment,
  type SegmentBody,
  SegmentChange,
  SegmentCriteria,
  SegmentId,
  Status,
  Strategy,
  segmentOf,
} from './segmentShapes.ts';

const base = '/api/v1/segments';
const common = (summary: string) => ({ tags: ['segments'], summary, security: [{ secretKey: [] }] });

export const addSegmentRoutes: Routes = (app, context) => {
  app.addHook('preHandler', requireKey(context, 'secret'));
  addLanguage(app, context);
  addMany(app, context);
  addOne(app, context);
  addMembers(app, context);
  addReadings(app, context);
  addPerson(app, context);
};

const Preview = Type.Object({
  sentence: Type.String(),
  people: Type.Integer({ description: 'Everybody known who is no program.' }),
  size: Count,
  interval: Interval,
  is_exact: Type.Boolean(),
  sample: Type.Array(Type.String({ description: 'Profile ids of some who would be in it.' })),
});

function addLanguage(app: App, { store, admissions, now }: ServerContext): void {
  const asking = async (workspace: string) => ({ workspace, consent: await admissions.book.of(workspace), now: now() });

  app.get(
    `${base}/rule.schema.json`,
    { schema: { ...common('The language of rules as JSON Schema'), response: { 200: Type.Unknown() } } },
    async () => ruleJsonSchema(),
  );

  app.post(
    `${base}/preview`,
    {
      schema: {
        ...common('Size and some of the people a rule would bring, before it is saved'),
        body: Type.Object(
          {
            criteria: SegmentCriteria,
            exact: Type.Optional(Type.Boolean({ description: 'Count everybody instead of a sample.' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Preview },
      },
    },
    async ({ workspace, body }) => {
      const rule = ruleOfCriteria(body.criteria);
      const { isExact, ...preview } = await (body.exact ? countRule : previewRule)(
        store,
        rule,
        await asking(workspace),
      );
      return { ...preview, is_exact: isExact };
    },
  );

  app.post(
    `${base}/sentence`,
    {
      schema: {
        ...common('A rule as an English sentence, or a sentence as a rule'),
        body: Type.Object(
          { criteria: Type.Optional(SegmentCriteria), sentence: Type.Optional(Type.String({ maxLength: 5000 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ rule: Type.Unknown(), sentence: Type.String() }) },
      },
    },
    async ({ workspace, body }) => {
      if ((body.sentence === undefined) === (body.criteria === undefined)) {
        throw new InklingError('invalid_input', 'Give either a sentence or criteria.', {
          field: 'sentence',
          value: body.sentence,
          hint: 'A sentence is turned into a rule, criteria into a sentence.',
        });
      }
      const names = await segmentNames(store, workspace);
      const rule = body.sentence === undefined ? ruleOfCriteria(body.criteria) : hearRuleNaming(body.sentence, names);
      return { rule, sentence: sayRuleNaming(rule, names) };
    },
  );

  app.post(
    `${base}/evaluate`,
    {
      schema: {
        ...common('One person held against a rule, condition by condition'),
        body: Type.Object(
          { criteria: SegmentCriteria, user_id: Type.String({ description: 'Any identifier of the person.' }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            profile_id: Type.String(),
            is_in: Type.Boolean(),
            conditions: Type.Array(Type.Object({ sentence: Type.String(), holds: Type.Boolean() })),
          }),
        },
      },
    },
    async ({ workspace, body }) => {
      const rule = ruleOfCriteria(body.criteria);
      const { profileId, isIn, conditions } = await evaluateRule(store, rule, body.user_id, await asking(workspace));
      return { profile_id: profileId, is_in: isIn, conditions };
    },
  );

  app.get(
    `${base}/overlap`,
    {
      schema: {
        ...common('How segments overlap: both of each pair, and the regions of a Venn diagram'),
        querystring: Type.Object(
          { ids: Type.String({ description: 'Ids of 1 to 20 segments, with commas in between.' }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            segments: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), size: Count })),
            regions: Type.Array(Type.Object({ ids: Type.Array(Type.String()), people: Count })),
            matrix: Type.Array(Type.Array(Count)),
          }),
        },
      },
    },
    async ({ workspace, query }) => overlapOf(store, workspace, query.ids.split(',').filter(Boolean)),
  );
}

function addMany(app: App, { store, segments, now }: ServerContext): void {
  // Both with and without the slash: callers of either are out there.
  for (const url of [base, `${base}/`]) {
    app.get(
      url,
      {
        schema: {
          ...common('Segments, newest first; archived ones only where they are asked for'),
          hide: url !== base,
          querystring: Type.Object(
            {
              persona_id: Type.Optional(Type.String()),
              status: Type.Optional(Status),
              strategy: Type.Optional(Strategy),
              cursor: Type.Optional(Type.String()),
              limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
            },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({ segments: Type.Array(Segment), total: Count, next_cursor: Nullable(Type.String()) }),
          },
        },
      },
      async ({ workspace, query: { persona_id: personaId, status, strategy, ...paging } }) => {
        const all = await listRuleSegments(store, workspace, { personaId, status, strategy });
        const { page, total, nextCursor } = pageOf(all, paging);
        const analysed = await analysedOf(store, workspace);
        return { segments: page.map((one) => segmentOf(one, analysed.get(one.id))), total, next_cursor: nextCursor };
      },
    );

    app.post(
      url,
      {
        schema: {
          ...common('Make a segment; its people are put together at once'),
          hide: url !== base,
          body: NewSegment,
          response: { 201: Segment },
        },
      },
      async ({ workspace, keyId, body }, reply) => {
        const draft = { ...draftOf(body), name: body.segment_name, criteria: body.criteria };
        const { id } = await createRuleSegment(store, draft, { workspace, by: keyId, now: now() });
        await segments.changed(workspace);
        const made = await readRuleSegment(store, workspace, id);
        return reply.code(201).header('location', `${base}/${id}`).send(segmentOf(made));
      },
    );
  }
}

function draftOf(body: SegmentBody): Partial<SegmentDraft> {
  const { segment_name: name, persona_id: personaId, emits_events: emitsEvents, ...rest } = body;
  const given = Object.entries({ name, personaId, emitsEvents }).filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(given) };
}

function addOne(app: App, { store, segments, now }: ServerContext): void {
  app.get(
    `${base}/:segment_id`,
    { schema: { ...common('A segment'), params: SegmentId, response: { 200: Segment } } },
    async ({ workspace, params: { segment_id: id } }) => {
      const segment = await readRuleSegment(store, workspace, id);
      return segmentOf(segment, (await analysedOf(store, workspace)).get(id));
    },
  );

  app.put(
    `${base}/:segment_id`,
    {
      schema: {
        ...common('Change what is given of a segment'),
        params: SegmentId,
        body: SegmentChange,
        response: { 200: Segment },
      },
    },
    async ({ workspace, keyId, params: { segment_id: id }, body }) => {
      await updateRuleSegment(store, id, draftOf(body), { workspace, by: keyId, now: now() });
      await segments.changed(workspace);
      const segment = await readRuleSegment(store, workspace, id);
      return segmentOf(segment, (await analysedOf(store, workspace)).get(id));
    },
  );

  app.delete(
    `${base}/:segment_id`,
    {
      schema: {
        ...common('Archive a segment: everybody leaves it, its rule and history are kept'),
        params: SegmentId,
        response: { 200: Segment },
      },
    },
    async ({ workspace, keyId, params: { segment_id: id } }) => {
      const segment = await archiveRuleSegment(store, id, { workspace, by: keyId, now: now() });
      await segments.changed(workspace);
      return segmentOf(segment, (await analysedOf(store, workspace)).get(id));
    },
  );
}

const DisplayName = Type.String({ description: 'What the person is called now, as in the list of people.' });
const Member = Type.Object({
  profile_id: Type.String(),
  display_name: DisplayName,
  user_id: Nullable(Type.String()),
  anonymous_id: Nullable(Type.String()),
  confidence_score: Type.Number(),
  assignment_reason: Type.String({ description: 'As it was given by hand; empty where the rule says it.' }),
  joined_at: Nullable(Moment),
});

const Confidence = Type.Number({ minimum: 0, maximum: 1, description: '1 where it is not given.' });
const Reason = Type.String({ maxLength: 1000 });
const OneMember = Type.Object({
  segment_id: Type.String(),
  user_id: Type.String({ description: 'Any identifier of the person.' }),
});
const Listed = Type.Object({
  listed: Count,
  profile_ids: Type.Array(Type.String()),
  unknown: Type.Array(Type.String({ description: 'Identifiers that nobody here has.' })),
});

function memberOf(member: SegmentMember) {
  const known = (id: string | null) => (id === null ? [] : [id]);
  const names = { userIds: known(member.userId), anonymousIds: known(member.anonymousId) };
  return {
    profile_id: member.profileId,
    display_name: displayName(member.profileId, names),
    user_id: member.userId,
    anonymous_id: member.anonymousId,
    confidence_score: member.confidence,
    assignment_reason: member.reason,
    joined_at: member.enteredAt,
  };
}

function addMembers(app: App, context: ServerContext): void {
  const { store, segments, now } = context;
  type Wish = {
    workspace: string;
    keyId: string;
    id: string;
    verdict: 'include' | 'exclude' | 'none';
    people: Listing[];
  };
  const list = async ({ workspace, keyId, id, verdict, people }: Wish) => {
    const acting = { workspace, by: keyId, now: now() };
    const { listed, profiles, unknown } = await listByHand({ store, now: segments }, id, verdict, people, acting);
    return { listed, profile_ids: profiles, unknown };
  };
  const listOne = async (wish: Omit<Wish, 'people'>, person: Listing) => {
    const result = await list({ ...wish, people: [person] });
    if (result.unknown.length === 0) return result;
    throw new InklingError('not_found', `Nobody known here has the identifier "${person.person}".`, {
      field: 'user_id',
      value: person.person,
      hint: 'Use a user id, an anonymous id or a profile id of this workspace.',
    });
  };

  app.get(
    `${base}/:segment_id/members`,
    {
      schema: {
        ...common('Who is in a segment, a page at a time'),
        params: SegmentId,
        querystring: Type.Object(
          {
            cursor: Type.Optional(Type.String()),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ members: Type.Array(Member), total: Count, next_cursor: Nullable(Type.String()) }),
        },
      },
    },
    async ({ workspace, params, query }) => {
      const page = await segmentMembers(store, workspace, params.segment_id, query);
      return { members: page.members.map(memberOf), total: page.total, next_cursor: page.nextCursor };
    },
  );

  app.post(
    `${base}/:segment_id/members/:user_id`,
    {
      schema: {
        ...common('Put somebody in by hand, whatever the rule says'),
        params: OneMember,
        querystring: Type.Object(
          { confidence_score: Type.Optional(Confidence), reason: Type.Optional(Reason) },
          { additionalProperties: false },
        ),
        response: { 201: Listed },
      },
    },
    async ({ workspace, keyId, params, query }, reply) => {
      const person = { person: params.user_id, confidence: query.confidence_score, reason: query.reason };
      const wish = { workspace, keyId, id: params.segment_id, verdict: 'include' as const };
      return reply.code(201).send(await listOne(wish, person));
    },
  );

  app.delete(
    `${base}/:segment_id/members/:user_id`,
    {
      schema: {
        ...common('Leave somebody out by hand, whatever the rule says; or with forget, let the rule decide again'),
        params: OneMember,
        querystring: Type.Object(
          { forget: Type.Optional(Type.Boolean()), reason: Type.Optional(Reason) },
          { additionalProperties: false },
        ),
        response: { 200: Listed },
      },
    },
    async ({ workspace, keyId, params, query }) => {
      const verdict = query.forget ? ('none' as const) : ('exclude' as const);
      const person = { person: params.user_id, reason: query.reason };
      return listOne({ workspace, keyId, id: params.segment_id, verdict }, person);
    },
  );

  app.post(
    `${base}/:segment_id/members`,
    {
      schema: {
        ...common('Put many in, leave many out, or let the rule decide on them again'),
        params: SegmentId,
        body: Type.Object(
          {
            action: Type.Optional(
              Type.Enum(['include', 'exclude', 'forget'], { description: 'include where it is not given.' }),
            ),
            members: Type.Array(
              Type.Object(
                {
                  user_id: Type.String({ minLength: 1 }),
                  confidence_score: Type.Optional(Confidence),
                  reason: Type.Optional(Reason),
                },
                { additionalProperties: false },
              ),
              { minItems: 1, maxItems: 10_000 },
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: Listed },
      },
    },
    async ({ workspace, keyId, params, body }) => {
      const verdict = body.action === 'forget' ? 'none' : (body.action ?? 'include');
      const people = body.members.map((one) => ({
        person: one.user_id,
        confidence: one.confidence_score,
        reason: one.reason,
      }));
      return list({ workspace, keyId, id: params.segment_id, verdict, people });
    },
  );
}

const Change = Type.Object({
  id: Type.String(),
  at: Moment,
  profile_id: Type.String(),
  display_name: DisplayName,
  segment_id: Type.String(),
  segment_name: Type.String(),
  kind: Type.Enum(['entered', 'left']),
  cause: Type.String({ description: 'What made it: an event, time, a score, a hand, a merge …' }),
  reasons: Type.Array(Type.String({ description: 'Conditions that turned, in words.' })),
  event: Nullable(Type.Object({ message_id: Type.String(), name: Type.String(), at: Moment })),
});

async function changesOf(store: Store, workspace: string, changes: readonly MembershipChange[]) {
  const names = await namesOfThen(
    store,
    { workspace },
    changes.map(({ profileId }) => profileId),
  );
  return changes.map(({ profileId, segmentId, segmentName, event, ...change }) => ({
    ...change,
    profile_id: profileId,
    display_name: names.get(profileId)!,
    segment_id: segmentId,
    segment_name: segmentName,
    event: event && { message_id: event.messageId, name: event.name, at: event.at },
  }));
}

const changesQuery = Type.Object(
  {
    before: Type.Optional(Type.String({ description: 'The id of the last change seen.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
);

const Sizes = Type.Array(Type.Object({ at: Moment, size: Count }));

function addReadings(app: App, { store, now }: ServerContext): void {
  app.get(
    `${base}/:segment_id/changes`,
    {
      schema: {
        ...common('Who entered and left a segment, and why; the newest first'),
        params: SegmentId,
        querystring: changesQuery,
        response: { 200: Type.Object({ changes: Type.Array(Change) }) },
      },
    },
    async ({ workspace, params, query }) => {
      const changes = await membershipChanges(store, workspace, { segmentId: params.segment_id, ...query });
      return { changes: await changesOf(store, workspace, changes) };
    },
  );

  app.get(
    `${base}/sizes`,
    {
      schema: {
        ...common('How the sizes of many segments went, at about so many points each'),
        querystring: Type.Object(
          {
            ids: Type.Optional(
              Type.String({
                description: 'Ids of segments, with commas in between; all, archived ones too, where it is not given.',
              }),
            ),
            days: Type.Integer({ minimum: 1, maximum: 730, default: 90 }),
            points: Type.Integer({ minimum: 2, maximum: 1000, default: 90 }),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ segments: Type.Array(Type.Object({ id: Type.String(), sizes: Sizes })) }) },
      },
    },
    async ({ workspace, query: { ids, days, points } }) => {
      const to = now();
      const wanted = ids === undefined ? undefined : [...new Set(ids.split(',').filter(Boolean))];
      const asked = { ids: wanted, from: addDays(to, -days), to, points };
      const histories = await sizeHistories(store, workspace, asked);
      return { segments: [...histories].map(([id, sizes]) => ({ id, sizes })) };
    },
  );

  app.get(
    `${base}/:segment_id/sizes`,
    {
      schema: {
        ...common('How the size of a segment went, by the hour'),
        params: SegmentId,
        querystring: Type.Object(
          { days: Type.Integer({ minimum: 1, maximum: 730, default: 90 }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ sizes: Sizes }) },
      },
    },
    async ({ workspace, params, query }) => ({
      sizes: await sizeHistory(store, workspace, params.segment_id, addDays(now(), -query.days)),
    }),
  );

  app.get(
    `${base}/:segment_id/dependents`,
    {
      schema: {
        ...common('Segments whose rules refer to this one'),
        params: SegmentId,
        response: { 200: Type.Object({ segments: Type.Array(Segment) }) },
      },
    },
    async ({ workspace, params }) => ({
      segments: (await dependentsOf(store, workspace, params.segment_id)).map((one) => segmentOf(one)),
    }),
  );

  app.get(
    `${base}/:segment_id/duplicates`,
    {
      schema: {
        ...common('Other segments with the same rule or nearly the same people'),
        params: SegmentId,
        response: {
          200: Type.Object({
            segments: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                is_same_rule: Type.Boolean(),
                jaccard: Type.Number({ description: 'People in both as a share of those in either.' }),
              }),
            ),
          }),
        },
      },
    },
    async ({ workspace, params }) => ({
      segments: (await duplicatesOf(store, workspace, params.segment_id)).map(({ isSameRule, ...one }) => ({
        ...one,
        is_same_rule: isSameRule,
      })),
    }),
  );
}

function addPerson(app: App, { store }: ServerContext): void {
  app.get(
    '/api/v1/people/:id/segments',
    {
      schema: {
        ...common('The segments somebody is in, and what they entered and left lately and why'),
        params: Type.Object({ id: Type.String({ description: 'Profile id, user id or anonymous id.' }) }),
        querystring: changesQuery,
        response: {
          200: Type.Object({
            segments: Type.Array(
              Type.Object({ id: Type.String(), segment_name: Type.String(), sentence: Type.String() }),
            ),
            changes: Type.Array(Change),
          }),
        },
      },
    },
    async ({ workspace, params, query }) => {
      const profileId = toHexId(await requireProfile(store, workspace, params.id));
      const [segments, changes] = await Promise.all([
        segmentsOfPerson(store, workspace, profileId),
        membershipChanges(store, workspace, { profileId, ...query }),
      ]);
      return {
        segments: segments.map(({ id, name, sentence }) => ({ id, segment_name: name, sentence })),
        changes: await changesOf(store, workspace, changes),
      };
    },
  );
}
