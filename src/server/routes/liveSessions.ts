// Who is on the site right now: asked once, or told again with every change as server-sent events.
// https://html.spec.whatwg.org/multipage/server-sent-events.html

import type { ServerResponse } from 'node:http';
import { Type } from 'typebox';
import { findProfile, toHexId } from '../../identify/index.ts';
import { SECOND_MS } from '../../time.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { summarise } from '../reading/liveSessions.ts';
import { Moment } from '../shapes.ts';
import { SessionShape } from './sessionShapes.ts';

const Counts = Type.Array(Type.Object({ name: Type.String(), sessions: Type.Integer() }));

const RightNow = Type.Object({
  asOf: Moment,
  active: Type.Integer({ description: 'Visits with an event within the timeout, without those of programs.' }),
  bots: Type.Integer(),
  converted: Type.Integer(),
  byPage: Counts,
  bySource: Type.Unsafe<{ name: string; sessions: number }[]>({ ...Counts, description: 'Empty name = direct.' }),
  byDevice: Counts,
  byPlatform: Counts,
  sessions: Type.Array(SessionShape),
});

/** How often a stream looks for news, and how often it says that it is still there. */
const LOOK_MS = SECOND_MS;
const STILL_HERE_MS = 15 * SECOND_MS;

export const addLiveSessionRoutes: Routes = (app, context) => {
  const { store, sessions, now } = context;
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['sessions'], security: [{ secretKey: [] }] };
  const querystring = Type.Object({ limit: Type.Integer({ minimum: 0, maximum: 500, default: 50 }) });
  const ofSomebody = Type.Object({
    ...querystring.properties,
    person: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Only the visit of one person, by any identifier.' }),
    ),
  });
  const open = new Set<ServerResponse>();
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const response of open) response.end();
  });

  app.get(
    '/api/v1/live/sessions',
    {
      preHandler,
      schema: { ...common, summary: 'Visits under way', querystring: ofSomebody, response: { 200: RightNow } },
    },
    async ({ workspace, query: { limit, person } }) => {
      const all = await sessions.active(workspace, now());
      if (person === undefined) return summarise(all, now(), limit);
      const profile = await findProfile(store, workspace, person);
      const theirs = all.filter((session) => profile !== undefined && session.profile === toHexId(profile));
      return summarise(theirs, now(), limit);
    },
  );

  app.get(
    '/api/v1/live/sessions/stream',
    {
      preHandler,
      schema: {
        ...common,
        summary: 'Visits under way, told again whenever something changed',
        description:
          'Server-sent events (text/event-stream) named "sessions", each with what GET /api/v1/live/sessions answers.',
        querystring,
      },
    },
    async ({ workspace, query: { limit } }, reply) => {
      const first = summarise(await sessions.active(workspace, now()), now(), limit);
      reply.hijack();
      const { raw } = reply;
      // Who left while the visits were looked up will not say so again.
      if (raw.destroyed) return;
      open.add(raw);
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // Proxies that collect answers would hold the events back.
        'x-accel-buffering': 'no',
      });
      let told = '';
      let saidAt = 0;
      const tell = ({ asOf, ...news }: typeof first) => {
        const text = JSON.stringify(news);
        if (text !== told) raw.write(`event: sessions\ndata: ${JSON.stringify({ asOf, ...news })}\n\n`);
        else if (Date.now() - saidAt >= STILL_HERE_MS) raw.write(': still here\n\n');
        else return;
        told = text;
        saidAt = Date.now();
      };
      tell(first);
      let busy = false;
      const timer = setInterval(async () => {
        // A reader that does not keep up is not sent more than it takes.
        if (busy || raw.writableNeedDrain) return;
        busy = true;
        try {
          tell(summarise(await sessions.active(workspace, now()), now(), limit));
        } catch (error) {
          app.log.error(`Failed telling of visits: ${(error as Error).message.slice(0, 300)}`);
          raw.end();
        }
        busy = false;
      }, LOOK_MS);
      raw.on('close', () => {
        clearInterval(timer);
        open.delete(raw);
      });
      if (isClosing) raw.end();
    },
  );
};
