// One row per person in `profiles`: who they are in brief, drawn from their events by SQL. Whether it is a program is
// also read from their visits, so these have to be drawn before.

import { inPart, type ResolvedEvents, resolvedEventsSql, within } from './people.ts';
import type { Drawn } from './rebuild.ts';
import { BOT_SCORE } from './sessions/index.ts';

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
      sumIf(revenue, event = 'purchase' AND ${summed}),
      min(bot) > 0 OR profile IN (${behavingAsBotsSql(scope)})
    FROM (${resolvedEventsSql({ columns, ...scope })}) GROUP BY profile`,
};

/** Those most of whose events lie in visits of a program. Whoever ever bought is let be: what they do brings money. */
function behavingAsBotsSql({ part, nodes }: Pick<ResolvedEvents, 'part' | 'nodes'>): string {
  const theirs = [part && inPart('profile', part), nodes && within('profile', nodes)].filter(Boolean);
  return `SELECT profile FROM sessions FINAL
    WHERE ${['workspace = {workspace:String}', ...theirs].join(' AND ')} GROUP BY profile
    HAVING sumIf(event_count, bot_score >= ${BOT_SCORE}) * 2 > sum(event_count) AND countIf(conversion_type = 'purchase') = 0`;
}
