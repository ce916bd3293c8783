// One row per person in `profiles`: who they are in brief, drawn from their events by SQL.

import { resolvedEventsSql } from './people.ts';
import type { Drawn } from './rebuild.ts';

const IDS_AT_MOST = 100;

const columns = [
  ...['at', 'user_id', 'anonymous_id', 'email_hash', 'phone_hash', 'type', 'traits', 'platform', 'country'],
  ...['device_type', 'event', 'revenue', 'currency', 'bot'],
];

/** Later traits win over earlier ones, key by key. */
const told = `arraySort(groupArrayIf((at, traits), traits NOT IN ('', '{}')))`;
const ids = (column: string) => `arraySort(groupUniqArrayIf(${IDS_AT_MOST})(${column}, ${column} != ''))`;

export const profiles: Drawn = {
  table: 'profiles',
  key: ['profile'],
  insertSql: (
    scope,
    version,
    summed,
  ) => `INSERT INTO profiles (workspace, profile, version, first_seen, last_seen, user_ids,
      anonymous_ids, email_hashes, phone_hashes, traits, platforms, country, device_type, events, purchases, revenue, bot)
    SELECT {workspace:String}, profile, ${version}, min(at), max(at), ${ids('user_id')}, ${ids('anonymous_id')},
      ${ids('email_hash')}, ${ids('phone_hash')}, arrayFold((all, x) -> jsonMergePatch(all, x.2), ${told}, '{}'),
      arraySort(groupUniqArrayIf(platform, platform != '')), argMaxIf(country, at, country != ''),
      argMaxIf(device_type, at, device_type != ''), count(), countIf(event = 'purchase'),
      sumIf(revenue, event = 'purchase' AND ${summed}), min(bot)
    FROM (${resolvedEventsSql({ columns, ...scope })}) GROUP BY profile`,
};
