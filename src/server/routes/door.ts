// The settings of the door: how fast the keys of a workspace may send, and the networks of hosting providers, from where
// programs come.

import { Type } from 'typebox';
import { type Door, HOSTING_RANGES_LIMIT } from '../../collect/index.ts';
import { requireKey } from '../access.ts';
import type { Routes } from '../context.ts';
import { Nullable } from '../shapes.ts';

const rate = {
  eventsPerSecond: Type.Number({ minimum: 1, description: 'Of one key, on average.' }),
  burst: Type.Number({ minimum: 1, description: 'Events that a key may send at once after a pause.' }),
};
const Rates = Type.Record(Type.String(), Type.Object(rate, { additionalProperties: false }), {
  description: 'Rates of single keys by their id (key_…), instead of those of the workspace.',
});

const HostingRanges = Type.Array(Type.String({ maxLength: 50 }), {
  maxItems: HOSTING_RANGES_LIMIT,
  description: 'Addresses of hosting providers, as they publish them: a hint that a visit is a program’s.',
});

const Settings = Type.Object({
  ...rate,
  keys: Rates,
  hostingRanges: HostingRanges,
});

/** Without a type, or the validator would take 0 for null; the room checks it. */
const UncoercedRate = Type.Unsafe<number | null>({ description: 'A number from 1 upwards, or null.' });

const Change = Type.Partial(
  Type.Object({
    eventsPerSecond: UncoercedRate,
    burst: UncoercedRate,
    keys: Nullable(Rates),
    hostingRanges: Nullable(HostingRanges),
  }),
  { additionalProperties: false },
);

export const addDoorRoutes: Routes = (app, context) => {
  const preHandler = requireKey(context, 'secret');
  const common = { tags: ['collect'], security: [{ secretKey: [] }], response: { 200: Settings } };

  app.get(
    '/api/v1/collect/door',
    { preHandler, schema: { ...common, summary: 'How fast keys may send' } },
    async ({ workspace }) => describe(await context.doors.of(workspace)),
  );

  app.patch(
    '/api/v1/collect/door',
    {
      preHandler,
      schema: { ...common, summary: 'Set how fast keys may send; null restores a default', body: Change },
    },
    async ({ workspace, body }) => describe(await context.doors.change(workspace, body, context.now())),
  );
};

function describe({ eventsPerSecond, burst, keys, hostingRanges }: Door) {
  return { eventsPerSecond, burst, keys, hostingRanges: [...hostingRanges] };
}
