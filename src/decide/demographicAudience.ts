// As many people as an audience has, chosen by demographic traits alone: the groups that convert most often, whole, until
// the next one would be too many, and of that one a part drawn by hash.

import { type DemographicRule, demographicsSql, type GroupRate } from '../predict/index.ts';
import type { Params, Store } from '../store/index.ts';

type People = { sql: string; params: Params };

type Choice = {
  rule: DemographicRule;
  at: Date;
  /** Whose number is matched. */
  members: People;
  /** Among whom is chosen. */
  everyone: People;
};

/** A SELECT of profiles; its params go with those of the people, and {salt:String} is bound around it. */
export async function demographicAudienceSql(store: Store, choice: Choice): Promise<People> {
  const { rule, at, members, everyone } = choice;
  const known = `SELECT profile, concat(country, '|', gender, '|', age) AS group_name FROM (${demographicsSql(at)})
    WHERE profile IN (${everyone.sql})`;
  const [size] = await store.facts.rows<{ n: string }>(
    `SELECT count() AS n FROM (${members.sql})`,
    members.params,
    'batch',
  );
  const present = await store.facts.rows<{ group_name: string; people: string }>(
    `SELECT group_name, count() AS people FROM (${known}) GROUP BY group_name ORDER BY group_name`,
    everyone.params,
    'batch',
  );
  const expected = new Map(rule.groups.map((group) => [nameOf(group), group.expected]));
  const average = rule.people > 0 ? rule.conversions / rule.people : 0;
  const best = present
    .map(({ group_name, people }) => ({ name: group_name, people: Number(people), expected: expected.get(group_name) }))
    .sort((a, b) => (b.expected ?? average) - (a.expected ?? average) || a.name.localeCompare(b.name));
  let room = Number(size.n);
  const whole: string[] = [];
  // Groups that are alike in everything the rule knows are one to it.
  for (const level of Map.groupBy(best, (group) => group.expected ?? average).values()) {
    const people = level.reduce((sum, group) => sum + group.people, 0);
    const names = level.map(({ name }) => name);
    if (people <= room) {
      whole.push(...names);
      room -= people;
      continue;
    }
    const drawn = `group_name IN {partGroups:Array(String)} AND sipHash64({salt:String}, 'part', profile) / 18446744073709551616. < {part:Float64}`;
    return {
      sql: `SELECT profile FROM (${known}) WHERE group_name IN {wholeGroups:Array(String)} OR (${drawn})`,
      params: { wholeGroups: whole, partGroups: names, part: room / people },
    };
  }
  return {
    sql: `SELECT profile FROM (${known}) WHERE group_name IN {wholeGroups:Array(String)}`,
    params: { wholeGroups: whole },
  };
}

const nameOf = ({ country, gender, age }: GroupRate) => `${country}|${gender}|${age}`;
