// The prediction for one person in the quick lane: a question as nearly everybody asks it, with a key that is known.
// Whatever is wrong with another is told by the ordinary way (routes/intent.ts).

import { rememberedKey } from '../access.ts';
import type { LaneMaker } from '../quickLane.ts';

/** More than a question needs whose identifiers are as long as they may be. */
const LIMIT_BYTES = 8 * 1024;

type Question = { userId?: string; anonymousId?: string; profileId?: string; modelId?: string };

export const predictionLane: LaneMaker = ({ keys, live, now }, { tell, refuse }) => [
  {
    path: '/api/v1/intent/predict',
    limitBytes: LIMIT_BYTES,
    isForAnySite: false,
    take(exchange, body) {
      const { headers } = exchange.request;
      if (!/^application\/json *(;|$)/.test(headers['content-type'] ?? '')) return undefined;
      const key = rememberedKey(keys, 'secret', headers);
      if (key === undefined) return undefined;
      const { userId = null, anonymousId, profileId, modelId } = questionIn(body) ?? {};
      const person = userId ?? anonymousId ?? profileId;
      if (person === undefined) return undefined;
      return async () => {
        try {
          const request = { workspace: key.workspace, person, modelId, now: now() };
          tell(exchange, await live.predictText(request, userId));
        } catch (error) {
          refuse(exchange, error);
        }
      };
    },
  },
];

const fields = new Set(['userId', 'anonymousId', 'profileId', 'modelId']);

/** Undefined where the schema of the route would change or refuse it. */
function questionIn(body: Buffer): Question | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const [name, text] of Object.entries(value)) {
    if (!fields.has(name) || typeof text !== 'string' || text === '') return undefined;
  }
  return value;
}
