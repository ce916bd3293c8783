// The Overview page in one call: how much happened, who is how close to buying, what moved.

import { Type } from 'typebox';
import { currencyOf } from '../../govern/index.ts';
import { findActiveModel } from '../../predict/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { readOtherCurrencies } from '../reading/money.ts';
import { readDays, readIntent, readMovement, readTotals } from '../reading/overview.ts';
import { Currency, Day, Interval, Level, Moment, Nullable, OtherCurrencies } from '../shapes.ts';

const Overview = Type.Object({
  asOf: Moment,
  totals: Type.Object({
    people: Type.Integer(),
    events: Type.Integer(),
    sessions: Type.Integer(),
    purchases: Type.Integer(),
    revenue: Type.Number(),
    bots: Type.Object(
      { people: Type.Integer(), events: Type.Integer(), sessions: Type.Integer() },
      { description: 'Programs, which the other numbers leave out unless bots=with.' },
    ),
  }),
  currency: Currency,
  otherCurrencies: OtherCurrencies,
  eventsPerDay: Type.Array(
    Type.Object({
      date: Day,
      events: Type.Integer(),
      people: Type.Integer(),
      purchases: Type.Integer(),
      revenue: Type.Number(),
    }),
  ),
  intent: Nullable(
    Type.Object({
      modelId: Type.String(),
      timeframeDays: Type.Integer(),
      asOf: Moment,
      people: Type.Integer(),
      distribution: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer(), people: Type.Integer() })),
      segments: Type.Array(
        Type.Object({
          name: Level,
          size: Type.Integer(),
          share: Type.Number(),
          expectedConversions: Type.Number(),
          actualConversionRate: Nullable(Type.Number()),
          actualInterval: Nullable(Interval),
          holdoutSize: Type.Integer(),
        }),
      ),
      history: Type.Array(
        Type.Object({ date: Day, high: Type.Integer(), medium: Type.Integer(), low: Type.Integer() }),
      ),
      categories: Type.Array(
        Type.Object({ category: Type.String(), high: Type.Integer(), medium: Type.Integer(), low: Type.Integer() }),
      ),
    }),
  ),
  moved: Nullable(Type.Object({ up: Type.Integer(), down: Type.Integer(), since: Moment })),
  movers: Type.Array(
    Type.Object({
      id: Type.String(),
      displayName: Type.String(),
      from: Type.Integer(),
      to: Type.Integer(),
      reason: Type.String(),
    }),
  ),
});

export const addOverviewRoutes: Routes = (app, context) => {
  app.get(
    '/api/v1/overview',
    {
      preHandler: requireKey(context, 'secret'),
      schema: {
        tags: ['overview'],
        summary: 'People by intent, activity over 90 days, what moved since the scoring before',
        security: [{ secretKey: [] }],
        querystring: Type.Object({ bots: Type.Enum(['without', 'with'], { default: 'without' }) }),
        response: { 200: Overview },
      },
    },
    async ({ workspace, query: { bots } }) => {
      const { store, now } = context;
      const currency = await currencyOf(store, workspace);
      const { lastEventAt, ...totals } = await readTotals(store, { workspace, bots }, currency);
      // A file from the past is shown as of its own last day, not as three empty months.
      const asOf = lastEventAt && lastEventAt < now() ? lastEventAt : now();
      const model = await findActiveModel(store, workspace);
      const [eventsPerDay, otherCurrencies, intent, movement] = await Promise.all([
        readDays(store, { workspace, bots }, asOf, currency),
        readOtherCurrencies(store, { workspace, currency }),
        model ? readIntent(store, { workspace }, model) : null,
        model ? readMovement(store, { workspace }, model) : { moved: null, movers: [] },
      ]);
      return { asOf, totals, currency, otherCurrencies, eventsPerDay, intent, ...movement };
    },
  );
};
