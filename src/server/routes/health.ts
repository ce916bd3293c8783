// Is the process well? /health answers with what it knows, for people and dashboards; /ready answers yes or no, for
// whoever decides where to send traffic.

import { Type } from 'typebox';
import { countOpenAlerts } from '../../alerts/index.ts';
import type { Routes } from '../context.ts';
import { Moment, Nullable } from '../shapes.ts';

const Engine = Type.Object({ engine: Type.String(), answers: Type.Boolean() });

const Health = Type.Object({
  status: Type.Enum(['ok', 'degraded']),
  facts: Engine,
  state: Engine,
  alerts: Type.Object({ open: Type.Integer({ description: 'Over all workspaces; GET /api/v1/alerts tells them.' }) }),
  intake: Type.Object({
    backlog: Type.Object({ events: Type.Integer(), bytes: Type.Integer() }),
    failing: Type.Boolean({ description: 'The last shipment to the facts failed and is being tried again.' }),
    lastAcceptedAt: Nullable(Moment),
    lastShippedAt: Nullable(Moment),
    duplicates: Type.Integer({ description: 'Events since the start whose message had been seen before.' }),
    rejectedUnkept: Type.Integer({ description: 'Rejected since the start and not kept: there were too many.' }),
    withheld: Type.Integer({ description: 'Acknowledged since the start and not stored, for want of consent.' }),
    damagedRecords: Type.Integer({ description: 'Records of the journal that failed their checksum.' }),
    mendedRecords: Type.Integer({ description: 'Those of them in which one bit had flipped and was put right.' }),
  }),
});

export const addHealthRoutes: Routes = (app, { store, intake }) => {
  const tags = ['operation'];

  const examine = async () => {
    const [facts, state, open] = await Promise.all([
      answers(store.facts.rows('SELECT 1')),
      answers(store.state.query('SELECT 1')),
      countOpenAlerts(store).catch(() => 0),
    ]);
    const { backlog, failing, lastAcceptedAt, lastShippedAt, ...counts } = intake.health();
    return {
      status: facts && state && !failing ? ('ok' as const) : ('degraded' as const),
      facts: { engine: store.facts.engine, answers: facts },
      state: { engine: store.state.engine, answers: state },
      alerts: { open },
      intake: {
        backlog: { events: backlog.records, bytes: backlog.bytes },
        failing,
        lastAcceptedAt: lastAcceptedAt ?? null,
        lastShippedAt: lastShippedAt ?? null,
        duplicates: counts.duplicates,
        rejectedUnkept: counts.rejectedUnkept,
        withheld: counts.withheld,
        damagedRecords: counts.damagedRecords,
        mendedRecords: counts.mendedRecords,
      },
    };
  };

  app.get(
    '/health',
    { schema: { tags, summary: 'How the engines and the intake are', response: { 200: Health } } },
    examine,
  );

  app.get(
    '/ready',
    { schema: { tags, summary: 'Whether to send traffic here', response: { 200: Health, 503: Health } } },
    async (_request, reply) => {
      const health = await examine();
      return reply.code(health.facts.answers && health.state.answers ? 200 : 503).send(health);
    },
  );
};

async function answers(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}
